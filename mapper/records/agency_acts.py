"""What a partner agency may write: how its own actions stand in plans and campaigns shared with it.

The state, the day and the outcome of an action change, and nothing else: not its words, not another
agency's action, not a record that is not shared or has ended. An agency can propose an action of
its own, and withdraw it; nobody waits for it until whoever keeps the plan sets another state. Each
change is a version of the record, with its author and an audit entry. Where somebody else changed
the same action meanwhile, nothing is written over: the text that came second is laid aside whole,
and its author is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mapper.base.errors import RecordsError, RefusedError
from mapper.disclosure.people import Viewer, require
from mapper.records.access import SHARED, shared_with_partners
from mapper.records.actions import PlannedAction, actions_of, has_ended
from mapper.records.content import tidy
from mapper.records.database import Database
from mapper.records.form import Content, RecordKind, load_form
from mapper.records.oversight import live
from mapper.records.saving import Work, amend, lay_aside
from mapper.records.versions import Version, records, version

KINDS: tuple[RecordKind, ...] = ("plan", "campaign")
_STANDING = ("status", "done_on", "note")  # what may change of a row


@dataclass(frozen=True)
class Standing:
    """How one action of an agency stands, said of the version that its author had before them."""

    record: str
    based_on: int  # number of that version
    row: int  # place of the action in its table, from 0
    status: str
    done_on: str  # "2026-03-01", or empty
    note: str

    @property
    def answers(self) -> dict[str, str]:
        """Return it as columns of the row."""
        return {"status": self.status, "done_on": self.done_on, "note": self.note}


@dataclass(frozen=True)
class Proposal:
    """An action that an agency would take on."""

    record: str
    action: str
    place: str = ""
    due: str = ""  # "2026-03-01", or empty


class ChangedMeanwhileError(RefusedError):
    """Somebody else changed the same action; both texts are kept."""

    def __init__(self, theirs: Mapping[str, Any] | None, mine: Standing, author: str) -> None:
        said = _said(theirs) if theirs else "the action is no longer there"
        super().__init__(
            f"{author} changed this action while you had it open. Both are kept. Theirs: {said}."
            f" Yours, laid aside: {_said(mine.answers)}. Load the page again and say what holds."
        )


def shared_work(database: Database, viewer: Viewer) -> tuple[Version, ...]:
    """Return the plans and campaigns shared with partner agencies that have not ended.

    Raises
    ------
    RefusedError
        When the viewer may not act for an agency.
    """
    require(viewer, "act for an agency")
    found = (one for kind in KINDS for one in records(database, kind))
    shared = shared_with_partners(viewer, found)
    return live(shared)


def own_actions(one: Version, viewer: Viewer) -> tuple[PlannedAction, ...]:
    """Return the actions of the viewer's agency; none where the sign-in names no agency."""
    content = tidy(load_form(one.kind), one.content)
    actions = actions_of(content, plan=one.record)
    return tuple(each for each in actions if viewer.agency and each.agency == viewer.agency)


def say_standing(database: Database, told: Standing, *, viewer: Viewer) -> Version:
    """Say how an action of the viewer's own agency stands.

    Raises
    ------
    RefusedError
        When it is not theirs to say: another agency's action, a record not shared or ended.
    ChangedMeanwhileError
        When somebody else changed the action since the viewer saw it; the text is laid aside.
    RecordsError
        When there is no such version, or an answer cannot be used.
    """
    require(viewer, "act for an agency")
    base = version(database, told.record, told.based_on)
    before = _own_row(base, told.row, viewer)
    _require_agreed(before, told)
    reason = f"{viewer.agency}: {told.status or 'not started'}"

    def change(now: Version) -> Content:
        _require_shared(now)
        content = tidy(load_form(now.kind), now.content)
        rows = list(content.get("actions", ()))
        if before not in rows:
            raise _Moved(now)
        rows[rows.index(before)] = _with(before, told)
        return {**content, "actions": rows}

    try:
        return amend(
            database, told.record, viewer=viewer, act="act for an agency",
            change=change, reason=reason,
        )  # fmt: skip
    except _Moved as moved:
        content = tidy(load_form(base.kind), base.content)
        rows = list(content["actions"])
        rows[told.row] = _with(before, told)
        work = Work(base.record, base.kind, {**content, "actions": rows}, base.number)
        lay_aside(database, work, viewer=viewer, act="act for an agency", reason=reason)
        theirs = _same_action(moved.now, before)
        raise ChangedMeanwhileError(theirs, told, moved.now.author) from None


def propose(database: Database, told: Proposal, *, viewer: Viewer) -> Version:
    """Propose an action of the viewer's own agency in a plan or campaign shared with it.

    Raises
    ------
    RefusedError
        When the record is not shared, has ended, or the sign-in names no agency.
    RecordsError
        When nothing is proposed, or an answer cannot be used.
    """
    require(viewer, "act for an agency")
    _require_agency(viewer)
    if not told.action.strip():
        raise RecordsError("Nothing was proposed: say what your agency would do.")
    row = {"action": told.action, "agency": viewer.agency, "status": "proposed"}
    row |= {name: text for name in ("place", "due") if (text := getattr(told, name))}

    def change(now: Version) -> Content:
        _require_shared(now)
        content = tidy(load_form(now.kind), now.content)
        return {**content, "actions": [*content.get("actions", ()), row]}

    return amend(
        database, told.record, viewer=viewer, act="act for an agency",
        change=change, reason=f"{viewer.agency}: proposed",
    )  # fmt: skip


class _Moved(Exception):  # noqa: N818 - it never leaves this file
    """The action is not what it was."""

    def __init__(self, now: Version) -> None:
        super().__init__(now.record)
        self.now = now


def _own_row(base: Version, row: int, viewer: Viewer) -> dict[str, Any]:
    """Return an action as it was seen, if it is one of the viewer's own agency."""
    _require_shared(base)
    rows = tidy(load_form(base.kind), base.content).get("actions", ())
    _require_agency(viewer)
    if not 0 <= row < len(rows) or rows[row].get("agency") != viewer.agency:
        raise RefusedError(f"That is no action of {viewer.agency}, so nothing was changed.")
    return dict(rows[row])


def _require_agency(viewer: Viewer) -> None:
    """Refuse whoever acts for no agency."""
    if not viewer.agency:
        raise RefusedError("Your sign-in names no agency. Ask your administrator to add it.")


def _require_agreed(before: Mapping[str, Any], told: Standing) -> None:
    """Refuse to begin what was only proposed, or to make a proposal of what was agreed."""
    proposed = before.get("status") == "proposed"
    if proposed and told.status != "dropped":
        raise RefusedError(
            "This action is proposed: whoever keeps the plan agrees to it first. You can withdraw"
            " it (dropped)."
        )
    if told.status == "proposed":
        raise RefusedError("This action was agreed already, so it cannot be proposed again.")


def _require_shared(one: Version) -> None:
    """Refuse a record that partners do not act on."""
    if one.kind not in KINDS or one.content.get("shared") != SHARED:
        raise RefusedError(f"{one.record} is not shared with you, so nothing was changed.")
    if has_ended(one.content):
        raise RefusedError(f"{one.record} has ended; nothing was changed.")


def _with(row: Mapping[str, Any], told: Standing) -> dict[str, Any]:
    """Return a row as it stands now."""
    kept = {name: value for name, value in row.items() if name not in _STANDING}
    return {**kept, **told.answers}


def _same_action(now: Version, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the row that the newest version has of an action, if it still has it."""
    names = ("place", "action", "agency")
    rows = tidy(load_form(now.kind), now.content).get("actions", ())
    return next((one for one in rows if all(one.get(n) == row.get(n) for n in names)), None)


def _said(row: Mapping[str, Any]) -> str:
    """Return how an action stands in words."""
    told = (row.get("status") or "not started", row.get("done_on"), row.get("note"))
    return ", ".join(str(part) for part in told if part)

"""Actions of plans and campaigns: which are open, late or done, and which phases they cover."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, cast

from mapper.records.form import Content

Status = Literal["not started", "under way", "done", "dropped", "proposed"]
State = Literal["draft", "agreed", "running", "closed", "handed over", "stopped"]
PHASES = ("primary", "secondary", "tertiary")
ENDED: tuple[State, ...] = ("closed", "handed over", "stopped")


@dataclass(frozen=True)
class PlannedAction:
    """One thing that one role is to finish by a day."""

    action: str
    owner: str = ""
    agency: str = ""
    phase: str = ""
    due: date | None = None
    status: Status = "not started"
    done_on: date | None = None
    note: str = ""
    plan: str = ""  # record number of its plan or campaign
    place: str = ""
    ended: bool = False  # its plan or campaign is: nobody waits for it any longer
    row: int = 0  # its place in the table, from 0
    door: str = ""  # the agency that leads at its place: the one door for families there

    @property
    def is_wanted(self) -> bool:
        """Tell whether somebody agreed to it and it was not dropped."""
        return self.status not in {"dropped", "proposed"}

    @property
    def is_open(self) -> bool:
        """Tell whether something is left to do."""
        return not self.ended and self.is_wanted and self.status != "done"

    def days_late(self, today: date) -> int:
        """Return by how many days it is overdue, 0 if it is not."""
        if not self.is_open or self.due is None:
            return 0
        return max(0, (today - self.due).days)

    def gaps(self) -> tuple[str, ...]:
        """Name what an open action lacks to be one: an owner, an agency, a day."""
        has = {"owner": self.owner, "agency": self.agency, "due date": self.due}
        return tuple(name for name, value in has.items() if not value) if self.is_open else ()


def actions_of(content: Content, *, plan: str = "") -> tuple[PlannedAction, ...]:
    """Return the actions of a plan's or campaign's content, in its order."""
    whole = str(content.get("lead", ""))
    leads = leads_by_place(content)
    return tuple(
        replace(
            _action(row),
            plan=plan,
            ended=has_ended(content),
            row=number,
            door=leads.get(row.get("place", ""), whole),
        )
        for number, row in enumerate(content.get("actions", ()))
    )


def leads_by_place(content: Content) -> dict[str, str]:
    """Return the lead agency at each place of a campaign: its own, else that of the whole."""
    whole = str(content.get("lead", ""))
    return {str(row["place"]): str(row.get("lead") or whole) for row in content.get("places", ())}


def state_of(content: Content) -> State:
    """Return the state of a plan or campaign; one written before states were kept is running."""
    return cast("State", content.get("state", "running"))


def has_ended(content: Content) -> bool:
    """Tell whether a plan or campaign has ended, in whatever way."""
    return state_of(content) in ENDED


def next_due(actions: Iterable[PlannedAction]) -> date | None:
    """Return the earliest day on which something open is due."""
    return min((one.due for one in actions if one.is_open and one.due), default=None)


def overdue(actions: Iterable[PlannedAction], today: date) -> tuple[PlannedAction, ...]:
    """Return the late actions, latest first."""
    late = [one for one in actions if one.days_late(today)]
    return tuple(sorted(late, key=lambda one: -one.days_late(today)))


def done_since(actions: Iterable[PlannedAction], since: date | None) -> tuple[PlannedAction, ...]:
    """Return the actions done on or after a day; all that are done where there is none."""
    done = (one for one in actions if one.status == "done")
    return tuple(one for one in done if since is None or (one.done_on and one.done_on >= since))


def progress_in_words(actions: Iterable[PlannedAction], today: date) -> str:
    """Return one sentence: 3 of 8 actions done, 2 overdue; nothing in primary prevention."""
    wanted = [one for one in actions if one.is_wanted]
    if not wanted:
        return "No action yet."
    done = sum(one.status == "done" for one in wanted)
    late = len(overdue(wanted, today))
    missing = [phase for phase in PHASES if all(one.phase != phase for one in wanted)]
    noun = "action" if len(wanted) == 1 else "actions"
    words = f"{done} of {len(wanted)} {noun} done, {late or 'none'} overdue"
    if len(missing) == len(PHASES):
        return f"{words}; none has its prevention phase yet."
    return f"{words}; nothing in {' or '.join(missing)} prevention." if missing else f"{words}."


def doors_of(actions: Iterable[PlannedAction]) -> str:
    """Say which agency is the one door for families; where several are named, all of them."""
    doors = [*dict.fromkeys(one.door for one in actions if one.door)]
    if not doors:
        return ""
    return (
        f"One door for families here: {doors[0]}"
        if len(doors) == 1
        else (f"More than one door for families here: {' and '.join(doors)}. Agree on one.")
    )


def _action(row: Mapping[str, Any]) -> PlannedAction:
    """Return one row of a table of actions."""
    return PlannedAction(
        action=row.get("action", ""),
        owner=row.get("owner", ""),
        agency=row.get("agency", ""),
        phase=row.get("phase", ""),
        due=_day(row.get("due")),
        status=cast("Status", row.get("status", "not started")),
        done_on=_day(row.get("done_on")),
        note=row.get("note", ""),
        place=row.get("place", ""),
    )


def _day(text: str | None) -> date | None:
    """Return a day, if there is one."""
    return date.fromisoformat(text) if text else None

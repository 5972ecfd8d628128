"""Actions of a plan: which are open, late or done, and which phases of prevention they cover."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, cast

from mapper.records.form import Content

Status = Literal["not started", "under way", "done", "dropped"]
PHASES = ("primary", "secondary", "tertiary")


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
    plan: str = ""  # record number of its plan

    @property
    def is_open(self) -> bool:
        """Tell whether something is left to do."""
        return self.status not in {"done", "dropped"}

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
    """Return the actions of a plan's content, in its order."""
    return tuple(_action(row, plan) for row in content.get("actions", ()))


def overdue(actions: Iterable[PlannedAction], today: date) -> tuple[PlannedAction, ...]:
    """Return the late actions, latest first."""
    late = [one for one in actions if one.days_late(today)]
    return tuple(sorted(late, key=lambda one: -one.days_late(today)))


def progress_in_words(actions: Iterable[PlannedAction], today: date) -> str:
    """Return one sentence: 3 of 8 actions done, 2 overdue; nothing in primary prevention."""
    wanted = [one for one in actions if one.status != "dropped"]
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


def _action(row: Mapping[str, Any], plan: str) -> PlannedAction:
    """Return one row of a plan as an action."""
    return PlannedAction(
        action=row.get("action", ""),
        owner=row.get("owner", ""),
        agency=row.get("agency", ""),
        phase=row.get("phase", ""),
        due=_day(row.get("due")),
        status=cast("Status", row.get("status", "not started")),
        done_on=_day(row.get("done_on")),
        note=row.get("note", ""),
        plan=plan,
    )


def _day(text: str | None) -> date | None:
    """Return a day, if there is one."""
    return date.fromisoformat(text) if text else None

"""What a meeting was shown, and what changed since the last one.

A meeting record keeps the list of hot spots as it was released, with the release's digest: the
next meeting is set against what this one could know, not against a list made anew.

Two lists are compared place by place, by the lasting ids of hot spots. Counts are compared as
rates a day, because periods differ in length. Where the two periods overlap they share incidents,
so that no test can say whether a change is chance, and none is made.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd

from mapper.disclosure.release import Release, is_release
from mapper.records.actions import PlannedAction, done_since, overdue
from mapper.statistics.change import compare_windows
from mapper.statistics.period_dispersion import PeriodDispersion

WORTH_TELLING = 1.1  # a rate up by a tenth, or down to 1/1.1, with at least
FEWEST = 5  # incidents of difference
_DISPERSION = (
    2.0  # of months of hot spots in real files; a list shown holds no months to learn from
)
Certainty = Literal["clear", "may be chance", "periods overlap"]


@dataclass(frozen=True)
class Movement:
    """A hot spot on both lists whose rate changed enough to tell."""

    hotspot_id: str
    name: str
    before: int
    now: int
    certainty: Certainty


@dataclass(frozen=True)
class Changes:
    """What changed since the last meeting; hot spots as (id, name)."""

    comparable: bool
    why_not: str  # in words, where the lists cannot be compared
    new: tuple[tuple[str, str], ...] = ()
    gone: tuple[tuple[str, str], ...] = ()
    grown: tuple[Movement, ...] = ()
    shrunk: tuple[Movement, ...] = ()
    hidden: int = 0  # on both lists, with a count that one of the releases did not show
    done: tuple[PlannedAction, ...] = ()
    late: tuple[PlannedAction, ...] = ()


def shown_list(shown: Release) -> dict[str, Any]:
    """Return what a meeting record keeps of a release."""
    record = is_release(shown).record
    columns = ("hotspot_id", "name", "incidents")
    rows = zip(*(shown.hotspots[name].tolist() for name in columns), strict=True)
    return {
        "digest": shown.digest,
        "audience": str(shown.audience),
        "synthetic": shown.synthetic,
        "title": shown.title,
        "area": shown.area_title,
        "resolution": shown.resolution,
        "period": shown.period,
        "first": record.get("first_day", ""),
        "last": record.get("last_day", ""),
        "hotspots": [
            {"id": key, "name": name, "incidents": None if pd.isna(number) else int(number)}
            for key, name, number in rows
        ],
    }


def what_changed(
    before: Mapping[str, Any] | None,
    now: Mapping[str, Any],
    *,
    actions: Iterable[PlannedAction] = (),
    since: date | None = None,
    today: date,
) -> Changes:
    """Return what changed between two lists shown, and which actions were done or are late.

    Parameters
    ----------
    before
        What the last meeting was shown; none for the first one.
    actions
        The actions of the plans, as they stand now.
    since
        Day of the last meeting: actions done on or after it are told.
    """
    actions = tuple(actions)
    done = done_since(actions, since)
    late = overdue(actions, today)
    why_not = _why_not(before, now)
    if before is None or why_not:
        return Changes(comparable=False, why_not=why_not, done=done, late=late)
    old = {one["id"]: one for one in before["hotspots"]}
    new = {one["id"]: one for one in now["hotspots"]}
    both = [name for name in new if name in old]
    counted = [n for n in both if None not in (old[n]["incidents"], new[n]["incidents"])]
    moved = _moved(before, now, [(old[name], new[name]) for name in counted])
    return Changes(
        comparable=True,
        why_not="",
        new=tuple((name, one["name"]) for name, one in new.items() if name not in old),
        gone=tuple((name, one["name"]) for name, one in old.items() if name not in new),
        grown=tuple(one for up, one in moved if up),
        shrunk=tuple(one for up, one in moved if not up),
        hidden=len(both) - len(counted),
        done=done,
        late=late,
    )


def _why_not(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> str:
    """Say why two lists cannot be compared; nothing where they can."""
    if before is None:
        return "This is the first meeting on record: the next one will see what changed."
    names = {"title": "lens", "area": "area", "resolution": "size of cells", "audience": "audience"}
    other = [word for name, word in names.items() if before[name] != now[name]]
    if other:
        return (
            f"The last meeting was shown another {' and '.join(other)} ({before['title']},"
            f" {before['area']}), so the lists cannot be compared."
        )
    return ""


def _moved(
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]],
) -> list[tuple[bool, Movement]]:
    """Return the hot spots whose rate changed enough to tell, and whether it rose."""
    if not pairs:
        return []
    old, new = ([one[side]["incidents"] for one in pairs] for side in (0, 1))
    days = _days(before), _days(now)
    alike = PeriodDispersion(np.full(len(old), _DISPERSION), np.full(len(old), np.inf), _DISPERSION)
    change = compare_windows(
        old, new, before_length=days[0], after_length=days[1], dispersion=alike
    )
    overlap = before["last"] >= now["first"]
    found = []
    for at, clear in enumerate(change.clear().tolist()):
        up = _tells(old[at] * days[1] / days[0], new[at])
        if up is None:
            continue
        certainty: Certainty = "clear" if clear else "may be chance"
        kind: Certainty = "periods overlap" if overlap else certainty
        one = pairs[at][1]
        found.append((up, Movement(one["id"], one["name"], old[at], new[at], kind)))
    return found


def _tells(expected: float, found: float) -> bool | None:
    """Tell whether a count rose or fell by enough to be told; none where it did neither."""
    if abs(found - expected) < FEWEST:
        return None
    if found >= expected * WORTH_TELLING:
        return True
    return False if found <= expected / WORTH_TELLING else None


def _days(shown: Mapping[str, Any]) -> float:
    """Return the length of the period of a list in days."""
    first, last = (date.fromisoformat(shown[name]) for name in ("first", "last"))
    return float((last - first).days + 1)

"""What mends a doubt: one act each, the same at a click, as an option and in a job file.

| act | what is done |
|---|---|
| days | only the days that are whole are used |
| leave out | the rows of the doubt are set aside: a part that stopped, one moment, coarse places |
| one name | a value of a column is told under the name of another |
| one per reference | of the rows that share a reference one is kept: earliest time, any yes |
| exchange | day and month of dates up to the 12th are exchanged back, in the files that show it |

An act returns other incidents: what it sets aside joins the rejected rows and is noted, so that
every answer says it. What stands in the files alone (a time that nobody gave, a reference that a
spreadsheet rounded) is mended there and nowhere else; :data:`IN_THE_FILES` says why.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from mapper.analysis.examine import examine
from mapper.areas.study_area import StudyArea
from mapper.base.errors import RequestError
from mapper.base.note import NoteCode
from mapper.base.text import count
from mapper.incidents.doubt import Doubt
from mapper.incidents.set_aside import (
    exchanged_back,
    left_out,
    one_per_reference,
    only_days,
    under_one_name,
)
from mapper.incidents.table import Incidents

Act = Literal["days", "leave out", "one name", "one per reference", "exchange"]

_PART: tuple[Act, ...] = ("days", "leave out")
ACTS: Mapping[NoteCode, tuple[Act, ...]] = {
    "part stops": _PART,
    "part starts": _PART,
    "part changes": _PART,
    "values renamed": ("days", "one name"),
    "values unknown": ("one name",),
    "column constant": ("days",),
    "months missing": ("days",),
    "days missing": ("days",),
    "days incomplete": ("days",),
    "points replaced": ("days",),
    "references shared": ("one per reference",),
    "rows repeated": ("leave out",),
    "dates exchanged": ("exchange",),
    "batch entry": ("leave out",),
    "days uneven": ("leave out",),
    "default point": ("leave out",),
    "one point": ("leave out",),
    "one street": ("leave out",),
    "coordinates coarse": ("leave out",),
}
# Of these no act is offered, for this reason.
IN_THE_FILES: Mapping[NoteCode, str] = {
    "rows unread": "mapper cannot know what was meant",
    "data old": "mapper has no later files",
    "times unknown": "they are left out of hours already, and nobody but the keeper knows them",
    "times rounded": "mapper cannot know the minutes",
    "references rounded": "the figures that were cut off are in the record system alone",
    "references cut": "the figures that were cut off are in the record system alone",
    "uncovered ground": "it is left out of what is expected already; only its records can fill it",
}
_ROWS = frozenset({"district", "ward", "type", "channel", "source"})
_COLUMNS = frozenset({"risk_grade", "location_type", "crime_code"})


def acts_of(doubt: Doubt) -> tuple[Act, ...]:
    """Return what mends a doubt, by days first; nothing where only the files can."""
    possible: Mapping[Act, bool] = {
        "days": doubt.from_day is not None or doubt.to_day is not None,
        "leave out": bool(doubt.rows.size) and _has_a_name(doubt),
        "one name": bool(doubt.other),
        "one per reference": True,
        "exchange": not doubt.part,
    }
    return tuple(act for act in ACTS.get(doubt.code, ()) if possible[act])


def _has_a_name(doubt: Doubt) -> bool:
    """Tell whether rows of a doubt can go: those of a flag, a blank or an hour are kept."""
    if ACTS.get(doubt.code) != _PART:
        return True
    return doubt.kind in _ROWS | _COLUMNS and doubt.part != "blank"


def act_words(doubt: Doubt, act: Act) -> str:
    """Return what an act does, as a button says it."""
    if act == "days":
        ends = [("from", doubt.from_day), ("up to", doubt.to_day)]
        told = " ".join(f"{side} {day.day} {day:%B %Y}" for side, day in ends if day)
        return f"Use the days {told} alone"
    if act == "one name":
        return f"Count “{doubt.part}” as “{doubt.other}”"
    if act == "one per reference":
        return "Count the rows of each reference as one incident"
    if act == "exchange":  # offered where it mends all of a file
        return "Exchange days up to the 12th with their months"
    what = f" of “{doubt.part}”" if ACTS[doubt.code] == _PART else f" ({doubt.code})"
    return f"Leave out {count(doubt.rows.size, 'incident')}{what}"


def mended(incidents: Incidents, doubt: Doubt, act: Act) -> Incidents:
    """Return incidents after one act, with what was set aside among the rejected and a note."""
    acts: Mapping[Act, Callable[[], Incidents]] = {
        "days": lambda: only_days(incidents, doubt.from_day, doubt.to_day),
        "leave out": lambda: left_out(incidents, doubt.rows, doubt.name),
        "one name": lambda: under_one_name(incidents, doubt.kind, doubt.part, doubt.other),
        "one per reference": lambda: one_per_reference(incidents),
        "exchange": lambda: exchanged_back(incidents),
    }
    return acts[act]()


def mended_by_name(incidents: Incidents, area: StudyArea, names: Iterable[str]) -> Incidents:
    """Return incidents after the act of each doubt that is named, one after the other.

    Parameters
    ----------
    names
        As :attr:`Doubt.name` has them, or the code alone where one doubt has it. Of a part that
        can be left out this is done; its days are chosen by the days of the analysis.

    Raises
    ------
    RequestError
        When there is no such doubt, it stands for several, or nothing but the files mends it.
    """
    for name in names:
        doubt = _named(name, examine(incidents, area))
        acts = acts_of(doubt)
        if not acts:
            why = IN_THE_FILES.get(doubt.code, "nothing else tells which rows are right")
            raise RequestError(f"“{name}” is mended in the files alone: {why}.")
        incidents = mended(incidents, doubt, acts[-1])
    return incidents


def _named(name: str, doubts: Sequence[Doubt]) -> Doubt:
    """Return the one doubt of a name."""
    asked = name.strip().casefold()
    found = [one for one in doubts if asked == one.name.casefold()] or [
        one for one in doubts if asked == one.code
    ]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"“{one.name}”" for one in found or doubts if acts_of(one))
    which = "stands for several" if found else "is not what the data shows"
    advice = f"Choose among {known}." if known else "There is nothing to mend."
    raise RequestError(f"“{name[:80]}” {which}. {advice}")

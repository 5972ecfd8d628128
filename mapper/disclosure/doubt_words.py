"""What others than the operational audience are told of doubts: which part, from which day.

A doubt's own words hold counts that may be hidden. Here a sentence is made from its code, its days
and, of parts that are ground or hours, its name; never from its words, its rows or its share. The
values of other columns (types, files, labels of points) are not named: they are the file's own.
"""

from collections.abc import Iterable

from mapper.base.note import NoteCode
from mapper.base.text import day_in_words
from mapper.incidents.doubt import Doubt

_NAMED = frozenset({"district", "ward", "time"})  # kinds whose parts are known to everybody
_SENTENCES: dict[NoteCode, str] = {
    "part stops": "Records of {part} stop on {since}, while the rest goes on: whether they rose or"
    " fell across that day cannot be told.",
    "part starts": "Records of {part} start on {since}, while the rest goes on: whether they rose"
    " or fell across that day cannot be told.",
    "values renamed": "Records of {part} end on {since} where others begin, perhaps the same under"
    " another name: whether they rose or fell across that day cannot be told.",
    "points replaced": "From {since} on, other points stand for the same places: whether places"
    " rose or fell across that day cannot be told.",
    "months missing": "Nothing at all is recorded from {since} to {until}: missing, not none.",
    "days missing": "Nothing at all is recorded from {since} to {until}: missing, not none.",
    "dates exchanged": "Day and month of some dates are exchanged: when incidents happened cannot"
    " be told.",
    "rows repeated": "Some incidents from {since} to {until} are recorded twice: whether places"
    " rose or fell then cannot be told.",
    "times unknown": "Times of {part} stand for “not known”, and are left out wherever hours"
    " count.",
    "uncovered ground": "Some ground holds no data at all: it is not covered, rather than quiet.",
    "default point": "Some incidents lie at a point that stands for “place not known”: what is"
    " listed there is no place.",
    "days incomplete": "The days from {since} on are not all recorded yet.",
}


def doubts_outside(doubts: Iterable[Doubt]) -> tuple[str, ...]:
    """Return a sentence for each doubt that others may be told of, in the order given, no twice."""
    said = (_sentence(one) for one in doubts if one.code in _SENTENCES)
    return tuple(dict.fromkeys(said))


def _sentence(doubt: Doubt) -> str:
    """Return what is told of one doubt."""
    column = doubt.kind.replace("_", " ")
    part = doubt.part if doubt.kind in _NAMED else f"one {column}"
    since, until = day_in_words(doubt.since), day_in_words(doubt.until)
    return _SENTENCES[doubt.code].format(part=part, since=since, until=until)

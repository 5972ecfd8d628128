"""A doubt: what the data itself shows against an answer that rests on it.

Rows can each be valid and mislead together: a district stops sending, a third of the times are
00:00, one point stands for "not known". A doubt names such a fault once, with its size, its rows
and what can be done; `check`, the Data page and every answer read the same.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from mapper.base.note import Note, NoteCode
from mapper.base.types import Integers

# veto: no verdict over the moment or days it names; left out: its rows are, where they would
# mislead; caveat: it stands beside the figure.
Effect = Literal["veto", "left out", "caveat"]

GROUND = frozenset({"district", "ward"})  # kinds of parts that are ground
FEWEST = 10  # rows below which a column as a whole says nothing


@dataclass(frozen=True, kw_only=True, eq=False)
class Doubt:
    """One fault of some data, found by looking at all of it."""

    code: NoteCode
    effect: Effect
    words: str  # what is seen, with its count: one sentence
    rows: Integers  # positions of the rows concerned in the table of incidents
    share: float  # of the rows that could be concerned
    kind: str = ""  # column or division: district, type, time
    part: str = ""  # its value: Wirral
    other: str = ""  # a value that is perhaps the same thing under another name
    since: date | None = None  # the first day from which it holds
    until: date | None = None  # the last; none where it lasts
    finest: bool = False  # concerns places finer than a district alone
    remedy: str = ""  # what can be done
    from_day: date | None = None  # days without it, where days mend it
    to_day: date | None = None
    ground: str = ""  # the area without it, as one is named
    number: int | None = None  # incidents, where rows stand for several each

    @property
    def incidents(self) -> int:
        """How many incidents it concerns."""
        return int(self.rows.size) if self.number is None else self.number

    @property
    def name(self) -> str:
        """What it is called where one is chosen, such as "part stops: Wirral"."""
        plain = not self.part or self.kind == "coordinates"
        return self.code if plain else f"{self.code}: {self.part}"

    @property
    def note(self) -> Note:
        """The doubt as a note of an answer, with what to do about it."""
        return Note(self.code, f"{self.words} {self.mending}".strip())

    @property
    def mending(self) -> str:
        """What can be done, as a sentence; empty where nothing is known."""
        return f"To mend: {self.remedy}." if self.remedy else ""

    def parts(self, first: date, last: date) -> bool:
        """Tell whether some days lie on both sides of it: it breaks off, or has a gap, between."""
        if self.since is None:
            return False
        if self.until is not None:
            return self.since <= last and self.until >= first
        return first < self.since <= last

    def lacks(self, first: date, last: date) -> bool:
        """Tell whether all of some days lie where a part has stopped, or not started yet."""
        if self.since is None:
            return False
        stopped = self.code == "part stops" and self.since <= first
        return stopped or (self.code == "part starts" and self.since > last)


def caveat(
    code: NoteCode, words: str, rows: Integers, share: float, *, kind: str, remedy: str = ""
) -> Doubt:
    """Return a doubt that stands beside every figure."""
    return Doubt(
        code=code, effect="caveat", words=words, rows=rows, share=share, kind=kind, remedy=remedy
    )

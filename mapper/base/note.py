"""A note: what a reader should know before trusting a result, with a code that programs go by.

People read the words and nothing but people does: what decides (which notes leave the operational
audience) looks at the code, so a sentence can be written better at any time.
"""

from dataclasses import dataclass
from typing import Literal

NoteCode = Literal[
    "intake",  # repairs made and choices taken while files were read
    "months missing",  # the files hold nothing at all for some months
    "months cut",  # the days asked for cut through data that knows months only
    "rules left out",  # the data lacks columns that rules of the lens need
    "outside the area",  # incidents that would count
    "isolated cells",  # cells that touch no other one
    "once a day",  # a place counts once a day
    "surroundings",  # which steps count as near
    "hours chosen",  # only some shifts or days of the week count
    "hours unknown",  # incidents left out for it
    "police left out",  # police-generated incidents
    "expectation",  # unusual places have more than something else explains than was asked for
    "bunching",  # how much more counts vary than independent incidents would
    "own wards",  # narrowed to the wards of whoever looks
    # What the data itself shows against an answer (mapper.incidents.doubt).
    "rows unread",  # many rows were rejected for what stands in them
    "data old",  # its last day lies long ago
    "times unknown",  # a minute of the day stands for "not known"
    "times rounded",  # most times are whole hours
    "batch entry",  # many incidents carry one moment
    "days uneven",  # one day of the month holds more than its share
    "days missing",  # no incident at all for some days
    "dates exchanged",  # day and month, by a spreadsheet, in part
    "rows repeated",  # under another reference or none
    "days incomplete",  # the latest days are not all recorded yet
    "references rounded",
    "references cut",  # short, so that rows of different incidents share one
    "references shared",  # by rows that differ: a row for each person
    "column constant",  # from a date on
    "coordinates coarse",  # some are rounded to a square of 100 m or more
    "default point",  # a point that a system gives where no place is known
    "one point",  # holds far more than any other
    "one street",  # the same
    "points replaced",  # the set of snap points is another one from a year on
    "part stops",
    "part starts",
    "part changes",  # halves or doubles
    "values renamed",  # one ends where another begins
    "values unknown",  # near to what a lens names, and not it
    "uncovered ground",
    "beyond the edge",  # incidents just outside the study area
    "residents unknown",  # of some cells, so that nothing is judged there
    "few residents",  # against which a place is judged
]


@dataclass(frozen=True)
class Note:
    """One sentence or two of a result, in plain words."""

    code: NoteCode
    words: str

    def __str__(self) -> str:
        return self.words

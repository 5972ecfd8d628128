"""The request and the result of an analysis: every choice in, everything found out."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from types import MappingProxyType
from typing import Any, Literal, Self, get_args

import pandas as pd

from mapper.analysis.hotspots import Standard
from mapper.areas.study_area import StudyArea
from mapper.base.errors import RequestError
from mapper.base.note import Note
from mapper.base.tables import CELL_COLUMNS, HOTSPOT_COLUMNS, check_columns
from mapper.base.types import Integers
from mapper.base.week import Shift, Weekday
from mapper.grid.hexagons import RESOLUTIONS
from mapper.lenses.lens import Lens
from mapper.statistics.clusters import Null
from mapper.statistics.scores import Score

Question = Literal["unusual", "concentrated"]
Base = Literal["lens", "residents", "demand"]

MOST_RINGS = 5  # ninety neighbours: beyond this a place is a town


@dataclass(frozen=True)
class AnalysisRequest:
    """Every choice that shapes a result; it travels with each output.

    An analysis makes its own with :meth:`of`, so that it cannot name another lens or area than
    those that were counted.
    """

    lens: str
    area: str = "merseyside"
    resolution: int = 9
    start: date | None = None  # first day, included
    end: date | None = None  # last day, included
    score: Score = "capped"
    null: Null = "total"
    alpha: float = 0.05
    correction: Literal["bh", "by"] = "bh"
    police_generated: bool = True  # count stop and search, proactive possession and the like
    rings: int = 1  # last step from a cell that counts as near; 2 makes eighteen neighbours
    inner: int = 1  # first such step: inner 2 and rings 3 are a band that leaves out ring 1
    location_day: bool = False  # count each place once a day, so that repeat calls weigh less
    harm: bool = False  # sum the lens's days of harm, with p between two exact bounds
    shifts: tuple[Shift, ...] = ()  # only these shifts of the day; none given means all
    weekdays: tuple[Weekday, ...] = ()  # only these days, each from 07:00; none given means all
    question: Question | None = None  # unusual, unless a choice of the other question is made
    expected: Base = "lens"  # what unusual places have more than: as the lens says, or by name
    most_km2: float = 0.7  # the largest place: a cell of resolution 9 and its ring
    most_cells: int = 7  # in one place

    def __post_init__(self) -> None:
        faults = _faults(self)
        if faults:
            raise RequestError("This analysis cannot be run: " + "; ".join(faults) + ".")

    @property
    def asks(self) -> Question:
        """The question asked: a score, a null or days of harm belong to concentrated."""
        if self.question:
            return self.question
        own = self.harm or (self.score, self.null) != ("capped", "total")
        return "concentrated" if own else "unusual"

    @classmethod
    def of(cls, lens: Lens, area: StudyArea, choices: Mapping[str, Any]) -> Self:
        """Return the request of a lens over an area, its other choices by name.

        Raises
        ------
        RequestError
            When there is no choice of that name, or the choices do not fit together.
        """
        if strange := sorted(set(choices) - set(CHOICES)):
            raise RequestError(_unknown(strange))
        return cls(lens=lens.id, area=area.name, resolution=area.resolution, **choices)

    @property
    def choices(self) -> dict[str, Any]:
        """Every choice by name but those that a lens and an area bring with them."""
        return {name: getattr(self, name) for name in CHOICES}


# What can be chosen beside the lens and the area, in the order of the request.
CHOICES = tuple(each.name for each in fields(AnalysisRequest))[3:]


@dataclass(frozen=True, eq=False)
class AnalysisResult:
    """What an analysis found, before disclosure control: never shown as it is."""

    request: AnalysisRequest
    lens: Lens
    area: StudyArea
    cells: pd.DataFrame  # CELL_COLUMNS, one row per cell of the study area, in its order
    hotspots: pd.DataFrame  # HOTSPOT_COLUMNS, best rank first
    first: date  # first and last day covered, asked for or found in the data
    last: date
    numbers: Mapping[str, int]  # read, accepted, rejected, counted, outside, hot_cells, ...
    inputs: tuple[Mapping[str, object], ...]  # name, sha256, size, rows of each file
    incidents: Integers  # incidents that count by cell, never weighted
    standard: Standard  # what a place has more than
    notes: tuple[Note, ...] = ()  # caveats and warnings
    facts: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))  # cap, mean
    synthetic: bool = False  # demonstration data: said on every screen and file
    # p of each hot spot by its id: a bound on the chance of one so extreme anywhere.
    place_p: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        check_columns(self.cells, CELL_COLUMNS, name="cells")
        check_columns(self.hotspots, HOTSPOT_COLUMNS, name="hot spots")


def _unknown(names: list[str]) -> str:
    """Return what to say to choices that there are not."""
    if "resolution" in names:
        return (
            "The resolution is the study area's own: choose it there, as in"
            ' area=study_area("merseyside", resolution=8).'
        )
    near = [close for name in names for close in difflib.get_close_matches(name, CHOICES, 1)]
    hint = f" Did you mean {' and '.join(near)}?" if near else ""
    return f"There is no choice {', '.join(names)}.{hint} The choices are {', '.join(CHOICES)}."


def _faults(request: AnalysisRequest) -> list[str]:
    """Return every fault of a request, in words that say what to choose instead."""
    faults = []
    if request.resolution not in RESOLUTIONS:
        faults.append(
            f"resolution {request.resolution} is not one of"
            f" {RESOLUTIONS.start} to {RESOLUTIONS.stop - 1}"
        )
    if not 0 < request.alpha < 1:
        faults.append(f"alpha {request.alpha} is not between 0 and 1 (0.05 is usual)")
    if request.start and request.end and request.start > request.end:
        faults.append(f"the first day {request.start} is after the last day {request.end}")
    if not 1 <= request.inner <= request.rings <= MOST_RINGS:
        faults.append(
            f"steps {request.inner} to {request.rings} are no neighbourhood: choose a first step"
            f" of 1 or more, and a last one from it to {MOST_RINGS}"
        )
    faults += _strange_times(request)
    if request.question == "unusual" and request.harm:
        faults.append("unusual places count incidents, not days of harm: ask for concentrated ones")
    if not (request.most_km2 > 0 and request.most_cells >= 1):
        faults.append("a place needs more than 0 km2 and 1 cell or more")
    for name, value, allowed in (
        ("score", request.score, get_args(Score)),
        ("null", request.null, get_args(Null)),
        ("correction", request.correction, ("bh", "by")),
        ("question", request.asks, get_args(Question)),
        ("expected", request.expected, get_args(Base)),
    ):
        if value not in allowed:
            faults.append(f"{name} {value!r} is not one of {', '.join(allowed)}")
    return faults


def _strange_times(request: AnalysisRequest) -> list[str]:
    """Return the shifts and days of the week that there are not, or that are named twice."""
    faults = []
    for name, chosen, allowed in (
        ("shift", request.shifts, get_args(Shift)),
        ("day", request.weekdays, get_args(Weekday)),
    ):
        strange = [one for one in chosen if one not in allowed]
        if strange or len(set(chosen)) < len(chosen):
            told = ", ".join(map(repr, strange or chosen))
            faults.append(f"{name} {told}: choose each once among {', '.join(allowed)}")
    return faults

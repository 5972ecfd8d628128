"""All doubts about some incidents: looked for once, read by every answer.

What rows alone show is kept with the incidents, and what needs the study area with both, for as
long as they are in use. An answer takes those that concern its days and its incidents.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from mapper.analysis.coverage import Coverage, coverage
from mapper.analysis.part_doubts import (
    StepPeriods,
    area_divisions,
    part_doubts,
    periods_of,
    row_divisions,
)
from mapper.analysis.point_doubts import point_doubts
from mapper.analysis.street_names import street_names
from mapper.areas.study_area import StudyArea
from mapper.base.months import months_of
from mapper.base.text import count
from mapper.base.types import Flags, Integers
from mapper.base.weights import sums
from mapper.grid.counts import locate
from mapper.grid.hexagons import Cells
from mapper.incidents.column_doubts import column_doubts, days_late, incomplete_days, thin_end
from mapper.incidents.doubt import Doubt
from mapper.incidents.reading_doubts import last_day, old_data, reading_doubts
from mapper.incidents.repeated_rows import repeated_rows
from mapper.incidents.table import Incidents
from mapper.incidents.time_blocks import Times, block_minutes
from mapper.lenses.load import shipped_lenses
from mapper.lenses.named_values import unnamed_values

EFFECTS = ("veto", "left out", "caveat")
_EXPECTED = 5.0  # rows in months of which none may be missing by chance: one in 150


@dataclass(frozen=True, eq=False)
class RowExamination:
    """What the rows of some incidents show."""

    table: pd.DataFrame
    reading: tuple[Doubt, ...] = ()
    earlier: int | None = None  # days until a day is in, by an earlier extract

    @cached_property
    def last(self) -> date | None:
        """The last day, from which data grows old; none of a demonstration."""
        return last_day(self.table)

    @cached_property
    def columns(self) -> tuple[Doubt, ...]:
        """Of columns as a whole, and of months without any row."""
        found = column_doubts(self.table)
        if any(one.code == "dates exchanged" for one in found):
            return found  # what else days show follows from it
        late = incomplete_days(self.table, self.late) or thin_end(self.table)
        return (*found, *late, *missing_months(self.table))

    @cached_property
    def late(self) -> int | None:
        """Days until 95 % of a day are in, by reports or an earlier extract; none if unknown."""
        known = days_late(self.table)
        return self.earlier if known is None else known

    @cached_property
    def rest(self) -> tuple[Doubt, ...]:
        """Of points, and of the parts that columns make."""
        if self.table.empty:
            return ()
        parts = part_doubts(self.table, row_divisions(self.table, self.untimed), self.periods)
        constant = {one.kind for one in self.columns if one.code == "column constant"}
        parts = tuple(one for one in parts if one.kind not in constant)  # told as one thing
        coarse = self._rows_of(lambda one: one.code == "coordinates coarse")
        points = point_doubts(self.table, coarse, named="location" not in constant)
        twice = repeated_rows(self.table, self._to_the_minute)
        return (*twice, *points, *parts, *near_names(self.table))

    @cached_property
    def periods(self) -> StepPeriods | None:
        """The weeks, months or days that steps are looked for in."""
        return periods_of(self.table)

    def _rows_of(self, chosen: Callable[[Doubt], bool]) -> Flags:
        """Return which incidents some doubts about columns concern."""
        flags = np.zeros(len(self.table), dtype=bool)
        for one in filter(chosen, self.columns):
            flags[one.rows] = True
        return flags

    @cached_property
    def _to_the_minute(self) -> Flags:
        """Which incidents have a minute of the day that is their own."""
        fine = (self.table["precision"] == "minute").to_numpy()
        vague = self._rows_of(lambda one: one.kind == "time")
        return np.asarray(fine & ~vague)

    @cached_property
    def untimed(self) -> Flags:
        """Which incidents carry a minute of the day that stands for "not known"."""
        return self._rows_of(lambda one: one.kind == "time" and one.effect == "left out")

    @cached_property
    def ends(self) -> Times:
        """The latest moment of each incident: its own, or the end of the block that it names."""
        start, end = (self.table[name].to_numpy() for name in ("start", "end"))
        fine = (self.table["precision"] == "minute").to_numpy()
        block = np.where(np.isnat(end), block_minutes(start, fine), 0)
        return np.where(block > 0, start + block.astype("timedelta64[m]"), end)


@dataclass(frozen=True, eq=False)
class AreaExamination:
    """What some incidents show over a study area."""

    table: pd.DataFrame
    cells: Cells
    position: Integers  # cell of each incident, -1 outside
    coverage: Coverage
    parts: tuple[Doubt, ...]  # districts and wards

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """All of them, coverage first."""
        return (*((self.coverage.doubt,) if self.coverage.doubt else ()), *self.parts)

    @cached_property
    def streets(self) -> pd.DataFrame:
        """The streets of each cell, as the incidents name them: STREET_COLUMNS."""
        return street_names(self.table, self.position, self.cells)


_ROWS: WeakKeyDictionary[Incidents, RowExamination] = WeakKeyDictionary()
_AREAS: WeakKeyDictionary[Incidents, WeakKeyDictionary[StudyArea, AreaExamination]] = (
    WeakKeyDictionary()
)


def examine_rows(incidents: Incidents) -> RowExamination:
    """Return what the rows of some incidents show, looked for once."""
    if incidents not in _ROWS:
        reading = tuple(reading_doubts(incidents))
        _ROWS[incidents] = RowExamination(incidents.table, reading, incidents.days_late)
    return _ROWS[incidents]


def examine_area(incidents: Incidents, area: StudyArea) -> AreaExamination:
    """Return what some incidents show over an area, looked for once."""
    kept, one = _AREAS.setdefault(incidents, WeakKeyDictionary()), area.one_for_all
    if one not in kept:
        kept[one] = _over(incidents, one)
    return kept[one]


def examine(
    incidents: Incidents, area: StudyArea | None = None, *, today: date | None = None
) -> tuple[Doubt, ...]:
    """Return all doubts about some incidents, those that veto first.

    Parameters
    ----------
    today
        The day from which data is old; the wall clock's where not given.
    """
    rows = examine_rows(incidents)
    now = today or date.today()  # noqa: DTZ011 - days where the people are
    found = [*rows.reading, *rows.columns, *rows.rest, *old_data(rows.last, now)]
    if area is not None:
        found += examine_area(incidents, area).doubts
    return tuple(sorted(found, key=lambda one: EFFECTS.index(one.effect)))


def late_words(incidents: Incidents) -> str:
    """Say that nothing is known of how late the latest days are recorded, where that is so."""
    rows = examine_rows(incidents)
    if rows.table.empty or rows.late is not None or (rows.table["precision"] == "month").any():
        return ""
    return (
        "How late the latest days are recorded is not known: the data has no time of report, and no"
        " earlier extract of the same days was given. Its last days may lack some."
    )


def positions(incidents: Incidents, area: StudyArea) -> Integers:
    """Return the position of each incident's cell in an area, -1 outside."""
    return examine_area(incidents, area).position


def _over(incidents: Incidents, area: StudyArea) -> AreaExamination:
    """Examine incidents over an area."""
    table = incidents.table
    lon, lat = (table[name].to_numpy() for name in ("lon", "lat"))
    cells = area.cells["cell"].to_numpy()
    position = locate(lon, lat, cells=cells, resolution=area.resolution)
    position.flags.writeable = False  # every study of these incidents reads the same
    time = examine_rows(incidents).periods if len(table) else None
    parts = part_doubts(table, area_divisions(area, position), time) if len(table) else ()
    return AreaExamination(table, cells, position, coverage(area, position), parts)


def near_names(table: pd.DataFrame, times: Integers | None = None) -> list[Doubt]:
    """Return a doubt for each type that is like one that a lens names, and is not it.

    Parameters
    ----------
    times
        How many incidents each row stands for; one where not given.
    """
    total = len(table) if times is None else int(times.sum())
    return [
        Doubt(
            code="values unknown",
            effect="caveat",
            words=(
                f"“{one.value}” (type, {count(one.incidents, 'incident')}) is named by no lens, and"
                f" “{one.near}” is: perhaps one type written two ways."
            ),
            rows=one.rows,
            number=one.incidents,
            share=one.incidents / total,
            kind=one.column,
            part=one.value,
            other=one.near,
            remedy="write one name for both in the file, or name both in the lens",
        )
        for one in unnamed_values(table, shipped_lenses(), times=times)
        if one.near
    ]


def missing_months(table: pd.DataFrame, times: Integers | None = None) -> list[Doubt]:
    """Return a doubt for each run of months between the first and the last without any row.

    Where few rows are dated at all, an empty month may be chance and is told of by no doubt: the
    rate is half that of the middle month, for quiet times.

    Parameters
    ----------
    times
        How many incidents each row stands for; one where not given.
    """
    dated = months_of(table["start"].to_numpy()).astype(np.int64)
    earliest = dated.min(initial=0)
    every = sums(dated - earliest, times)
    months = (np.flatnonzero(every) + earliest).astype("datetime64[M]")
    held = every[every > 0]
    gap = np.diff(months).astype(np.int64) - 1
    expected = gap * (float(np.median(held)) if held.size else 0.0) / 2
    found = []
    for one in np.flatnonzero(expected >= _EXPECTED).tolist():
        first = (months[one] + 1).astype("datetime64[D]").astype(object)
        last = (months[one + 1].astype("datetime64[D]") - 1).astype(object)
        words = f"No row at all from {first:%B %Y} to {last:%B %Y}: missing, not none."
        found.append(
            Doubt(
                code="months missing",
                effect="veto",
                words=words,
                rows=np.empty(0, dtype=np.int64),
                share=0.0,
                kind="month",
                since=first,
                until=last,
                from_day=last + timedelta(days=1),
                remedy="add the files of those months, or choose days on one side of them",
            )
        )
    return found

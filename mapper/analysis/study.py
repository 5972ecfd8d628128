"""A study: incidents seen through a lens over a study area, counted and ready for questions.

Every statistic of the project starts here, so that all of them speak of the same incidents, the
same cells and the same dates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.analysis.examine import (
    examine,
    examine_area,
    examine_rows,
    late_words,
    positions,
)
from mapper.analysis.notes import gather_notes, refusal_words
from mapper.analysis.outside import refuse_elsewhere, whereabouts
from mapper.analysis.request import AnalysisRequest
from mapper.analysis.shift_filter import in_shifts
from mapper.areas.study_area import StudyArea
from mapper.base.errors import RequestError, TooFewEventsError
from mapper.base.files import Progress, no_progress
from mapper.base.note import Note
from mapper.base.text import count, day_in_words
from mapper.base.types import Flags, Floats, Integers
from mapper.grid.counts import Counts, count_positions
from mapper.grid.hexagons import Cells
from mapper.grid.neighbours import Neighbours, find_band, find_neighbours
from mapper.incidents.doubt import GROUND, Doubt
from mapper.incidents.synthetic import is_synthetic
from mapper.incidents.table import Incidents
from mapper.lenses.classify import classify, classify_harm
from mapper.lenses.lens import Lens
from mapper.statistics.aoristic import WeekClocks, week_clocks
from mapper.statistics.fewest import FEWEST_INCIDENTS
from mapper.statistics.overdispersion import first_of_location_day


@dataclass(frozen=True, eq=False)
class Study:
    """Incidents under one request, counted by cell."""

    request: AnalysisRequest
    lens: Lens
    area: StudyArea
    incidents: Incidents
    within: Flags  # incidents in the dates asked for, shape (incidents,)
    weights: Integers  # weight of each incident, 0 outside lens, dates or hours
    counts: Counts
    near: Neighbours  # by the steps asked for: the six touching cells unless told otherwise
    first: date  # first and last day covered
    last: date
    synthetic: bool
    times: Integers | None = None  # incidents that count of each row; one where none

    def part(self, rows: Integers) -> Integers:
        """Return how many incidents that count each of some rows stands for."""
        return np.ones(rows.size, dtype=np.int64) if self.times is None else self.times[rows]

    @property
    def dated(self) -> "Study":
        """The same incidents in rows each of which knows its date: the study itself."""
        return self

    def held(self, rows: Flags) -> int:
        """Return how many incidents that count some rows stand for together."""
        return int(self.part(np.flatnonzero(rows)).sum())

    def rows_of(self, doubt: Doubt) -> Flags:
        """Tell which rows a doubt speaks of; shape (rows,)."""
        flags = np.zeros(self.counted.size, dtype=bool)
        flags[doubt.rows] = True
        return flags

    def varied(self, *, lens: Lens | None = None, **choices: Any) -> "Study":
        """Return the same incidents counted under another lens, or with some other choices.

        Raises
        ------
        MapperError
            As :func:`prepare`.
        """
        every = {**self.request.choices, **choices}
        return prepare(self.incidents, lens=lens or self.lens, area=self.area, **every)

    @property
    def cells(self) -> Cells:
        """The sorted cells of the study area."""
        return self.area.cells["cell"].to_numpy()

    @cached_property
    def touching(self) -> Neighbours:
        """The cells that touch, whatever counts as near: what hot spots are joined by."""
        usual = self.request.rings == self.request.inner == 1
        return self.near if usual else find_neighbours(self.cells)

    @property
    def counted(self) -> Flags:
        """Tell which incidents count and lie in the study area; shape (incidents,)."""
        return (self.weights > 0) & (self.counts.position >= 0)

    @cached_property
    def demand(self) -> Integers:
        """All incidents of the dates and hours in each cell, whatever the lens; shape (cells,)."""
        inside = self.within & (self.counts.position >= 0)
        inside &= _in_shifts(self.incidents, self.request)
        where = self.counts.position[inside]
        return np.bincount(where, minlength=self.near.size).astype(np.int64)

    def harm_days(self) -> Floats:
        """Return the days of harm in each cell; shape (cells,).

        Raises
        ------
        LensError
            When the lens gives none.
        """
        counted = self.counted
        days = classify_harm(
            self.incidents.table,
            self.lens,
            include_police_generated=self.request.police_generated,
        )
        where = self.counts.position[counted]
        sums = np.bincount(where, weights=days[counted], minlength=self.near.size)
        return sums.astype(np.float64)

    @property
    def inputs(self) -> tuple[Mapping[str, object], ...]:
        """Name, digest, size and rows of each file."""
        return tuple(
            MappingProxyType({"name": f.name, "sha256": f.sha256, "size": f.size, "rows": f.rows})
            for f in self.incidents.files
        )

    @property
    def numbers(self) -> dict[str, int]:
        """Row counts: read = accepted + rejected; the rest are parts of accepted."""
        return {
            "rows_read": self.incidents.rows_read,
            "rows_accepted": len(self.incidents.table),
            "rows_rejected": len(self.incidents.rejected),
            "rows_outside": int((self.counts.position < 0).sum()),  # outside the study area
            "rows_in_period": int(self.within.sum()),
            "incidents_counted": self.counts.total,
            "incidents_outside": self.counts.outside,  # would count, but lie outside
            "score_counted": int(self.counts.weighted.sum()),
            "cells": self.near.size,
            "cells_isolated": int((self.near.degree == 0).sum()),
        }

    @cached_property
    def doubts(self) -> tuple[Doubt, ...]:
        """What the data shows against answers over these days and incidents."""
        found = examine(self.incidents, self.area)
        return tuple(one for one in found if self._concerns(one, self.counted))

    def _concerns(self, doubt: Doubt, counted: Flags) -> bool:
        """Tell whether a doubt lies in the days and incidents of the study.

        Ground that has stopped sending looks quiet: it is told though nothing of it is left.

        Parameters
        ----------
        counted
            Which of the rows that the doubt speaks of hold incidents that count.
        """
        if doubt.lacks(self.first, self.last) and doubt.kind in GROUND:
            return True
        if doubt.since is not None and not doubt.parts(self.first, self.last):
            return False
        whole = not doubt.rows.size or (doubt.kind == "day" and doubt.effect == "veto")
        return whole or bool(counted[doubt.rows].any())

    @property
    def uncovered(self) -> Flags:
        """Which cells the data does not reach: nothing is known of them; shape (cells,)."""
        return examine_area(self.incidents, self.area).coverage.uncovered

    @property
    def streets(self) -> pd.DataFrame:
        """The streets of each cell, as the incidents name them: STREET_COLUMNS."""
        return examine_area(self.incidents, self.area).streets

    @cached_property
    def covered(self) -> "Study":
        """The same incidents on the cells alone that the data reaches; itself where it is all."""
        uncovered = self.uncovered
        if not uncovered.any():
            return self
        known = ~uncovered
        number = np.append(np.where(known, np.cumsum(known) - 1, -1), -1)
        area = replace(self.area, cells=self.area.cells[known].reset_index(drop=True))
        counts = replace(
            self.counts,
            incidents=self.counts.incidents[known],
            weighted=self.counts.weighted[known],
            position=number[self.counts.position],
        )
        near = find_band(
            area.cells["cell"].to_numpy(), inner=self.request.inner, outer=self.request.rings
        )
        return replace(self, area=area, counts=counts, near=near)

    def in_all_cells(self, values: npt.NDArray[Any], fill: float | str) -> npt.NDArray[Any]:
        """Return values of the cells that the data reaches, by all cells, others filled."""
        uncovered = self.uncovered
        if not uncovered.any():
            return values
        found = np.full(uncovered.size, fill, dtype=values.dtype)
        found[~uncovered] = values
        return found

    def week_clocks(self, group: Integers, *, groups: int) -> WeekClocks:
        """Return a week clock for each group of incidents; those without an hour are left out.

        Parameters
        ----------
        group
            Number of each incident's group, -1 for none; shape (incidents,).
        """
        return week_clocks(
            self.incidents.table["start"].to_numpy(),
            examine_rows(self.incidents).ends,
            group=group,
            groups=groups,
            month_only=self.no_hour,
        )

    @property
    def no_hour(self) -> Flags:
        """Which incidents have no hour: known to the month only, or at a time for "not known"."""
        months = (self.incidents.table["precision"] == "month").to_numpy()
        return np.asarray(months | examine_rows(self.incidents).untimed)

    @property
    def late_words(self) -> str:
        """Say that nothing is known of how late the latest days are recorded, where so."""
        return late_words(self.incidents)

    @property
    def cause(self) -> str:
        """What opens a refusal where how rows were read is the true cause; else nothing."""
        return refusal_words(self.incidents)

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a reader should know of the data and the choices, in plain words."""
        doubts = [one.note for one in self.doubts if one.code != "months missing"]
        return (*doubts, *self._gathered(self.incidents.table, self.within))

    def _gathered(self, table: pd.DataFrame, within: Flags) -> tuple[Note, ...]:
        """Return what else a reader should know, of incidents or kinds of them."""
        return gather_notes(
            table,
            within,
            self.request,
            self.lens,
            self.near,
            self.counts,
            intake=self.incidents.notes,
            where=self._where_outside,
        )

    def _where_outside(self) -> str:
        """Say where the incidents of the days asked for lie that are outside the area."""
        out = self.within & (self.counts.position < 0)
        return whereabouts(*(self.incidents.table[name].to_numpy()[out] for name in ("lon", "lat")))


def prepare(
    incidents: Incidents,
    *,
    lens: Lens,
    area: StudyArea,
    progress: Progress = no_progress,
    **choices: Any,
) -> Study:
    """Choose the incidents that count and count them in every cell of the study area.

    Parameters
    ----------
    incidents
        Accepted incidents and rejected rows.
    choices
        By name, as in :class:`~mapper.analysis.request.AnalysisRequest`: its lens, area and
        resolution are those of the lens and the area given here.

    Raises
    ------
    TooFewEventsError
        When fewer than 30 incidents count: no map of noise is drawn.
    LensError
        When the data lacks a column the lens needs.
    AreaError
        When the incidents lie in another place; see :mod:`mapper.analysis.outside`.
    RequestError
        When no incident lies in the dates asked for, the data cannot tell the hours, or there is
        no such choice.
    """
    request = AnalysisRequest.of(lens, area, choices)
    progress("Choosing the incidents that count", 0.0)
    table = incidents.table
    within = within_days(table, request)
    weights = classify(table, lens, include_police_generated=request.police_generated)
    weights = np.where(within, weights, 0)
    first, last = span_of(incidents, within)
    if request.shifts or request.weekdays:
        weights = np.where(_in_shifts(incidents, request), weights, 0)
    if request.location_day:
        weights = np.where(_first_of_day(table, weights), weights, 0)
    progress("Counting in cells", 0.3)
    cells = area.cells["cell"].to_numpy()
    counts = count_positions(positions(incidents, area), weights, size=cells.size)
    few = counts.total < FEWEST_INCIDENTS
    refuse_elsewhere(table[within], counts.position[within] < 0, area, few=few)
    _refuse_too_few(incidents, counts, lens, first, last)
    return Study(
        request=request,
        lens=lens,
        area=area,
        incidents=incidents,
        within=within,
        weights=weights,
        counts=counts,
        near=find_band(cells, inner=request.inner, outer=request.rings),
        first=first,
        last=last,
        synthetic=is_synthetic(table),
    )


def within_days(table: pd.DataFrame, request: AnalysisRequest) -> Flags:
    """Tell which incidents start within the days asked for."""
    start = table["start"].to_numpy()
    within = np.ones(len(table), dtype=bool)
    if request.start:
        within &= start >= np.datetime64(request.start)
    if request.end:
        within &= start < np.datetime64(request.end + timedelta(days=1))
    return within


def _in_shifts(incidents: Incidents, request: AnalysisRequest) -> Flags:
    """Tell which incidents fall into the shifts and days of the week asked for."""
    inside = in_shifts(incidents.table, shifts=request.shifts, weekdays=request.weekdays)
    return inside & ~examine_rows(incidents).untimed if request.shifts else inside


def _first_of_day(table: pd.DataFrame, weights: Integers) -> Flags:
    """Tell which incidents that count are the first at their place on their day."""
    lon, lat, start = (table[name].to_numpy() for name in ("lon", "lat", "start"))
    return first_of_location_day(lon, lat, start, counted=weights > 0)


def span_of(incidents: Incidents, within: Flags) -> tuple[date, date]:
    """Return the first and last day covered: the data's own, inside those asked for."""
    table = incidents.table
    if not within.any():
        have = ""
        if len(table):
            first, last = table["start"].min(), table["start"].max()
            have = f" They run from {day_in_words(first)} to {day_in_words(last)}."
        cause = refusal_words(incidents)
        advice = "" if cause else " Choose other dates."
        raise RequestError(f"{cause}No incident lies in the dates asked for.{have}{advice}")
    start = table["start"].to_numpy()[within]
    first, last = pd.Timestamp(start.min()), pd.Timestamp(start.max())
    if table["precision"].iloc[int(np.flatnonzero(within)[start.argmax()])] == "month":
        last = last + pd.offsets.MonthEnd(0)
    return first.date(), last.date()


def _refuse_too_few(
    incidents: Incidents, counts: Counts, lens: Lens, first: date, last: date
) -> None:
    """Stop, in words, when there is too little to say anything."""
    if counts.total >= FEWEST_INCIDENTS:
        return
    cause = refusal_words(incidents)
    advice = "" if cause else " Choose a longer period, a larger area or a wider lens."
    raise TooFewEventsError(
        f"{cause}Only"
        f" {count(counts.total, 'incident counts', 'incidents count')} under “{lens.title}”"
        f" from {day_in_words(first)} to {day_in_words(last)}: fewer than {FEWEST_INCIDENTS}, too"
        f" few to tell a hot spot from chance.{advice}"
    )

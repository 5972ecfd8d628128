"""The doubts about data that is counted slice by slice: those of all rows together, word for word.

What speaks of kinds, ground and points is looked for by the same functions, whose rows then stand
for many incidents each. What needs single rows (references that a spreadsheet rounded or that many
rows share, coordinates that are coarse, columns that are constant from a date on) is only told to
be possible: then the files are read at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from mapper.analysis.coverage import Coverage, coverage
from mapper.analysis.examine import missing_months, near_names
from mapper.analysis.part_doubts import (
    area_divisions,
    part_doubts,
    periods_of,
    row_divisions,
)
from mapper.analysis.point_doubts import (
    crowd_doubts,
    drop_of_a_month,
    drop_of_a_year,
    replaced_from,
)
from mapper.analysis.tally import TEXTS, Tally, month_number, years_of
from mapper.areas.study_area import StudyArea
from mapper.base.types import Flags, Integers
from mapper.base.weights import sums
from mapper.grid.counts import locate
from mapper.grid.hexagons import points_to_cells
from mapper.incidents.doubt import FEWEST, Doubt
from mapper.incidents.faults import UNREAD
from mapper.incidents.quality import SHARED_GROUND, SNAPPED_MEAN, Points, distinct_points
from mapper.incidents.reading_doubts import UNREAD_SHARE, last_day, old_data
from mapper.incidents.times import PRECISIONS
from mapper.incidents.value_doubts import may_be_coarse

_SHARE = 0.01  # of rows or incidents: the least of several doubts that need single rows
_ROUNDED = 0.1  # of references: half of what is told


@dataclass(frozen=True, eq=False)
class Rows:
    """A frame of a tally as a table of incidents: each row stands for several."""

    table: pd.DataFrame
    times: Integers  # incidents of each row
    counted: Flags  # rows with incidents that count and lie in the area


@dataclass(frozen=True, eq=False)
class TallyExamination:
    """What a tally shows over a study area."""

    tally: Tally
    area: StudyArea
    files: tuple[str, ...]
    columns: tuple[str, ...]  # of the incidents

    @cached_property
    def kinds(self) -> Rows:
        """Kinds of incidents."""
        held = self.tally.kinds
        table = pd.DataFrame({"start": held["start"], "precision": _months(len(held))})
        table["type"] = _categorical(held["type"], self.tally.labels["type"])
        for name in (one for one in held if one in self.columns and one not in table):
            flag = name not in self.tally.labels
            labels = self.tally.labels.get(str(name), ())
            table[name] = held[name] if flag else _categorical(held[name], labels)
        table["reference"] = _but_for(held["no_reference"])
        if "uprn" in self.columns:
            table["uprn"] = _but_for(held["no_uprn"])
        if "location" in self.columns:
            codes = np.where(held["no_location"].to_numpy(), -1, 0)
            table["location"] = pd.Categorical.from_codes(codes, pd.Index(["x"], dtype="str"))
        names = pd.Index(self.files, dtype="str")
        table["source"] = pd.Categorical.from_codes(held["file"].to_numpy(), names)
        inside = held["inside"].to_numpy(dtype=bool)
        return Rows(table, held["n"].to_numpy(), inside & (held["counts"] > 0).to_numpy())

    @cached_property
    def ground(self) -> Rows:
        """Cells and months."""
        held = self.tally.ground
        table = pd.DataFrame({"start": held["start"], "precision": _months(len(held))})
        counted = (held["counts"] > 0) & (held["position"] >= 0)
        return Rows(table, held["n"].to_numpy(), counted.to_numpy())

    @cached_property
    def points(self) -> Rows:
        """Points with their labels."""
        held = self.tally.points
        table = held[["lon", "lat"]].copy()
        if "location" in self.columns:
            table["location"] = _categorical(held["location"], self.tally.labels["location"])
        counted = (held["counts"] > 0).to_numpy() & (self.position >= 0)
        return Rows(table, held["n"].to_numpy(), counted)

    @cached_property
    def position(self) -> Integers:
        """The cell of each point, -1 outside."""
        lon, lat = (self.tally.points[name].to_numpy() for name in ("lon", "lat"))
        cells = self.area.cells["cell"].to_numpy()
        return locate(lon, lat, cells=cells, resolution=self.area.resolution)

    @cached_property
    def coverage(self) -> Coverage:
        """Which cells the data does not reach."""
        position = self.tally.ground["position"].to_numpy()
        return coverage(self.area, position, self.ground.times)

    @property
    def needs_rows(self) -> bool:
        """Whether something may be told that only single rows can tell."""
        return (
            self._may_be_unread()
            or self._may_have_bad_references()
            or may_be_coarse(self.points.table, self.points.times)
            or self._may_be_constant()
        )

    def _may_be_unread(self) -> bool:
        unread = sum(n for reason, n in self.tally.reasons.items() if reason in UNREAD)
        rows = self.tally.total + sum(self.tally.reasons.values())
        shortened = self.tally.numbers.get("shortened", 0)
        many = unread >= max(FEWEST, UNREAD_SHARE * rows)
        return many or shortened >= max(FEWEST, _SHARE * rows)

    def _may_have_bad_references(self) -> bool:
        known = self.tally.numbers
        rounded, again = known.get("rounded", 0), known.get("again", 0)
        of_long = rounded > _ROUNDED * max(known.get("long", 0), 1)
        shared = again > _ROUNDED * known.get("references", 0) and again >= FEWEST
        return (rounded >= FEWEST and of_long) or shared

    def _may_be_constant(self) -> bool:
        """Tell whether the last month has one value alone where earlier ones have others."""
        kinds, points = self.tally.kinds, self.tally.points
        last = kinds["start"].max()
        late, of_kinds = points[points["last"] == last], kinds[kinds["start"] == last]
        places = ["lon", "lat"]
        pairs = [(late["location"], points["location"]), (late[places], points[places])]
        pairs += [(of_kinds[name], kinds[name]) for name in ("type", *TEXTS) if name in kinds]
        return any(_one_value(mine) and not _one_value(every) for mine, every in pairs)

    def found(self, today: date) -> list[tuple[Doubt, Flags]]:
        """Return every doubt, and which of the rows that it speaks of hold what counts.

        In the order in which reading at once finds them.
        """
        kinds, ground, points = self.kinds, self.ground, self.points
        rest = [(one, points.counted) for one in self._crowds()]
        rest += [(one, kinds.counted) for one in self._replaced()]
        divisions = row_divisions(kinds.table, np.zeros(len(kinds.table), dtype=bool))
        time = periods_of(kinds.table, kinds.times)
        parts = part_doubts(kinds.table, divisions, time) if time else ()
        rest += [(one, kinds.counted) for one in (*parts, *near_names(kinds.table, kinds.times))]
        first = [(one, kinds.counted) for one in missing_months(kinds.table, kinds.times)]
        old = [(one, kinds.counted) for one in old_data(self.last, today)]
        over = [self.coverage.doubt] if self.coverage.doubt else []
        time = periods_of(ground.table, ground.times)
        position = self.tally.ground["position"].to_numpy()
        over += part_doubts(ground.table, area_divisions(self.area, position), time) if time else ()
        return [*first, *rest, *old, *((one, ground.counted) for one in over)]

    @property
    def last(self) -> date | None:
        """The last day that incidents speak of; none of a demonstration."""
        if self.tally.numbers.get("synthetic", 0):
            return None
        return last_day(self.kinds.table)

    def _crowds(self) -> tuple[Doubt, ...]:
        points = self.points
        every = distinct_points(points.table, points.times)
        coarse = np.zeros(len(points.table), dtype=bool)
        return crowd_doubts(points.table, every, coarse, named=True, times=points.times)

    def _replaced(self) -> list[Doubt]:
        """Return the month from which points are others than before."""
        held, kinds = self.tally.points, self.tally.kinds
        every = distinct_points(self.points.table, self.points.times)
        months = month_number(held["first"].to_numpy())
        earliest = int(months.min())
        first = np.full(every.incidents.size, months.max() + 1, dtype=np.int64)
        np.minimum.at(first, every.of, months)
        mine = months == first[every.of]
        of_kinds = month_number(kinds["start"].to_numpy())
        size = int(of_kinds.max()) - earliest + 1
        new = sums(months[mine] - earliest, held["at_first"].to_numpy()[mine], size=size)
        by_month = sums(of_kinds - earliest, self.kinds.times, size=size)
        since, words = drop_of_a_month(np.datetime64(earliest, "M"), by_month, new, every)
        if since is None and not by_month.all() and every.mean >= SNAPPED_MEAN:
            since, words = drop_of_a_year(kinds["start"].to_numpy(), self._shares_of_years(every))
        if since is None:
            return []
        late = of_kinds >= since.astype(np.int64)
        number = int(self.kinds.times[late].sum())
        return [replaced_from(since, words, np.flatnonzero(late), self.tally.total, number)]

    def _shares_of_years(self, every: Points) -> dict[int, float]:
        """Return which part of a year's incidents lies at points of earlier years, by year.

        Over cells where earlier years have incidents, as :func:`points_by_year` does.
        """
        held, kinds = self.tally.points, self.tally.kinds
        of_row = years_of(held["first"].to_numpy())
        year = np.full(every.incidents.size, of_row.max(), dtype=np.int64)
        np.minimum.at(year, every.of, of_row)
        mine = np.where(of_row == year[every.of], held["in_first"].to_numpy(), 0)
        new = sums(every.of, mine, size=year.size)  # at each point in its first year
        lon, lat = (held[name].to_numpy()[every.first] for name in ("lon", "lat"))
        cells = points_to_cells(lon, lat, resolution=SHARED_GROUND)
        _, cell = np.unique(cells, return_inverse=True)
        opened = np.full(int(cell.max()) + 1, year.max(), dtype=np.int64)
        np.minimum.at(opened, cell, year)
        known = opened[cell] < year  # points that came to ground which earlier years have
        of_kinds = years_of(kinds["start"].to_numpy())
        shares = {}
        for one in np.unique(of_kinds).tolist():
            alone = int(new[(year == one) & ~known].sum())
            shared = int(self.kinds.times[of_kinds == one].sum()) - alone
            fresh = int(new[(year == one) & known].sum())
            if shared:
                shares[one] = round((shared - fresh) / shared, 6)
        return shares


def _one_value(held: Any) -> bool:
    """Tell whether some rows hold one value alone."""
    return len(held.drop_duplicates()) <= 1


def _but_for(blank: "pd.Series[bool]") -> "pd.Series[str]":
    """Return texts of which some are blank."""
    return pd.Series(["x"] * len(blank), dtype="str").mask(blank)


def _months(size: int) -> pd.Categorical:
    """Return the precision of months."""
    code = PRECISIONS.index("month")
    return pd.Categorical.from_codes(np.full(size, code), pd.Index(PRECISIONS, dtype="str"))


def _categorical(codes: "pd.Series[int]", labels: Sequence[str]) -> pd.Categorical:
    """Return codes as words."""
    return pd.Categorical.from_codes(codes.to_numpy(), pd.Index([*labels], dtype="str"))

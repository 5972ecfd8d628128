"""A study of files that are too large to hold: of the counts of their slices.

It answers as a study of all rows does where counts by cell, month and point are enough: the map
and the list of hot spots of police.uk files, and questions that declare it
(:class:`mapper.questions.question.Question`).
"""

from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property

import pandas as pd

from mapper.analysis.examine import EFFECTS
from mapper.analysis.outside import MOST_OUTSIDE, whereabouts
from mapper.analysis.request import AnalysisRequest
from mapper.analysis.street_names import street_names
from mapper.analysis.study import Study, span_of, within_days
from mapper.analysis.tally import Tally
from mapper.analysis.tally_doubts import TallyExamination
from mapper.base.note import Note
from mapper.base.types import Flags, Integers
from mapper.base.weights import sums
from mapper.grid.counts import Counts
from mapper.grid.neighbours import find_band
from mapper.incidents.doubt import GROUND, Doubt
from mapper.incidents.sliced_file import WholeNeeded
from mapper.incidents.table import Incidents, SourceFile
from mapper.lenses.fit import refuse_unfit
from mapper.lenses.lens import Lens
from mapper.statistics.fewest import FEWEST_INCIDENTS


@dataclass(frozen=True, eq=False)
class TalliedIncidents(Incidents):
    """Points of incidents in place of rows."""

    def __post_init__(self) -> None:
        """Hold no rows, and so none of their contracts."""


@dataclass(frozen=True, eq=False, kw_only=True)
class TalliedStudy(Study):
    """A study whose rows are points with their labels."""

    examined: TallyExamination

    @cached_property
    def demand(self) -> Integers:
        """All incidents of the dates in each cell, whatever the lens; shape (cells,)."""
        return _by_cell(self.examined.tally, "within", self.near.size)

    @cached_property
    def dated(self) -> "TalliedStudy":
        """The same incidents, whose rows are cells and months in place of points."""
        ground, rows = self.examined.tally.ground, self.examined.ground
        position = ground["position"].to_numpy()
        return _DatedStudy(
            **{each.name: getattr(self, each.name) for each in fields(self)}
            | {
                "incidents": replace(self.incidents, table=rows.table),
                "within": (ground["within"] > 0).to_numpy(),
                "weights": ground["weight"].to_numpy(),
                "times": ground["counts"].to_numpy(),
                "counts": replace(self.counts, position=position),
            }
        )

    @property
    def late_words(self) -> str:
        """Nothing: of months it is not asked how late their days are recorded."""
        return ""

    @property
    def numbers(self) -> dict[str, int]:
        """Row counts: read = accepted + rejected; the rest are parts of accepted."""
        tally = self.examined.tally
        outside = tally.ground.loc[tally.ground["position"] < 0, "n"]
        return super().numbers | {
            "rows_accepted": tally.total,
            "rows_rejected": sum(tally.reasons.values()),
            "rows_outside": int(outside.sum()),
            "rows_in_period": int(tally.kinds["within"].sum()),
        }

    @cached_property
    def doubts(self) -> tuple[Doubt, ...]:
        """What the data shows against answers over these days and incidents."""
        now = date.today()  # noqa: DTZ011 - days where the people are
        found = [one for one, counted in self.examined.found(now) if self._concerns(one, counted)]
        return tuple(sorted(found, key=lambda one: EFFECTS.index(one.effect)))

    @property
    def uncovered(self) -> Flags:
        """Which cells the data does not reach: nothing is known of them; shape (cells,)."""
        return self.examined.coverage.uncovered

    @property
    def streets(self) -> pd.DataFrame:
        """The streets of each cell, as the incidents name them: STREET_COLUMNS."""
        points = self.examined.points
        cells = self.area.cells["cell"].to_numpy()
        return street_names(points.table, self.examined.position, cells, points.times)

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a reader should know of the data and the choices, in plain words."""
        doubts = [one.note for one in self.doubts if one.code != "months missing"]
        within = (self.examined.tally.kinds["within"] > 0).to_numpy()
        return (*doubts, *self._gathered(_all_columns(self.examined), within))

    def _where_outside(self) -> str:
        """Say where the incidents of the days asked for lie that are outside the area."""
        held = self.examined.tally.points
        within = held["within"].to_numpy()
        out = (within > 0) & (self.examined.position < 0)
        lon, lat = (held[name].to_numpy()[out] for name in ("lon", "lat"))
        return whereabouts(lon, lat, within[out])


@dataclass(frozen=True, eq=False, kw_only=True)
class _DatedStudy(TalliedStudy):
    """A study whose rows are cells and months."""

    @property
    def dated(self) -> TalliedStudy:
        """The study itself."""
        return self

    def rows_of(self, doubt: Doubt) -> Flags:
        """Tell which rows a doubt about a district or ward speaks of.

        Raises
        ------
        WholeNeeded
            When it speaks of kinds or points, of which rows do not tell cell and month.
        """
        if doubt.kind not in GROUND:
            raise WholeNeeded
        return super().rows_of(doubt)


def tallied_study(
    examined: TallyExamination,
    *,
    lens: Lens,
    request: AnalysisRequest,
    files: tuple[SourceFile, ...],
    notes: tuple[str, ...],
) -> TalliedStudy:
    """Return the study of a tally.

    Raises
    ------
    WholeNeeded
        When a refusal, or a doubt about single rows, may be due: reading at once words it.
    MapperError
        When the lens does not fit the data, or no incident lies in the days asked for.
    """
    tally, area = examined.tally, examined.area
    kinds, size = _all_columns(examined), len(area.cells)
    if tally.total < FEWEST_INCIDENTS or examined.needs_rows:
        raise WholeNeeded
    refuse_unfit(kinds, lens)
    rejected = pd.DataFrame({"reason": pd.Series(dtype="str")})
    points = examined.points.table
    incidents = TalliedIncidents(points, rejected, files, notes)
    span = TalliedIncidents(kinds, rejected, files, notes)
    first, last = span_of(span, within_days(kinds, request))
    counts = _counts(examined, size)
    held = tally.ground["within"]
    outside = int(held[tally.ground["position"] < 0].sum()) / max(int(held.sum()), 1)
    if counts.total < FEWEST_INCIDENTS or (outside > MOST_OUTSIDE and not area.part):
        raise WholeNeeded
    cells = area.cells["cell"].to_numpy()
    return TalliedStudy(
        request=request,
        lens=lens,
        area=area,
        incidents=incidents,
        within=(tally.points["within"] > 0).to_numpy(),
        weights=tally.points["counts"].to_numpy(),
        counts=counts,
        near=find_band(cells, inner=request.inner, outer=request.rings),
        first=first,
        last=last,
        synthetic=bool(tally.numbers.get("synthetic", 0)),
        times=tally.points["counts"].to_numpy(),
        examined=examined,
    )


def _counts(examined: TallyExamination, size: int) -> Counts:
    """Return incidents and weights by cell."""
    ground = examined.tally.ground
    return Counts(
        incidents=_by_cell(examined.tally, "counts", size),
        weighted=_by_cell(examined.tally, "weight", size),
        position=examined.position,
        outside=int(ground.loc[ground["position"] < 0, "counts"].sum()),
    )


def _by_cell(tally: Tally, name: str, size: int) -> Integers:
    """Return a number of the ground by cell."""
    inside = (tally.ground["position"] >= 0).to_numpy()
    position = tally.ground["position"].to_numpy()[inside]
    return sums(position, tally.ground[name].to_numpy()[inside], size=size)


def _all_columns(examined: TallyExamination) -> pd.DataFrame:
    """Return kinds of incidents with every column that incidents have, for what asks for names."""
    table = examined.kinds.table
    absent = [name for name in examined.columns if name not in table]
    return table.assign(**dict.fromkeys(absent))

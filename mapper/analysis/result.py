"""The result of an analysis: everything found out, before disclosure control."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

import pandas as pd

from mapper.analysis.hotspots import Standard
from mapper.analysis.request import AnalysisRequest
from mapper.areas.study_area import StudyArea
from mapper.base.note import Note
from mapper.base.tables import CELL_COLUMNS, HOTSPOT_COLUMNS, STREET_COLUMNS, require_columns
from mapper.base.types import Integers
from mapper.grid.hexagons import Cells
from mapper.lenses.lens import Lens


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
    streets: pd.DataFrame  # STREET_COLUMNS, of all incidents whatever counts
    notes: tuple[Note, ...] = ()  # caveats and warnings
    facts: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))  # cap, mean
    synthetic: bool = False  # demonstration data: said on every screen and file
    # p of each hot spot by its id: a bound on the chance of one so extreme anywhere.
    place_p: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def hotspot_cells(self) -> dict[str, Cells]:
        """Return the cells of each hot spot by its id."""
        cells, ids = self.area.cells["cell"].to_numpy(), self.cells["hotspot_id"].to_numpy()
        return {str(name): cells[ids == name] for name in self.hotspots["hotspot_id"]}

    def __post_init__(self) -> None:
        require_columns(self.cells, CELL_COLUMNS, name="cells")
        require_columns(self.hotspots, HOTSPOT_COLUMNS, name="hot spots")
        require_columns(self.streets, STREET_COLUMNS, name="streets")

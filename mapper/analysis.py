"""One request in, one result out: pages, command line and scheduled runs call :func:`analyse`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

import pandas as pd

from mapper.lenses.lens import Lens
from mapper.study_area import StudyArea
from mapper.tables import CELL_COLUMNS, HOTSPOT_COLUMNS, check_columns

Score = Literal["capped", "count", "rank"]
Null = Literal["total", "conditional"]


@dataclass(frozen=True)
class AnalysisRequest:
    """Every choice that shapes a result; it travels with each output."""

    lens: str
    area: str = "merseyside"
    resolution: int = 9
    start: date | None = None  # first day, included
    end: date | None = None  # last day, included
    score: Score = "capped"
    null: Null = "total"
    alpha: float = 0.05
    correction: Literal["bh", "by"] = "bh"


@dataclass(frozen=True, eq=False)
class AnalysisResult:
    """What an analysis found, before disclosure control: never shown as it is."""

    request: AnalysisRequest
    lens: Lens
    area: StudyArea
    cells: pd.DataFrame  # CELL_COLUMNS, one row per cell of the study area, in its order
    hotspots: pd.DataFrame  # HOTSPOT_COLUMNS, best rank first
    first: date | None  # first and last day covered by the incidents that count
    last: date | None
    numbers: Mapping[str, int]  # read, accepted, rejected, counted, outside, hot_cells, ...
    inputs: tuple[Mapping[str, object], ...]  # name, sha256, size, rows of each file
    notes: tuple[str, ...] = ()  # caveats and warnings, plain words
    facts: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))  # cap, mean

    def __post_init__(self) -> None:
        check_columns(self.cells, CELL_COLUMNS, name="cells")
        check_columns(self.hotspots, HOTSPOT_COLUMNS, name="hot spots")

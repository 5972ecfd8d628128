"""The study area: every cell inside a boundary, empty ones included, with what is known of each."""

from dataclasses import dataclass

import pandas as pd

from mapper.tables import STUDY_AREA_COLUMNS, check_columns


@dataclass(frozen=True, eq=False)
class StudyArea:
    """All cells that overlap a boundary, at one resolution, sorted by cell index."""

    name: str  # short id: merseyside, liverpool
    title: str  # for people: Merseyside
    resolution: int
    cells: pd.DataFrame  # columns of STUDY_AREA_COLUMNS
    sha256: str  # of the file it came from
    licence: str = ""  # attribution shown wherever the area is drawn

    def __post_init__(self) -> None:
        check_columns(self.cells, STUDY_AREA_COLUMNS, name="study area")
        if not self.cells["cell"].is_monotonic_increasing or not self.cells["cell"].is_unique:
            raise ValueError("study area: cells must be sorted and distinct")

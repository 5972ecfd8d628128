"""Sort the incidents of a study into the places that an answer has rows for."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.analysis import AnalysisResult
from mapper.errors import RequestError
from mapper.finding import Unit
from mapper.hexagons import cells_to_strings
from mapper.study import Study

Integers = npt.NDArray[np.int64]
By = Literal["area", "district", "ward", "hotspot", "cell"]


@dataclass(frozen=True, eq=False)
class Places:
    """Places with the columns that name them, and which place each cell and incident is in."""

    unit: Unit
    keys: pd.DataFrame  # one row for each place, columns that say which it is
    of_cell: Integers  # number of each cell's place, -1 for none; shape (cells,)
    of_incident: Integers  # the same for each incident in the dates asked for; shape (incidents,)

    @property
    def size(self) -> int:
        """Return the number of places."""
        return len(self.keys)

    @property
    def key_names(self) -> list[str]:
        """Return the columns that name a place."""
        return [str(name) for name in self.keys.columns]

    @property
    def names(self) -> list[str]:
        """Return what people call each place: its last key."""
        return [str(name) for name in self.keys.iloc[:, -1]]


def find_places(
    study: Study,
    *,
    by: By,
    result: AnalysisResult | None = None,
    only: str | None = None,
) -> Places:
    """Return the places of a study.

    Parameters
    ----------
    by
        ``area`` is the study area as one place.
    result
        Hot spots of the same study area; needed for ``hotspot``.
    only
        One hot spot's id or one cell's H3 index, to ask about that alone; needed for ``cell``.

    Raises
    ------
    RequestError
        When the hot spot or cell is not there.
    """
    if by not in get_args(By):
        raise ValueError(f"by: {by!r} is none of {get_args(By)}")
    if by == "hotspot":
        keys, of_cell = _hotspots(study, result, only)
    elif by == "cell":
        keys, of_cell = _cell(study, only)
    else:
        keys, of_cell = _of_area(study, by)
    position = study.counts.position
    known = study.within & (position >= 0)
    of_incident = np.where(known, of_cell[np.where(known, position, 0)], -1)
    return Places(by, keys, of_cell, of_incident)


def _of_area(
    study: Study, by: Literal["area", "district", "ward"]
) -> tuple[pd.DataFrame, Integers]:
    """Return the area itself, its districts or its wards."""
    cells = study.area.cells
    if by == "area":
        keys = pd.DataFrame({"area": pd.array([study.area.title], dtype="str")})
        return keys, np.zeros(len(cells), dtype=np.int64)
    columns = ["district"] if by == "district" else ["district", "ward"]
    texts = cells[columns].astype("str")
    named = (texts.notna() & (texts != "")).all(axis=1).to_numpy()
    keys = texts[named].drop_duplicates().sort_values(columns).reset_index(drop=True)
    numbers = keys.assign(number=np.arange(len(keys)))
    found = texts.merge(numbers, on=columns, how="left")["number"].to_numpy(dtype=np.float64)
    return keys, np.nan_to_num(found, nan=-1).astype(np.int64)


def _hotspots(
    study: Study, result: AnalysisResult | None, only: str | None
) -> tuple[pd.DataFrame, Integers]:
    """Return the hot spots of a result, best rank first."""
    if result is None or len(result.cells) != len(study.area.cells):
        raise ValueError("hot spots need the result of an analysis of the same study area")
    keys = result.hotspots[["hotspot_id", "name"]].reset_index(drop=True)
    if only is not None:
        keys = keys[keys["hotspot_id"] == only].reset_index(drop=True)
        if keys.empty:
            raise RequestError(
                f"There is no hot spot {only} in this result."
                " List them with: mapper hotspots, file hotspots.csv."
            )
    numbers = {name: number for number, name in enumerate(keys["hotspot_id"])}
    found = result.cells["hotspot_id"].map(numbers)
    return keys, found.fillna(-1).to_numpy(dtype=np.int64)


def _cell(study: Study, only: str | None) -> tuple[pd.DataFrame, Integers]:
    """Return one cell."""
    strings = cells_to_strings(study.cells)
    found = strings == only
    if only is None or not found.any():
        raise RequestError(
            f"The cell {only or ''} is not in {study.area.title} at resolution"
            f" {study.area.resolution}. Give the H3 index of one that is."
        )
    keys = pd.DataFrame({"cell": pd.array([only], dtype="str")})
    return keys, np.where(found, 0, -1).astype(np.int64)

"""Places that a question can be asked of: cells, hot spots, wards, districts or the whole area."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.analysis.analyse import find_hotspots
from mapper.analysis.result import AnalysisResult
from mapper.analysis.study import Study
from mapper.base.errors import RequestError
from mapper.base.types import Flags, Integers
from mapper.grid.hexagons import Cells, cells_to_strings, strings_to_cells
from mapper.questions.finding import Role, Where, where_named

By = Literal["cell", "hotspot", "ward", "district", "area"]


@dataclass(frozen=True, eq=False)
class NamedPlaces:
    """Named places made of cells."""

    table: pd.DataFrame  # one row per place: what it is called
    roles: dict[str, Role]
    group: Integers  # row of each cell, -1 for none; shape (cells,)

    def sums(self, values: npt.NDArray[np.number]) -> Integers:
        """Add whole numbers of cells up by place."""
        inside = self.group >= 0
        sums = np.bincount(self.group[inside], weights=values[inside], minlength=len(self.table))
        return np.rint(sums).astype(np.int64)

    def where(self, cells: Cells, table: pd.DataFrame) -> Where:
        """Return where the rows of a table lie that name these places in the same columns.

        The whole area is no place of its own.

        Parameters
        ----------
        cells
            The study area.
        """
        names = [str(name) for name in self.table.columns if name in table]
        order = np.argsort(self.group, kind="stable")
        starts = np.searchsorted(self.group[order], np.arange(len(self.table) + 1))
        parts = (cells[order[one:end]] for one, end in pairwise(starts.tolist()))
        named = zip(_rows(self.table, names), parts, strict=True)
        known = {name: part for name, part in named if part.size < cells.size}
        return where_named(cells, known, _rows(table, names))


def places_by(study: Study, by: By, *, result: AnalysisResult | None = None) -> NamedPlaces:
    """Return the places of a study area.

    Parameters
    ----------
    by
        What the rows are; ``hotspot`` takes the hot spots of the whole time, best rank first.
    result
        The hot spots, found anew when not given.
    """
    if by == "cell":
        return _cells(study)
    if by == "hotspot":
        return _hotspots(result or find_hotspots(study))
    if by == "area":
        table = pd.DataFrame({"area": [study.area.title]})
        return NamedPlaces(table, {"area": "key"}, np.zeros(study.near.size, dtype=np.int64))
    levels = ["district"] if by == "district" else ["district", "ward"]
    return _areas(study, levels)


def where_rows(study: Study, table: pd.DataFrame) -> Where:
    """Return where rows lie that name their ward or their district, if they do."""
    by: By = "ward" if "ward" in table else "district" if "district" in table else "area"
    if "cell" in table or by == "area":
        return where_named(study.cells, {}, range(len(table)))
    return places_by(study, by).where(study.cells, table)


def chosen_hotspots(places: NamedPlaces, ids: tuple[str, ...]) -> NamedPlaces:
    """Return some hot spots only.

    Raises
    ------
    RequestError
        Naming every id that is none of them.
    """
    known = pd.Index(places.table["hotspot_id"])
    strange = [each for each in ids if each not in known]
    if strange:
        raise RequestError(
            f"There is no hot spot {', '.join(strange)} in these dates."
            f" There are {len(known)}: {', '.join(known[:5])}{' ...' if len(known) > 5 else ''}."  # noqa: PLR2004 - five are named
        )
    kept = known.get_indexer(pd.Index(ids))
    rows = np.full(len(known) + 1, -1, dtype=np.int64)
    rows[kept] = np.arange(kept.size)
    table = places.table.iloc[kept].reset_index(drop=True)
    return NamedPlaces(table, places.roles, rows[places.group])


def cells_named(study: Study, names: tuple[str, ...]) -> Flags:
    """Return which cells of the study area are named, as flags.

    Raises
    ------
    RequestError
        Naming every one that is no cell of the study area.
    """
    flags = np.zeros(study.near.size, dtype=np.bool_)
    strange = []
    for name in names:
        at = _position(study, name)
        if at is None:
            strange.append(name)
        else:
            flags[at] = True
    if strange:
        raise RequestError(
            f"No cell of {study.area.title} at resolution {study.area.resolution}:"
            f" {', '.join(strange)}. Give H3 cells such as {cells_to_strings(study.cells[:1])[0]}."
        )
    return flags


def _position(study: Study, name: str) -> int | None:
    """Return the place of a cell among the cells of the study area."""
    try:
        cell = strings_to_cells([name])[0]
    except (ValueError, OSError):
        return None
    at = int(np.searchsorted(study.cells, cell))
    return at if at < study.near.size and study.cells[at] == cell else None


def _cells(study: Study) -> NamedPlaces:
    known = study.area.cells
    table = pd.DataFrame({"cell": pd.array(cells_to_strings(study.cells), dtype="str")})
    table = table.assign(district=known["district"], ward=known["ward"])
    return NamedPlaces(table, _keys(table), np.arange(study.near.size, dtype=np.int64))


def _hotspots(result: AnalysisResult) -> NamedPlaces:
    table = result.hotspots[["hotspot_id", "name", "district", "ward"]].reset_index(drop=True)
    rows = pd.Index(table["hotspot_id"]).get_indexer(result.cells["hotspot_id"])
    return NamedPlaces(table, _keys(table), rows.astype(np.int64))


def _keys(table: pd.DataFrame) -> dict[str, Role]:
    """Return every column as part of what a row is about."""
    return {str(name): "key" for name in table.columns}


def _areas(study: Study, levels: list[str]) -> NamedPlaces:
    """Return districts or wards; cells without a label are the row without a name."""
    keys = study.area.cells[levels].astype("str").fillna("")
    names, group = np.unique(keys.to_numpy(dtype=str), axis=0, return_inverse=True)
    table = pd.DataFrame({level: names[:, at] for at, level in enumerate(levels)})
    return NamedPlaces(table, dict.fromkeys(levels, "key"), group.ravel().astype(np.int64))


def _rows(table: pd.DataFrame, names: list[str]) -> Iterator[tuple[str, ...]]:
    """Return the names in each row; what is missing is a name without letters."""
    columns = (table[name].astype("str").fillna("").tolist() for name in names)
    return zip(*columns, strict=True)

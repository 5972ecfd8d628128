"""What cells are called on screen: by ward and a number, with the main street where it is known.

The number counts the cells of a ward in the order of their ids, so that one cell has one name on
every page. Ids stay in files, for those who go on with them.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from mapper.areas.load import load_study_area
from mapper.base.errors import MapperError
from mapper.disclosure.release import AnyRelease, Release
from mapper.grid.hexagons import cells_to_strings
from mapper.outputs.tables import main_streets

if TYPE_CHECKING:
    import pandas as pd


def cell_names(cells: "pd.Series[str]", shown: AnyRelease) -> list[str]:
    """Return what the cells of a release are called: "Foxglove Lane, Ainsdale 12"."""
    request = shown.record.get("request")
    area = request.get("area", "") if isinstance(request, Mapping) else ""
    known = _numbered(str(area), shown.resolution)
    street = main_streets(shown) if isinstance(shown, Release) else {}
    named = ((street.get(cell, ""), known.get(cell, "")) for cell in cells)
    return [
        ", ".join(part for part in parts if part) or f"cell {number}"
        for number, parts in enumerate(named, start=1)
    ]


@lru_cache(maxsize=8)
def _numbered(area: str, resolution: int) -> dict[str, str]:
    """Return ward and number of each cell of an area; nothing where it is not there any more."""
    try:
        cells = load_study_area(area, resolution=resolution).cells
    except MapperError:
        return {}
    ward = cells["ward"].astype("str").fillna("")
    number = cells.groupby(ward).cumcount() + 1
    named = [f"{one} {at}" if one else "" for one, at in zip(ward, number, strict=True)]
    return dict(zip(cells_to_strings(cells["cell"].to_numpy()).tolist(), named, strict=True))

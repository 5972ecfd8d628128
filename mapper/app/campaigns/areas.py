"""Areas as places of a campaign: drawn on the map, or the polygons of a file.

An area takes every cell of the map that it overlaps. Cells of which the viewer is shown nothing are
left out, so an area beyond their wards takes its own part of them alone.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from mapper.app.campaigns.candidates import Candidate, incidents_within
from mapper.app.data.intake import safe_name
from mapper.areas.boundaries import Boundary, read_boundary
from mapper.areas.own import polygon_names
from mapper.base.errors import AreaError
from mapper.base.lazy import Lazy
from mapper.base.text import count
from mapper.disclosure.release import Release
from mapper.grid.hexagons import cells_to_strings, polygon_to_cells
from mapper.records.content import MOST as MOST_CELLS

if TYPE_CHECKING:
    import shapely
    from streamlit.runtime.uploaded_file_manager import UploadedFile
else:
    shapely = Lazy("shapely")

MOST = 60  # polygons of a file
SUFFIXES = ("geojson", "json", "gpkg", "zip", "kml", "fgb", "parquet")


def drawn_area(
    shown: Release, corners: Sequence[tuple[float, float]], *, name: str
) -> Candidate | None:
    """Return an area that somebody drew; nothing where no cell shown lies under it.

    Parameters
    ----------
    corners
        (lon, lat) of each, three or more.

    Raises
    ------
    AreaError
        When it takes more cells than a place may have.
    """
    polygon = shapely.make_valid(shapely.Polygon(corners))
    return _candidate(shown, polygon, name, "drawn on the map")


def file_areas(shown: Release, upload: "UploadedFile") -> tuple[Candidate, ...]:
    """Return the polygons of a file in its order, as far as cells shown lie under them.

    Raises
    ------
    AreaError
        When it is no boundary file, has too many polygons, or none lies on the map.
    """
    with TemporaryDirectory(prefix="mapper-") as folder:
        path = Path(folder, safe_name(upload.name))
        path.write_bytes(upload.getvalue())
        boundary = read_boundary(path)
    if len(boundary.shapes) > MOST:
        raise AreaError(
            f"{boundary.name}: holds {count(len(boundary.shapes), 'polygon')}, and a campaign takes"
            f" at most {MOST}. Take those that you need out into a file of their own."
        )
    found = areas_of(shown, boundary)
    if not found:
        raise AreaError(
            f"{boundary.name}: none of its {count(len(boundary.shapes), 'polygon')} lies on the map"
            " that you are shown. Check that it is of this area."
        )
    return found


def areas_of(shown: Release, boundary: Boundary) -> tuple[Candidate, ...]:
    """Return the polygons of a boundary that cells shown lie under, by their names."""
    names = polygon_names(boundary)
    told = (
        _candidate(shown, shape, name, f"polygon of {boundary.name}")
        for shape, name in zip(boundary.shapes, names, strict=True)
    )
    return tuple(one for one in told if one is not None)


def _candidate(shown: Release, polygon: Any, name: str, why: str) -> Candidate | None:
    """Return an area as a place that can be taken; nothing where no cell shown lies under it."""
    parts = [part for part in shapely.get_parts(polygon) if part.geom_type == "Polygon"]
    under = {
        str(cell)
        for part in parts
        for cell in cells_to_strings(polygon_to_cells(part, resolution=shown.resolution))
    }
    inside = shown.cells[shown.cells["cell"].isin(under)]
    if inside.empty:
        return None
    if len(inside) > MOST_CELLS:
        raise AreaError(
            f"{name}: takes {len(inside):,} cells, and a place at most {MOST_CELLS:,}. Draw or"
            " choose a smaller area."
        )
    cells = tuple(map(str, inside["cell"]))
    pairs = inside[["ward", "district"]].astype("str").value_counts()
    ward = ", ".join(part for part in pairs.index[0] if part)
    number = incidents_within(shown, cells)
    told = f"{why}, {count(number, 'incident')}"
    return Candidate(name, "area", ward, told, number, cells)

"""A release in the forms that other programs open: workbook, layers, pictures.

Each form holds the same rows as the list and the cells of :mod:`mapper.outputs.tables`, carries
marking, audience, question, dates, caveats and licence, and comes with a dictionary of its fields.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mapper.base.errors import OutputError
from mapper.disclosure.release import Release, is_release
from mapper.outputs.exports.fields import field_dictionary
from mapper.outputs.exports.layers import geopackage, geoparquet_cells, geoparquet_hotspots, kml
from mapper.outputs.exports.pictures import map_png
from mapper.outputs.exports.workbook import workbook
from mapper.outputs.maps import export_map
from mapper.outputs.tables import cells_parquet, hotspots_csv, hotspots_geojson

_PARQUET = "application/vnd.apache.parquet"
DEGREES, NATIONAL_GRID = "EPSG:4326", "EPSG:27700"
REFERENCE_SYSTEMS = (DEGREES, NATIONAL_GRID)


@dataclass(frozen=True)
class ExportFormat:
    """One form a release can be exported in."""

    file: str  # name of the file
    title: str  # what a person picks
    mime: str
    on_grid: bool = False  # can be written in National Grid coordinates


FORMS: Mapping[str, ExportFormat] = MappingProxyType(
    {
        "csv": ExportFormat("hotspots.csv", "List of hot spots (CSV)", "text/csv"),
        "xlsx": ExportFormat(
            "hotspots.xlsx",
            "Workbook (Excel)",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        "geojson": ExportFormat("hotspots.geojson", "Outlines (GeoJSON)", "application/geo+json"),
        "gpkg": ExportFormat(
            "hotspots.gpkg",
            "Layers with styles (GeoPackage)",
            "application/geopackage+sqlite3",
            on_grid=True,
        ),
        "geoparquet": ExportFormat(
            "hotspots.geoparquet", "Outlines (GeoParquet)", _PARQUET, on_grid=True
        ),
        "cells-geoparquet": ExportFormat(
            "cells.geoparquet", "Cells (GeoParquet)", _PARQUET, on_grid=True
        ),
        "parquet": ExportFormat("cells.parquet", "Cells (Parquet)", _PARQUET),
        "kml": ExportFormat(
            "hotspots.kml", "Outlines (KML)", "application/vnd.google-earth.kml+xml"
        ),
        "png": ExportFormat("map.png", "Map as a picture (PNG)", "image/png"),
        "html": ExportFormat("map.html", "Map that opens anywhere (HTML)", "text/html"),
        "fields": ExportFormat("fields.csv", "What each field means (CSV)", "text/csv"),
    }
)


_PLAIN: Mapping[str, Callable[[Release], bytes]] = MappingProxyType(
    {
        "csv": hotspots_csv,
        "xlsx": workbook,
        "geojson": hotspots_geojson,
        "parquet": cells_parquet,
        "kml": kml,
        "png": map_png,
        "html": lambda release: export_map(release).encode(),
        "fields": field_dictionary,
    }
)


def export(release: Release, form: str, *, crs: str = DEGREES) -> bytes:
    """Return a release in one form.

    Parameters
    ----------
    form
        A key of :data:`FORMS`.
    crs
        ``EPSG:4326`` or ``EPSG:27700`` (National Grid, by OSTN15), for forms that hold layers.

    Raises
    ------
    DisclosureError
        When given anything but a release.
    OutputError
        When the form or the reference system is unknown, or they do not go together.
    """
    is_release(release)
    if form not in FORMS:
        raise OutputError(f"There is no export “{form}”. Choose one of {', '.join(FORMS)}.")
    if crs not in REFERENCE_SYSTEMS:
        raise OutputError(f"{crs} is not offered. Choose {' or '.join(REFERENCE_SYSTEMS)}.")
    if crs != DEGREES and not FORMS[form].on_grid:
        raise OutputError(f"{FORMS[form].title} is always in degrees. Leave {DEGREES} as it is.")
    on_grid = {
        "gpkg": geopackage,
        "geoparquet": geoparquet_hotspots,
        "cells-geoparquet": geoparquet_cells,
    }
    if form in on_grid:
        return on_grid[form](release, crs=crs)
    return _PLAIN[form](release)

"""A release, a map or an answer, in the forms that other programs open.

Each form holds the same rows as the list and the cells of :mod:`mapper.outputs.tables`, carries
marking, audience, question, dates, caveats and licence, and comes with a dictionary of its fields.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mapper.base.errors import OutputError
from mapper.disclosure.release import AnyRelease, FindingRelease, Release, is_release
from mapper.outputs.exports.answers import (
    answer_csv,
    answer_html,
    answer_parquet,
    answer_workbook,
)
from mapper.outputs.exports.described import SUFFIX, description, with_comments
from mapper.outputs.exports.fields import field_dictionary
from mapper.outputs.exports.layers import geojson, geopackage, geoparquet, geoparquet_cells, kml
from mapper.outputs.exports.pictures import map_png, map_svg
from mapper.outputs.exports.workbook import workbook
from mapper.outputs.maps import export_map
from mapper.outputs.surroundings import NOTHING_AROUND, Surroundings
from mapper.outputs.tables import cells_parquet, districts_csv, hotspots_csv, hotspots_geojson

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
        "csv": ExportFormat("hotspots.csv", "List (CSV)", "text/csv"),
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
        "parquet": ExportFormat("cells.parquet", "All cells (Parquet)", _PARQUET),
        "kml": ExportFormat(
            "hotspots.kml", "Outlines (KML)", "application/vnd.google-earth.kml+xml"
        ),
        "png": ExportFormat("map.png", "Map as a picture (PNG)", "image/png"),
        "svg": ExportFormat("map.svg", "Map as a drawing (SVG)", "image/svg+xml"),
        "html": ExportFormat("map.html", "Map (one file)", "text/html"),
        "fields": ExportFormat("fields.csv", "What each field means (CSV)", "text/csv"),
    }
)


# Of the answer to a question: keys are those of a map where the form is the same.
ANSWER_FORMS: Mapping[str, ExportFormat] = MappingProxyType(
    {
        "csv": ExportFormat("answer.csv", "Table (CSV)", "text/csv"),
        "xlsx": ExportFormat("answer.xlsx", "Workbook (Excel)", FORMS["xlsx"].mime),
        "parquet": ExportFormat("answer.parquet", "Table (Parquet)", _PARQUET),
        "geojson": ExportFormat("answer.geojson", "Places (GeoJSON)", FORMS["geojson"].mime),
        "gpkg": ExportFormat(
            "answer.gpkg", "Layer with its style (GeoPackage)", FORMS["gpkg"].mime, on_grid=True
        ),
        "geoparquet": ExportFormat(
            "answer.geoparquet", "Places (GeoParquet)", _PARQUET, on_grid=True
        ),
        "kml": ExportFormat("answer.kml", "Places (KML)", FORMS["kml"].mime),
        "html": ExportFormat("answer.html", "Page that opens anywhere (HTML)", "text/html"),
    }
)
DRAWN = ("png", "svg")  # forms that are drawn over ground
_MAP_MAKERS: Mapping[str, Callable[..., bytes]] = MappingProxyType(
    {
        "csv": hotspots_csv,
        "xlsx": workbook,
        "geojson": hotspots_geojson,
        "gpkg": geopackage,
        "geoparquet": geoparquet,
        "cells-geoparquet": geoparquet_cells,
        "parquet": cells_parquet,
        "kml": kml,
        "png": map_png,
        "svg": map_svg,
        "html": lambda release: export_map(release).encode(),
        "fields": field_dictionary,
    }
)
_ANSWER_MAKERS: Mapping[str, Callable[..., bytes]] = MappingProxyType(
    {
        "csv": answer_csv,
        "xlsx": answer_workbook,
        "parquet": answer_parquet,
        "geojson": geojson,
        "gpkg": geopackage,
        "geoparquet": geoparquet,
        "kml": kml,
        "html": answer_html,
    }
)


def forms_of(release: AnyRelease) -> Mapping[str, ExportFormat]:
    """Return the forms in which a release can be had."""
    is_answer = isinstance(is_release(release, AnyRelease), FindingRelease)
    return ANSWER_FORMS if is_answer else FORMS


def forms_asked(words: str, known: Mapping[str, ExportFormat]) -> tuple[str, ...]:
    """Return the forms in a text such as ``csv,gpkg``.

    Raises
    ------
    OutputError
        Naming a form that is not offered.
    """
    asked = tuple(dict.fromkeys(word.strip().lower() for word in words.split(",") if word.strip()))
    if unknown := [form for form in asked if form not in known]:
        raise OutputError(
            f"{{forms}}: “{unknown[0]}” is not offered. Choose from {', '.join(known)}.",
            names=("forms",),
        )
    return asked


def export(
    release: AnyRelease,
    form: str,
    *,
    crs: str = DEGREES,
    around: Surroundings = NOTHING_AROUND,
) -> bytes:
    """Return a release, a map or an answer, in one form.

    Parameters
    ----------
    form
        A key of :func:`forms_of`.
    crs
        ``EPSG:4326`` or ``EPSG:27700`` (National Grid, by OSTN15), for forms that hold layers.
    around
        Streets that pictures are drawn over, and places of which landmarks are named.

    Raises
    ------
    DisclosureError
        When given anything but a release.
    OutputError
        When the form or the reference system is unknown, or they do not go together.
    """
    forms = forms_of(release)
    if form not in forms:
        raise OutputError(f"There is no export “{form}”. Choose one of {', '.join(forms)}.")
    if crs not in REFERENCE_SYSTEMS:
        raise OutputError(f"{crs} is not offered. Choose {' or '.join(REFERENCE_SYSTEMS)}.")
    if crs != DEGREES and not forms[form].on_grid:
        raise OutputError(f"{forms[form].title} is always in degrees. Leave {DEGREES} as it is.")
    make = (_MAP_MAKERS if forms is FORMS else _ANSWER_MAKERS)[form]
    if form in DRAWN:
        return make(release, ground=around.ground, places=around.places)
    return make(release, crs=crs) if forms[form].on_grid else make(release)


def exports(
    release: AnyRelease,
    forms: Iterable[str],
    *,
    crs: str = DEGREES,
    stem: str = "",
    comments: bool = False,
    around: Surroundings = NOTHING_AROUND,
) -> dict[str, bytes]:
    """Return a release in several forms by file name, each CSV file with its description beside.

    Parameters
    ----------
    crs
        For the forms that hold layers.
    stem
        Begins the names of the files of an answer: ``change`` for ``change.csv``.
    comments
        Put what a CSV file says of itself above its header too, in lines that begin with ``#``.
    around
        For pictures, as :func:`export` takes it.
    """
    made = {}
    for form in forms:
        one = forms_of(release)[form]
        name = one.file.replace("answer", stem, 1) if stem else one.file
        made[name] = export(release, form, crs=crs if one.on_grid else DEGREES, around=around)
    if isinstance(release, Release) and "hotspots.csv" in made and release.districts is not None:
        made["districts.csv"] = districts_csv(release)
    for name in [name for name in made if name.endswith(".csv")]:
        if comments:
            made[name] = with_comments(made[name], release)
        made[f"{name}{SUFFIX}"] = description(name, made[name], release)
    return made

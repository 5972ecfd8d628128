"""The forms that a map or an answer can be had in, by name: which module writes each is apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from mapper.base.errors import InputError, OutputError
from mapper.base.reference_systems import DEGREES, NATIONAL_GRID

_PARQUET = "application/vnd.apache.parquet"
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
# Of files of a map, and of documents that are made by themselves
_OF_FILES = {*(Path(form.file).suffix for form in FORMS.values()), ".pdf", ".docx"}


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


def check_map_folder(path: Path) -> Path:
    """Return the folder of a map to write; called before any work is done.

    Raises
    ------
    InputError
        When it is called as a file would be.
    """
    if path.suffix.lower() in _OF_FILES and not path.is_dir():
        raise InputError(
            f"{path} is named as a file, and a map is a folder of several: list, outlines, cells,"
            f" map and manifest. Give a folder, such as {path.with_suffix('')}."
        )
    return path

"""Which reader opens a file: decided by its first bytes, then by its name."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial

from mapper.base.errors import InputError
from mapper.incidents.delimited import open_delimited
from mapper.incidents.encoding import LOOKED_AT
from mapper.incidents.gather import IncidentFile
from mapper.incidents.geojson import open_geojson
from mapper.incidents.gpx import gpx_cells, is_gpx
from mapper.incidents.html_table import html_cells, is_markup
from mapper.incidents.layout import known_columns
from mapper.incidents.mapping import ColumnMapping
from mapper.incidents.parquet import open_parquet
from mapper.incidents.postgresql import open_postgresql
from mapper.incidents.sheet import Sheet
from mapper.incidents.spatial import is_duckdb, open_spatial
from mapper.incidents.workbook import open_workbook, sheet_of

_JSON = (".geojson", ".json")
_ZIP = b"PK"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old Excel, and encrypted new Excel
_SQLITE = b"SQLite format 3\0"
_PARQUET = b"PAR1"
_SHAPEFILE = b"\x00\x00\x27\x0a"


def open_sheets(found: IncidentFile, mapping: ColumnMapping | None) -> tuple[Sheet, ...]:
    """Open one file, whatever it is: one table, or several of the same columns.

    Raises
    ------
    InputError
        When it cannot be read as what it is.
    """
    if found.source and found.source.kind == "postgresql":
        return (replace(open_postgresql(found.source), origin=found.origin),)
    load = cache(found.load)
    sheets = _open(found, load, mapping)
    if found.archive is not None:
        content = hashlib.sha256(load()).hexdigest()
        sheets = tuple(replace(sheet, content=f"{content}{sheet.content[64:]}") for sheet in sheets)
    return tuple(replace(sheet, origin=found.origin) for sheet in sheets)


def is_parquet(found: IncidentFile, head: bytes) -> bool:
    """Tell whether a file is Parquet, by its first bytes or else its name."""
    return head.startswith(_PARQUET) or found.suffix in (".parquet", ".geoparquet")


def _open(
    found: IncidentFile, load: Callable[[], bytes], mapping: ColumnMapping | None
) -> tuple[Sheet, ...]:
    """Open one file with the reader that its first bytes call for."""
    packed = found.is_packed
    head = load()[:LOOKED_AT] if packed else found.head()
    if not head:
        raise InputError(f"{found.name}: is empty (0 bytes). Check that the export finished.")
    known = partial(known_columns, mapping)
    row = mapping.header_row if mapping else 0
    if head.startswith((_OLE, _ZIP)):
        return open_workbook(found, load(), known=known, header_row=row)
    if is_parquet(found, head):
        return (open_parquet(found, load),)
    spatial = head.startswith((_SQLITE, _SHAPEFILE)) or is_duckdb(head)
    if spatial or found.suffix in (".gpkg", ".shp"):
        return (open_spatial(found, load()),)
    if found.suffix in (".kml", ".kmz") or b"<kml" in head[:2048]:
        raise InputError(
            f"{found.name}: is KML, which is read as boundaries and not as incidents. Export its"
            " points as GeoJSON, GeoPackage or CSV."
        )
    start = head[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")
    if is_gpx(head) or (start.startswith(b"<") and is_markup(load())):
        cells = (gpx_cells if is_gpx(head) else html_cells)(load(), name=found.name)
        sheet = sheet_of(found, load(), cells, known=known, header_row=row)
        if sheet is None:
            raise InputError(f"{found.name}: its table is empty. Export it as CSV.")
        return (sheet,)
    if found.suffix in _JSON or head[:100].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[{")):
        return (open_geojson(found, load()),)
    return (open_delimited(found, load() if packed else None, known=known, header_row=row),)

"""Which reader opens a file: decided by its first bytes, then by its name."""

import hashlib
from dataclasses import replace
from functools import partial

from mapper.base.errors import InputError
from mapper.incidents.delimited import open_delimited
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
    data = found.load()
    sheets = _open(found, data, mapping)
    if found.archive is not None:
        content = hashlib.sha256(data).hexdigest()
        sheets = tuple(replace(sheet, content=f"{content}{sheet.content[64:]}") for sheet in sheets)
    return tuple(replace(sheet, origin=found.origin) for sheet in sheets)


def _open(found: IncidentFile, data: bytes, mapping: ColumnMapping | None) -> tuple[Sheet, ...]:
    """Open the bytes of one file with the reader that they call for."""
    if not data:
        raise InputError(f"{found.name}: is empty (0 bytes). Check that the export finished.")
    known = partial(known_columns, mapping)
    row = mapping.header_row if mapping else 0
    if data.startswith((_OLE, _ZIP)):
        return open_workbook(found, data, known=known, header_row=row)
    if data.startswith(_PARQUET) or found.suffix in (".parquet", ".geoparquet"):
        return (open_parquet(found, data),)
    spatial = data.startswith((_SQLITE, _SHAPEFILE)) or is_duckdb(data)
    if spatial or found.suffix in (".gpkg", ".shp"):
        return (open_spatial(found, data),)
    if is_gpx(data) or is_markup(data):
        cells = (gpx_cells if is_gpx(data) else html_cells)(data, name=found.name)
        sheet = sheet_of(found, data, cells, known=known, header_row=row)
        if sheet is None:
            raise InputError(f"{found.name}: its table is empty. Export it as CSV.")
        return (sheet,)
    if found.suffix in _JSON or data[:100].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[{")):
        return (open_geojson(found, data),)
    return (open_delimited(found, data, known=known, header_row=row),)

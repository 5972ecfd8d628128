"""Parquet and GeoParquet to records: every value as the text it stands for."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mapper.base.errors import InputError
from mapper.incidents import limits
from mapper.incidents.gather import Found
from mapper.incidents.geometry import from_wkb
from mapper.incidents.sheet import Geometry, Sheet, from_table, sample_of

_NOTHING = "__HIVE_DEFAULT_PARTITION__"  # what a dataset calls the folder of no value


def open_parquet(found: Found, data: bytes) -> Sheet:
    """Read a Parquet file; a GeoParquet point column gives the places.

    Raises
    ------
    InputError
        When it is damaged or cut short.
    """
    sha256, size = found.digest(data)
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        _check_size(found.name, file.metadata)
        table = file.read()
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError, NotImplementedError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise InputError(
            f"{found.name}: is not a whole Parquet file ({reason}). Write or copy it again."
        ) from error
    geometry, table = _geometry(found.name, _with_parts(table, found.path))
    texts = pa.table(
        [to_text(column) for column in table.columns],
        names=[f"c{i}" for i in range(table.num_columns)],
    )

    return Sheet(
        name=found.name,
        sha256=sha256,
        size=size,
        header=tuple(table.column_names),
        sample=sample_of(texts),
        read=from_table(texts, geometry=geometry),
        located=geometry is not None,
    )


def _with_parts(table: pa.Table, path: Path) -> pa.Table:
    """Return a table with what the folders of a Parquet dataset tell: ``month=2025-06``."""
    for folder in path.parts[:-1]:
        name, sign, value = folder.partition("=")
        if sign and name and name not in table.column_names:
            told = None if value == _NOTHING else unquote(value)
            table = table.append_column(name, pa.array([told] * len(table), pa.string()))
    return table


def _check_size(name: str, metadata: Any) -> None:
    """Refuse a file that says it is too large, before it is unpacked."""
    unpacked = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    if metadata.num_rows > limits.MAX_ROWS:
        raise InputError(
            f"{name}: claims {metadata.num_rows} rows, more than {limits.MAX_ROWS}. Split it."
        )
    if unpacked > limits.MAX_FILE_BYTES or metadata.num_columns > limits.MAX_COLUMNS:
        raise InputError(
            f"{name}: has {metadata.num_columns} columns and {unpacked} bytes unpacked, more than"
            f" {limits.MAX_COLUMNS} or {limits.MAX_FILE_BYTES}. Split it or leave columns out."
        )


def to_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column as text; times with an offset keep it, nested values as they print."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return to_text(column.cast(kind.value_type))
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        naive = column.cast(pa.timestamp(kind.unit, "UTC")).cast(pa.timestamp(kind.unit))
        return pc.binary_join_element_wise(naive.cast(pa.string()), "Z", "")
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        texts = [None if v is None else str(v) for v in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.string())])


def _geometry(name: str, table: pa.Table) -> tuple[Geometry | None, pa.Table]:
    """Return the points of a GeoParquet file and its other columns."""
    told = (table.schema.metadata or {}).get(b"geo")
    if told is None:
        return None, table
    try:
        geo = json.loads(told)
        column = geo["primary_column"]
        crs = geo["columns"][column].get("crs", "OGC:CRS84")
        wkb = table.column(column).to_numpy(zero_copy_only=False)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"{name}: its GeoParquet description is damaged. Write it again."
        ) from error
    return from_wkb(wkb, crs=crs, name=name), table.drop_columns([column])

"""Parquet and GeoParquet to records, read in a child process: every value as its text."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa

from mapper.base.sandbox import in_child
from mapper.incidents.gather import IncidentFile
from mapper.incidents.geometry import from_xy
from mapper.incidents.parquet_child import PLACES
from mapper.incidents.sheet import Sheet, from_table, sample_of

_NOTHING = "__HIVE_DEFAULT_PARTITION__"  # what a dataset calls the folder of no value


def open_parquet(found: IncidentFile, data: bytes) -> Sheet:
    """Read a Parquet file; a GeoParquet point column gives the places.

    Raises
    ------
    InputError
        When it is damaged or cut short, or more comes of it than its size warrants.
    """
    told, table = converted(data, by="parquet_child", name=found.name)
    header, table = _with_parts(told["header"], table, found.path)
    return located_sheet(found, data, header, table, crs=told["crs"])


def converted(data: bytes, *, by: str, name: str) -> tuple[dict[str, Any], pa.Table]:
    """Return what a child process says of a file's bytes, and the table that it makes of them.

    Parameters
    ----------
    by
        The module of the child's function ``convert``, which writes columns of text ``c0``,
        ``c1``, ... and those of :data:`~mapper.incidents.parquet_child.PLACES`, if any.

    Raises
    ------
    InputError
        When it refuses, or takes too much memory or time for the size.
    """
    with tempfile.TemporaryDirectory(prefix="mapper-") as folder:
        source, target = Path(folder, "table"), Path(folder, "table.arrow")
        source.write_bytes(data)
        told = in_child(
            f"mapper.incidents.{by}:convert",
            {"name": name, "source": str(source), "target": str(target)},
            name=name,
            size=len(data),
        )
        with pa.OSFile(str(target), "rb") as file:
            return told, pa.ipc.open_file(file).read_all()


def located_sheet(
    found: IncidentFile,
    data: bytes,
    header: Sequence[str],
    table: pa.Table,
    *,
    crs: object,
    encoding: str = "",
) -> Sheet:
    """Return the sheet of columns of text and of places, where there are those."""
    sha256, size = found.digest(data)
    geometry = None
    if PLACES.names[0] in table.column_names:
        x, y, absent, other = (table.column(one).to_numpy() for one in PLACES.names)
        geometry = from_xy(x, y, absent=absent, other=other, crs=crs, name=found.name)
        table = table.drop_columns(PLACES.names)
    return Sheet(
        name=found.name,
        sha256=sha256,
        size=size,
        header=tuple(header),
        sample=sample_of(table),
        read=from_table(table, geometry=geometry),
        encoding=encoding,
        located=geometry is not None,
    )


def _with_parts(header: list[str], table: pa.Table, path: Path) -> tuple[tuple[str, ...], pa.Table]:
    """Return a table with what the folders of a Parquet dataset tell: ``month=2025-06``."""
    names = list(header)
    for folder in path.parts[:-1]:
        name, sign, value = folder.partition("=")
        if sign and name and name not in names:
            told = None if value == _NOTHING else unquote(value)
            column = pa.array([told] * len(table), pa.string())
            table = table.append_column(f"c{len(names)}", column)
            names.append(name)
    return tuple(names), table

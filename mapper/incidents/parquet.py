"""Parquet and GeoParquet to records, read in a child process: every value as its text."""

import tempfile
from pathlib import Path
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
    sha256, size = found.digest(data)
    with tempfile.TemporaryDirectory(prefix="mapper-") as folder:
        source, target = Path(folder, "table.parquet"), Path(folder, "table.arrow")
        source.write_bytes(data)
        told = in_child(
            "mapper.incidents.parquet_child:convert",
            {"name": found.name, "source": str(source), "target": str(target)},
            name=found.name,
            size=len(data),
        )
        with pa.OSFile(str(target), "rb") as file:
            table = pa.ipc.open_file(file).read_all()
    geometry = None
    if told["located"]:
        x, y, absent, other = (table.column(one).to_numpy() for one in PLACES.names)
        geometry = from_xy(x, y, absent=absent, other=other, crs=told["crs"], name=found.name)
        table = table.drop_columns(PLACES.names)
    header, table = _with_parts(told["header"], table, found.path)
    return Sheet(
        name=found.name,
        sha256=sha256,
        size=size,
        header=header,
        sample=sample_of(table),
        read=from_table(table, geometry=geometry),
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

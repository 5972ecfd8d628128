"""Parquet and GeoParquet to records, read in a child process: every value as its text.

The child writes the text of all columns to a file of Arrow, some rows at a time; its name is then
removed, and the records are read from there whole or slice by slice: what memory holds of them is
the operating system's to drop.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa

from mapper.base.errors import InputError
from mapper.base.sandbox import in_child
from mapper.incidents import limits
from mapper.incidents.gather import IncidentFile
from mapper.incidents.geometry import from_xy
from mapper.incidents.parquet_child import PLACES
from mapper.incidents.sheet import Geometry, Records, Sheet, from_table, sample_of, slices_of

_NOTHING = "__HIVE_DEFAULT_PARTITION__"  # what a dataset calls the folder of no value
_STEP = 8 * 1024**2  # bytes that are copied at a time


def open_parquet(found: IncidentFile, load: Callable[[], bytes]) -> Sheet:
    """Read a Parquet file; a GeoParquet point column gives the places.

    Parameters
    ----------
    load
        Gives all bytes of the file, unpacked, where it is packed.

    Raises
    ------
    InputError
        When it is damaged or cut short, or more comes of it than its size warrants.
    """
    packed = found.is_packed
    with tempfile.TemporaryDirectory(prefix="mapper-") as folder:
        source = Path(folder, "table")
        if packed:
            source.write_bytes(load())
            sha256, size = found.digest(load())
        else:
            sha256, size = _copied(found, source)
        told, table = _in_child(source, by="parquet_child", name=found.name)
    places, texts = _parted(found, table, told["crs"])
    names = told["header"]
    folders = _folders(found.path, names)
    whole = partial(_with_folders, folders, len(names))

    def read(wanted: Sequence[int], few: Sequence[int]) -> Records:
        return from_table(whole(texts), geometry=places)(wanted, few)

    return Sheet(
        name=found.name,
        sha256=sha256,
        size=size,
        header=(*names, *folders),
        sample=sample_of(whole(texts.slice(0, limits.SAMPLE_RECORDS))),
        read=read,
        located=places is not None,
        slices=None if packed else slices_of(texts, geometry=places, whole=whole),
    )


def _copied(found: IncidentFile, target: Path) -> tuple[str, int]:
    """Copy a file as it lies on the disk; return its digest and its size."""
    digest, size = hashlib.sha256(), 0
    with found.stream() as stream, target.open("wb") as file:
        while block := stream.read(_STEP):
            size += len(block)
            if size > limits.MAX_FILE_BYTES:
                most = f"is over {limits.MAX_FILE_BYTES:,} bytes long"
                raise InputError(f"{found.name}: {most}. Split it into several files.")
            digest.update(block)
            file.write(block)
    return digest.hexdigest(), size


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
        source = Path(folder, "table")
        source.write_bytes(data)
        return _in_child(source, by=by, name=name)


def _in_child(source: Path, *, by: str, name: str) -> tuple[dict[str, Any], pa.Table]:
    """Return what a child process says of a file, and the table that it makes of it."""
    target = source.with_suffix(".arrow")
    told = in_child(
        f"mapper.incidents.{by}:convert",
        {"name": name, "source": str(source), "target": str(target)},
        name=name,
        size=source.stat().st_size,
    )
    if os.name != "posix":  # where a file that is mapped cannot be removed
        with pa.OSFile(str(target), "rb") as file:
            return told, pa.ipc.open_file(file).read_all()
    with pa.memory_map(str(target)) as file:
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
    geometry, table = _parted(found, table, crs)
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


def _parted(found: IncidentFile, table: pa.Table, crs: object) -> tuple[Geometry | None, pa.Table]:
    """Return the places of a table, where it has them, and its columns of text."""
    if PLACES.names[0] not in table.column_names:
        return None, table
    x, y, absent, other = (table.column(one).to_numpy() for one in PLACES.names)
    geometry = from_xy(x, y, absent=absent, other=other, crs=crs, name=found.name)
    return geometry, table.drop_columns(PLACES.names)


def _folders(path: Path, known: Sequence[str]) -> dict[str, str | None]:
    """Return what the folders of a Parquet dataset tell: ``month=2025-06``."""
    found: dict[str, str | None] = {}
    for folder in path.parts[:-1]:
        name, sign, value = folder.partition("=")
        if sign and name and name not in (*known, *found):
            found[name] = None if value == _NOTHING else unquote(value)
    return found


def _with_folders(folders: dict[str, str | None], first: int, table: pa.Table) -> pa.Table:
    """Return some records with the columns that their folders are, from a number on."""
    for number, value in enumerate(folders.values(), start=first):
        column = pa.repeat(pa.scalar(value, pa.string()), len(table))
        table = table.append_column(f"c{number}", column)
    return table

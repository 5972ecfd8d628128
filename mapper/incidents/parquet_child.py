"""What the child process does with one Parquet file: its columns and points as Arrow.

A page of a few bytes may stand for gigabytes, whatever the file declares: the table is read a part
at a time, and what comes of it is measured as it is written.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mapper.base.errors import InputError
from mapper.base.json_text import json_of
from mapper.incidents import limits
from mapper.incidents.wkb import points_of

if TYPE_CHECKING:
    from mapper.base.files import Progress

PLACES = pa.schema(
    [("x", pa.float64()), ("y", pa.float64()), ("absent", pa.bool_()), ("other", pa.bool_())]
)
_BATCH = 65_536  # rows
_OUT_FIRST, _OUT_TIMES = 128 * 1024**2, 40  # bytes written, in proportion to those read
_PERIOD = "pandas.period"  # months or days of pandas, stored as numbers from 1970
_UNITS = {"Y": "Y", "A": "Y", "M": "M", "D": "D", "h": "h", "H": "h", "min": "m", "T": "m"} | {
    "s": "s",
    "S": "s",
    "ms": "ms",
    "L": "ms",
    "us": "us",
    "U": "us",
    "ns": "ns",
    "N": "ns",
}


def convert(told: Mapping[str, Any], _progress: "Progress") -> dict[str, Any]:
    """Write the columns of ``source`` into ``target``: ``c0``, ``c1``, ... and those of places.

    Returns
    -------
    dict
        ``header``, and the ``crs`` that a GeoParquet file says.

    Raises
    ------
    InputError
        When it is damaged or cut short, or says that it is too large.
    MemoryError
        When more comes of it than its size warrants.
    """
    name = told["name"]
    try:
        with pa.OSFile(told["source"], "rb") as source:
            return _convert(pq.ParquetFile(source), told, name, source.size())
    except MemoryError:  # of Arrow, too
        raise
    except (pa.ArrowException, OSError, ValueError, NotImplementedError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise InputError(
            f"{name}: is not a whole Parquet file ({reason}). Write or copy it again."
        ) from error


def _convert(file: pq.ParquetFile, told: Mapping[str, Any], name: str, size: int) -> dict[str, Any]:
    """Write every part of a file; return what is known of the whole."""
    _check_size(name, file.metadata)
    names = file.schema_arrow.names
    column, crs = _geometry(name, file.schema_arrow)
    kept = [at for at, title in enumerate(names) if title != column]
    texts = [(f"c{at}", pa.string()) for at in range(len(kept))]
    schema = pa.schema([*texts, *(PLACES if column else [])])
    most = _OUT_FIRST + _OUT_TIMES * size
    with pa.OSFile(told["target"], "wb") as out, pa.ipc.new_file(out, schema) as writer:
        for part in _parts(file):
            columns = [to_text(_typed(part, at)).combine_chunks() for at in kept]
            if column:
                wkb = part.column(names.index(column)).to_numpy(zero_copy_only=False)
                columns += map(pa.array, points_of(wkb, name=name))
            writer.write_table(pa.table(columns, schema=schema))
            if out.tell() > most:
                raise MemoryError
    header = [names[at] for at in kept]
    return {"header": header, "crs": crs}


def _parts(file: pq.ParquetFile) -> Iterator[pa.Table]:
    """Yield a table a part at a time, checked."""
    for batch in file.iter_batches(batch_size=_BATCH, use_threads=False):
        batch.validate(full=True)
        yield pa.Table.from_batches([batch])


def _typed(part: pa.Table, at: int) -> pa.ChunkedArray:
    """Return a column as what its file says that its numbers stand for."""
    told = part.schema.field(at).metadata or {}
    column = part.column(at)
    if told.get(b"ARROW:extension:name", b"").decode() != _PERIOD:
        return column
    freq = json_of(told.get(b"ARROW:extension:metadata", b"{}")).get("freq", "")
    return _periods(column, str(freq))


def _geometry(name: str, schema: pa.Schema) -> tuple[str, Any]:
    """Return the column of places of a GeoParquet file and its reference system; else nothing."""
    told = (schema.metadata or {}).get(b"geo")
    if told is None:
        return "", None
    try:
        geo = json_of(told)
        column = geo["primary_column"]
        crs = geo["columns"][column].get("crs", "OGC:CRS84")
        schema.field(column)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"{name}: its GeoParquet description is damaged. Write it again."
        ) from error
    return str(column), crs


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
    """Return a column as text; times with an offset keep it, nested values as they print.

    Bytes that are no text, such as points, are given in hexadecimal digits. Durations are hours,
    minutes and seconds, as databases give a time of day: a bare number could be read as a date.
    """
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        stored = pa.chunked_array([one.storage for one in column.chunks], kind.storage_type)
        named = kind.extension_name == _PERIOD
        return _periods(stored, str(getattr(kind, "freq", ""))) if named else to_text(stored)
    if pa.types.is_duration(kind):
        return _clocks(column)
    if pa.types.is_dictionary(kind):
        return to_text(column.cast(kind.value_type))
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        naive = column.cast(pa.timestamp(kind.unit, "UTC")).cast(pa.timestamp(kind.unit))
        return pc.binary_join_element_wise(naive.cast(pa.string()), "Z", "")
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        texts = [v.hex() if isinstance(v, bytes) else v and str(v) for v in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.string())])


def _periods(numbers: pa.ChunkedArray, freq: str) -> pa.ChunkedArray:
    """Return pandas' periods as the months, days or moments that they are.

    Quarters and weeks are no such and are told with their unit, so that nobody reads them as days.
    """
    unit = _UNITS.get(freq.partition("-")[0])
    held = pc.fill_null(numbers, 0).to_numpy().astype(np.int64)
    if unit is None:
        texts = np.char.add(held.astype(str), f" {freq}")
    else:
        texts = np.datetime_as_string(held.astype(f"datetime64[{unit}]"))
    return pa.chunked_array([pa.array(texts, pa.string(), mask=_absent(numbers))])


def _clocks(durations: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return durations as hours, minutes and seconds."""
    seconds = durations.cast(pa.duration("s"), safe=False).cast(pa.int64())
    held = pc.fill_null(seconds, 0).to_numpy()
    minutes, rest = np.divmod(np.abs(held), 60)
    hours, minutes = np.divmod(minutes, 60)
    signs = np.where(held < 0, "-", "").tolist()
    told = zip(signs, hours.tolist(), minutes.tolist(), rest.tolist(), strict=True)
    texts = [f"{sign}{h:02}:{m:02}:{s:02}" for sign, h, m, s in told]
    return pa.chunked_array([pa.array(texts, pa.string(), mask=_absent(durations))])


def _absent(column: pa.ChunkedArray) -> Any:
    """Return which values are not there."""
    return column.is_null().to_numpy()

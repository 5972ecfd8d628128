"""Records of delimited text, parsed by Arrow where it can, else by Python's ``csv`` module.

Python's is the definition of what a record is; it reads a delimiter outside ASCII and a record
beyond Arrow's limits.
"""

import io
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from mapper.base.errors import InputError
from mapper.incidents import limits
from mapper.incidents.dialect import Dialect, record_reader
from mapper.incidents.sheet import Positions, one_line
from mapper.incidents.text import Text

BLOCK = 8 * 1024**2  # bytes that Arrow parses at a time
CHUNK = 50_000  # records that Python does
FEW = pa.dictionary(pa.int32(), pa.string())  # a column with few distinct values


def record_batches(
    text: Text,
    dialect: Dialect,
    *,
    whole: Sequence[int],
    few: Sequence[int],
    ragged: list[tuple[int, list[str]]],
) -> Iterator[pa.RecordBatch]:
    """Yield the records below the header, parsed by Arrow where it can, else by Python.

    Parameters
    ----------
    ragged
        Takes the records of another length, with their number below the header from 1.
    """
    done, size = 0, text.size - dialect.offset
    if size and dialect.delimiter.isascii():
        try:
            with text.from_byte(dialect.offset) as body:
                for batch in _by_arrow(body, size, dialect, whole=whole, few=few, ragged=ragged):
                    yield batch
                    done += batch.num_rows
        except (pa.ArrowInvalid, pa.ArrowCapacityError):
            if size > limits.MAX_PYTHON_BYTES:
                raise InputError(
                    f"{dialect.name}: a record holds more than {BLOCK:,} bytes, so a quotation"
                    " mark may be opened that is closed far below. Mend it, or export it again."
                ) from None
            ragged.clear()  # a record past Arrow's limits: Python reads it
        else:
            return
    with text.lines(dialect.offset) as lines:
        for batch in _by_python(lines, dialect, whole=whole, few=few, ragged=ragged):
            yield batch.slice(done)  # what Arrow gave before it met that record is given once
            done = max(done - batch.num_rows, 0)


def _by_arrow(
    body: BinaryIO,
    size: int,
    dialect: Dialect,
    *,
    whole: Sequence[int],
    few: Sequence[int],
    ragged: list[tuple[int, list[str]]],
) -> Iterator[pa.RecordBatch]:
    """Parse with Arrow on this thread, which alone makes it number the ragged records."""

    def keep(row: arrow_csv.InvalidRow) -> str:
        fields = next(record_reader(io.StringIO(row.text, newline=""), dialect.delimiter), [])
        ragged.append((row.number, fields))
        return "skip"

    types = {f"c{i}": pa.string() for i in whole} | {f"c{i}": FEW for i in few}
    yield from arrow_csv.open_csv(
        body,
        read_options=arrow_csv.ReadOptions(
            use_threads=False,
            block_size=min(size + 1, BLOCK),
            column_names=[f"c{i}" for i in range(len(dialect.header))],
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=dialect.delimiter,
            invalid_row_handler=keep,
            newlines_in_values=True,
            ignore_empty_lines=False,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=types, include_columns=list(types), strings_can_be_null=False
        ),
    )


def _by_python(
    lines: Iterator[str],
    dialect: Dialect,
    *,
    whole: Sequence[int],
    few: Sequence[int],
    ragged: list[tuple[int, list[str]]],
) -> Iterator[pa.RecordBatch]:
    """Parse with Python's csv module."""
    chunk: list[list[str]] = []
    for number, fields in enumerate(record_reader(lines, dialect.delimiter), start=1):
        if len(fields) == len(dialect.header):
            chunk.append(fields)
        elif not fields and len(dialect.header) == 1:
            chunk.append([""])
        else:
            ragged.append((number, fields))
        if len(chunk) == CHUNK:
            yield _batch(chunk, whole, few)
            chunk = []
    yield _batch(chunk, whole, few)


def _batch(rows: list[list[str]], whole: Sequence[int], few: Sequence[int]) -> pa.RecordBatch:
    """Return the wanted columns of parsed rows."""
    texts = {i: pa.array([row[i] for row in rows], pa.string()) for i in (*whole, *few)}
    held = {f"c{i}": texts[i] for i in whole}
    return pa.record_batch(held | {f"c{i}": texts[i].dictionary_encode() for i in few})


def originals_of(text: Text, dialect: Dialect, wanted: Positions) -> list[str]:
    """Return some full records, by rising positions, as one line each."""
    lines: list[str] = []
    first = 0
    for batch in record_batches(text, dialect, whole=range(len(dialect.header)), few=(), ragged=[]):
        low, high = np.searchsorted(wanted, (first, first + batch.num_rows))
        rows = batch.take(pa.array(wanted[low:high] - first)).to_pydict().values()
        lines += [one_line(fields) for fields in zip(*rows, strict=True)]
        first += batch.num_rows
    return lines


def lines_of(text: Text, dialect: Dialect, numbers: Positions) -> list[str]:
    """Return the records on some lines below the header, by rising number from 1, as one line each.

    Only those lines are taken apart, in a fifth of the time.
    """
    with text.lines(dialect.offset) as lines:
        skipped = np.diff(numbers, prepend=0) - 1
        found = [next(islice(lines, before, None)) for before in skipped.tolist()]
    return [one_line(fields) for fields in record_reader(iter(found), dialect.delimiter)]

"""Dirty rows, as real extracts have them: added to the clean ones, each with one known fault."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from demonstration.extract import references

Row = dict[str, str | None]

_POINT = ("easting", "northing", "longitude", "latitude")


def _no_coordinates(_row: Row, _lot: int) -> Row:
    return {}


def _zero(_row: Row, lot: int) -> Row:
    if lot % 3:
        return {"easting": "0", "northing": "0"}
    return {"longitude": "0", "latitude": "0.0"}


def _swapped(_row: Row, lot: int) -> Row:
    """Latitude where longitude belongs; spread over the force so that no point repeats."""
    return {"longitude": f"53.4{lot % 97:02d}1", "latitude": f"-2.9{lot % 89:02d}3"}


def _outside(_row: Row, lot: int) -> Row:
    """A lost minus sign, or a wrong first digit, puts Merseyside in the North Sea."""
    if lot % 2:
        return {"longitude": f"2.9{lot % 97:02d}", "latitude": f"53.4{lot % 89:02d}"}
    return {"easting": f"{693_000 + lot % 5_000}", "northing": f"{390_000 + lot % 5_000}"}


def _not_a_number(_row: Row, lot: int) -> Row:
    words = ("unknown", "N/K", "33512O", "see log")
    return {"easting": words[lot % len(words)], "northing": f"{390_000 + lot % 5_000}"}


def _no_date(_row: Row, _lot: int) -> Row:
    return {"from_at": None, "to_at": None, "reported_at": None}


def _odd_flag(_row: Row, lot: int) -> Row:
    return {"domestic_abuse": ("?", "maybe", "see log")[lot % 3]}


def _bad_date(_row: Row, lot: int) -> Row:
    return {"from_at": ("2022-02-30 10:15", "not known", "2022-13-01 08:00")[lot % 3]}


def _future(_row: Row, lot: int) -> Row:
    return {"from_at": f"20{6 + lot % 3}2-0{1 + lot % 9}-11 12:30", "to_at": None}


def _reversed(_row: Row, lot: int) -> Row:
    return {"from_at": f"2022-06-1{lot % 10} 18:00", "to_at": f"2022-06-0{1 + lot % 9} 07:30"}


@dataclass(frozen=True)
class Fault:
    """One way for a row to be wrong."""

    rows: int
    change: Callable[[Row, int], Row]  # the columns to change, from a clean row and a random number
    moved: bool = False  # whether the clean row's coordinates are taken away first


# By reason, in the words of the reader's own list.
FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "no date": Fault(24, _no_date),
        "bad date": Fault(30, _bad_date),
        "future date": Fault(20, _future),
        "end before start": Fault(28, _reversed),
        "no coordinates": Fault(60, _no_coordinates, moved=True),
        "coordinate is not a number": Fault(32, _not_a_number, moved=True),
        "zero coordinates": Fault(36, _zero, moved=True),
        "latitude and longitude swapped": Fault(26, _swapped, moved=True),
        "coordinates outside Great Britain and Northern Ireland": Fault(40, _outside, moved=True),
        "flag is neither yes nor no": Fault(22, _odd_flag),
    }
)
REPEATED = "repeated reference"
REPEATS = 48


def add_faults(clean: pa.Table, rng: np.random.Generator) -> tuple[pa.Table, dict[str, list[int]]]:
    """Return the table with dirty rows among its own, and their row numbers by reason.

    Rows are numbered as a spreadsheet shows them: the header is row 1. A repeated reference comes
    after the row that it repeats, so that it is the later one that is at fault.
    """
    size = clean.num_rows
    reasons = [reason for reason, fault in FAULTS.items() for _ in range(fault.rows)]
    faulty = _faulty_rows(clean, reasons, rng)
    first = rng.permutation(size // 2)[:REPEATS]
    dirty = pa.concat_tables([faulty, clean.take(pa.array(first))])
    after = np.concatenate(
        [rng.integers(0, size, len(reasons)), first + 1 + rng.integers(0, size // 2, REPEATS)]
    )
    key = np.concatenate([np.arange(size), np.minimum(after, size - 1) + 0.5])
    order = np.argsort(key, kind="stable")
    table = pa.concat_tables([clean, dirty]).take(pa.array(order)).combine_chunks()
    row = np.empty(order.size, dtype=np.int64)
    row[order] = np.arange(order.size) + 2
    found: dict[str, list[int]] = {reason: [] for reason in (*FAULTS, REPEATED)}
    for reason, number in zip([*reasons, *[REPEATED] * REPEATS], row[size:].tolist(), strict=True):
        found[reason].append(number)
    return table, {reason: sorted(rows) for reason, rows in found.items()}


def _faulty_rows(clean: pa.Table, reasons: list[str], rng: np.random.Generator) -> pa.Table:
    """Return one row for each reason: a copy of a random clean row with that fault alone."""
    size = clean.num_rows
    copied = clean.take(pa.array(rng.integers(0, size, len(reasons)))).to_pylist()
    lots = rng.integers(0, 1_000_000, len(reasons)).tolist()
    names = references(np.arange(size + 1, size + 1 + len(reasons)))
    rows = []
    for row, reason, lot, name in zip(copied, reasons, lots, names, strict=True):
        fault = FAULTS[reason]
        blank = dict.fromkeys(_POINT) if fault.moved else {}
        rows.append({**row, **blank, "reference": name, **fault.change(row, lot)})
    return pa.Table.from_pylist(rows, schema=clean.schema)

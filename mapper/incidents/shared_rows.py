"""Records of large files whose reference is not alone, found without holding references.

Each reference becomes a key of eight bytes in one of many temporary files without a name. Records
whose key is not alone are read once more, compared whole, and joined as
:mod:`mapper.incidents.identity` does.
"""

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from mapper.incidents.assemble import accepted_table
from mapper.incidents.check import Checked
from mapper.incidents.columns import references
from mapper.incidents.duplicates import keys_of
from mapper.incidents.identity import are_versions, find_identity
from mapper.incidents.sheet import Geometry, Records, joined_geometry
from mapper.incidents.sliced_file import (
    Positions,
    SlicedFile,
    WholeNeeded,
    checked_part,
    stretch,
)

MOST_SHARED = 200_000  # records whose reference is not alone
_PARTS = 64  # files of keys
Keys = npt.NDArray[np.uint64]
_KEY = np.dtype([("key", "<u8"), ("file", "<i4"), ("at", "<i4")])


@dataclass(frozen=True, eq=False)
class SharedRows:
    """Incidents whose reference is not alone, compared and joined over all files."""

    at: Mapping[int, Positions] = field(default_factory=dict)  # of all such records, by file
    # Those that are incidents of their own, by file.
    kept: Mapping[int, pd.DataFrame] = field(default_factory=dict)
    repeated: int = 0
    notes: tuple[str, ...] = ()

    def within(self, file: int, first: int, last: int) -> tuple[Positions, pd.DataFrame]:
        """Return the positions in a stretch of a file, and the incidents that are kept there."""
        if not self.at:
            return np.zeros(0, dtype=np.intp), pd.DataFrame()
        at, kept = self.at[file], self.kept[file]
        low, high = np.searchsorted(at, (first, last))
        if len(kept):
            kept = kept[((kept["row"] >= first) & (kept["row"] < last)).to_numpy()]
        return at[low:high], kept

    def part(self, file: int, first: int, last: int) -> "SharedRows":
        """Return what is known of a stretch of a file, with positions from its beginning on."""
        if not self.at:
            return SharedRows()
        at, kept = self.within(file, first, last)
        if len(kept):
            kept = kept.assign(row=kept["row"] - first)
        return SharedRows({file: at - first}, {file: kept})

    def digest(self, file: int, records: Records | None = None) -> str:
        """Return what tells apart what a slice or file holds by what is known of shared rows."""
        if not self.at or (records is not None and not records.numbers.size):
            return ""
        at, kept = self.within(file, *(stretch(records) if records else (0, 2**31)))
        held = pd.util.hash_pandas_object(kept, index=False) if len(kept) else kept
        return hashlib.sha256(at.tobytes() + held.to_numpy().tobytes()).hexdigest()

    @cached_property
    def again(self) -> "pd.Series[int]":
        """How often each reference stands that several incidents share."""
        every = [each["reference"] for each in self.kept.values() if len(each)]
        held = pd.concat(every).value_counts() if every else pd.Series(dtype=np.int64)
        return held[held > 1]


def record_keys(records: Records) -> tuple[Keys, npt.NDArray[np.int32]]:
    """Return the key of each reference of some records that were read for it, and its position."""
    (column,) = records.columns.values()
    keys, rows = keys_of(references(column))
    return keys, records.numbers[rows]


class SharedKeys:
    """Keys of references on the disk, parted so that each part is looked at alone; seen once."""

    def __init__(self) -> None:
        self._parts = [tempfile.SpooledTemporaryFile(max_size=65_536) for _ in range(_PARTS)]  # noqa: SIM115 - closed when it is left

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for stream in self._parts:
            stream.close()

    def add(self, file: int, records: Records) -> None:
        """Add the references of some records."""
        self.put(file, *record_keys(records))

    def put(self, file: int, keys: Keys, at: npt.NDArray[np.int32]) -> None:
        """Add keys of references and the positions of their records."""
        entries = np.empty(keys.size, dtype=_KEY)
        entries["key"], entries["file"], entries["at"] = keys, file, at
        part = (keys >> np.uint64(58)).astype(np.int64) if keys.size else keys.astype(np.int64)
        order = np.argsort(part, kind="stable")
        ends = np.searchsorted(part[order], np.arange(_PARTS + 1))
        for number, stream in enumerate(self._parts):
            stream.write(entries[order[ends[number] : ends[number + 1]]].tobytes())

    def shared(self, files: int) -> list[Positions]:
        """Return the positions, by file and rising, of records whose key is not alone.

        Raises
        ------
        WholeNeeded
            When they are very many.
        """
        found: list[npt.NDArray[np.void]] = []
        for stream in self._parts:
            size = stream.tell()
            stream.seek(0)
            entries = np.frombuffer(stream.read(size), dtype=_KEY)
            stream.truncate(0)
            keys = np.sort(entries["key"])
            alike = np.unique(keys[1:][keys[1:] == keys[:-1]])
            if alike.size:
                at = np.minimum(np.searchsorted(alike, entries["key"]), alike.size - 1)
                found.append(entries[alike[at] == entries["key"]])
        if sum(part.size for part in found) > MOST_SHARED:
            raise WholeNeeded
        every = np.concatenate(found) if found else np.zeros(0, dtype=_KEY)
        return [np.sort(every["at"][every["file"] == n]).astype(np.intp) for n in range(files)]


def find_shared(files: Sequence[SlicedFile], at: Sequence[Positions], *, today: date) -> SharedRows:
    """Read the records at some positions whole, compare and join them.

    Raises
    ------
    WholeNeeded
        When files may be versions of one another, or a record has something to note.
    """
    chosen = [one for one in files if at[one.number].size]
    return compared(chosen, [_some(one, at[one.number], today=today) for one in chosen], at)


def compared(
    chosen: Sequence[SlicedFile], sheets: Sequence[Checked], at: Sequence[Positions]
) -> SharedRows:
    """Compare and join the records whose reference is not alone.

    Parameters
    ----------
    chosen
        Files that hold any.
    sheets
        Their records of this kind.
    at
        Positions of these records in every file.

    Raises
    ------
    WholeNeeded
        When files may be versions of one another.
    """
    if are_versions(sheets):
        raise WholeNeeded
    same = find_identity(sheets, rule="all")
    kept = {
        one.number: accepted_table(sheet, repeats)
        for one, sheet, repeats in zip(chosen, sheets, same.repeats, strict=True)
    }
    repeated = sum(each.size for each in same.repeats)
    found = dict(enumerate(at))
    tables = {number: kept.get(number, pd.DataFrame()) for number in found}
    return SharedRows(found, tables, repeated, same.notes)


def _some(one: SlicedFile, at: Positions, *, today: date) -> Checked:
    """Return the records of a file at some positions, checked."""
    parts: list[Mapping[int, pa.ChunkedArray]] = []
    places: list[Geometry | None] = []
    originals = None
    for records in one.records():
        originals = originals or records.originals
        numbers = records.numbers
        if numbers.size:
            low, high = np.searchsorted(at, (numbers[0], numbers[-1] + 1))
            mine = at[low:high] - numbers[0]
            held = records.columns.items()
            parts.append({i: column.take(pa.array(mine)) for i, column in held})
            places.append(records.geometry and records.geometry.at(mine))
    columns = {
        i: pa.chunked_array(
            [chunk.cast(pa.string()) for part in parts for chunk in part[i].chunks], pa.string()
        )
        for i in parts[0]
    }
    assert originals is not None  # noqa: S101 - a file with positions has records
    whole = originals
    some = Records(
        columns,
        at.astype(np.int32),
        lambda positions: whole(at[positions]),
        geometry=joined_geometry(places),
    )
    return checked_part(one, some, today=today)

"""References that stand more than once, over any number of files, quickly and exactly.

Hashing half a million long references whole takes longer than reading them. Each is first made
into a 64-bit key of its length and three of its eight-byte words; only references whose key is not
alone are then compared whole. A key that two references share costs time, never a wrong answer.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from mapper.base.types import Flags
from mapper.incidents.on_disk import slices

Keys = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.intp]

# Rows kept of a reference that stands on rows which differ.
References = Literal["all", "one per reference"]

_NOWHERE: Positions = np.zeros(0, dtype=np.intp)

_WORD = 8
_MULTIPLIERS = [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5]


def shared(parts: Sequence[pa.Array]) -> list[tuple[Positions, Positions]]:
    """Return for each part the rows whose reference stands more than once over all parts.

    Parameters
    ----------
    parts
        References; a null is no reference.

    Returns
    -------
    list of (positions, codes)
        Positions in the part, rising, and a number that is the same for the same reference.
    """
    keyed = [keys_of(part) for part in parts]
    keys = np.concatenate([k for k, _ in keyed]) if keyed else np.zeros(0, dtype=np.uint64)
    ordered = np.sort(keys)
    alike = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not alike.size:
        return [(_NOWHERE, _NOWHERE) for _ in parts]
    chosen = [rows[_isin(keys, alike)] for keys, rows in keyed]
    texts = [
        part.take(pa.array(rows)).to_numpy(zero_copy_only=False)
        for part, rows in zip(parts, chosen, strict=True)
    ]
    # Whole references decide: two of them may have the same key.
    codes, _ = pd.factorize(np.concatenate(texts).astype(object))
    again = np.bincount(codes)[codes] > 1
    found, first = [], 0
    for rows in chosen:
        here = slice(first, first + rows.size)
        found.append((rows[again[here]], codes[here][again[here]].astype(np.intp)))
        first += rows.size
    return found


def _isin(keys: Keys, shared: Keys) -> Flags:
    """Return which keys are among sorted ones."""
    at = np.minimum(np.searchsorted(shared, keys), shared.size - 1)
    return np.equal(shared[at], keys)


def keys_of(texts: pa.Array) -> tuple[Keys, Positions]:
    """Return the keys of the references that are not null, and their positions."""
    found, first = [(np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int32))], 0
    for part in slices(texts):
        keys, rows = _keys_of(part.cast(pa.large_string()))
        found.append((keys, (rows + first).astype(np.int32)))
        first += len(part)
    keys, rows = (np.concatenate(each) for each in zip(*found, strict=True))
    return keys, rows


def _keys_of(texts: pa.Array) -> tuple[Keys, Positions]:
    """Return the keys of the references that are not null, and their positions."""
    rows = np.flatnonzero(texts.is_valid().to_numpy(zero_copy_only=False))
    if not rows.size:
        return np.zeros(0, dtype=np.uint64), rows
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    first, last = ends[:-1][rows].astype(np.intp), ends[1:][rows].astype(np.intp)
    length = last - first
    low, high = int(first[0]), int(last[-1])
    padded = b"".join((memoryview(data)[low:high], bytes(_WORD)))
    words = np.ndarray((len(padded) - _WORD + 1,), dtype="<u8", buffer=padded, strides=(1,))
    first, last = first - low, last - low
    keys = length.astype(np.uint64) * np.uint64(_MULTIPLIERS[3])
    # A word that would begin in one reference and end in another is cut to its own length.
    cut = np.uint64(2**64 - 1) >> (
        np.uint64(8) * (_WORD - np.minimum(length, _WORD)).astype(np.uint64)
    )
    starts = (
        first,
        np.maximum(last - _WORD, first),
        np.maximum(first + length // 2 - _WORD // 2, first),
    )
    for start, multiplier in zip(starts, _MULTIPLIERS, strict=False):
        word = (words[start] & cut) * np.uint64(multiplier)
        keys ^= word ^ (word >> np.uint64(29))
    return keys, rows

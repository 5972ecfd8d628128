"""Text that is larger than memory ought to hold: its characters lie in a file without a name.

References and coordinates of ten million rows are a gigabyte of characters that are looked at once
and again only where two references agree. They are written to a temporary file as they are read
(where ``TMPDIR`` says), its name is removed at once, and Arrow reads them from there: what the
memory holds of them is the operating system's to drop. Small texts stay in memory.
"""

import mmap
import os
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from mapper.base.types import Flags

SMALL = 16 * 1024**2  # bytes of one column that stay in memory
SLICE = 500_000  # values that are worked on at a time


class TextWriter:
    """Takes texts part by part, and gives them back as one array."""

    def __init__(self) -> None:
        self._held: list[pa.Array] = []
        self._size = 0
        self._characters: IO[bytes] | None = None  # once they are too many to be held
        self._ends = [np.zeros(1, np.int64)]
        self._known: list[Flags] = [np.zeros(0, bool)]

    def add(self, part: pa.Array) -> None:
        """Take some texts; a null is an absent value."""
        self._held.append(part.cast(pa.large_string()))
        self._size += part.nbytes
        if self._size > SMALL:
            for each in self._held:
                self._write(each)
            self._held.clear()

    def _write(self, part: pa.Array) -> None:
        """Write some texts."""
        if self._characters is None:
            self._characters = tempfile.TemporaryFile()  # noqa: SIM115 - closed when given back
        known = part.is_valid().to_numpy(zero_copy_only=False)
        texts = part if known.all() else pc.fill_null(part, "")
        _, offsets, characters = texts.buffers()
        ends = np.frombuffer(offsets, np.int64)[texts.offset :][: len(texts) + 1]
        self._known.append(known)
        if known.size and ends[-1] > ends[0]:
            self._characters.write(memoryview(characters)[ends[0] : ends[-1]])
        self._ends.append(ends[1:] - (ends[0] if ends.size else 0) + self._ends[-1][-1])
        if not known.size:
            self._ends.pop()

    def array(self) -> pa.Array:
        """Return all texts as one array of large strings; nothing can be added after it."""
        if self._characters is None:
            held = self._held or [pa.array([], pa.large_string())]
            return held[0] if len(held) == 1 else pa.concat_arrays(held)
        known, ends = np.concatenate(self._known), np.concatenate(self._ends)
        bits = None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))
        with self._characters as file:
            buffers = [bits, pa.py_buffer(ends), mapped(file)]
        return pa.Array.from_buffers(pa.large_string(), known.size, buffers)


def on_disk(parts: Iterable[pa.Array]) -> pa.Array:
    """Return texts, part after part, as one array; its characters are on the disk where many."""
    writer = TextWriter()
    for part in parts:
        writer.add(part)
    return writer.array()


def slices(texts: pa.Array) -> Iterator[pa.Array]:
    """Return an array in slices of a size that memory does not mind."""
    return (texts.slice(first, SLICE) for first in range(0, len(texts), SLICE))


def mapped(characters: IO[bytes]) -> pa.Buffer:
    """Return the bytes of a spooled file, mapped where it lies on a disk."""
    size = characters.tell()
    characters.seek(0)
    if size <= SMALL or os.name != "posix":  # elsewhere a file that is mapped cannot be removed
        return pa.py_buffer(characters.read())
    return pa.py_buffer(mmap.mmap(characters.fileno(), size, access=mmap.ACCESS_READ))

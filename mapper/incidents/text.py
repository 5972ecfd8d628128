"""The text of one file, read in pieces: no more of it is in memory than is worked on.

A plain file in UTF-8 is read where it lies; text in another encoding is written as UTF-8 to a file
without a name (:mod:`mapper.incidents.on_disk`). Members of an archive and packed files, which are
held to a limit, are read from memory and let go once their records are parsed.
"""

import codecs
import hashlib
import io
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa

from mapper.base.ahead import ahead
from mapper.incidents.encoding import (
    LOOKED_AT,
    MARKED,
    check_lines,
    encoding_of,
    pieces,
    recoded,
    words_of,
)
from mapper.incidents.gather import IncidentFile
from mapper.incidents.on_disk import SMALL, mapped
from mapper.incidents.text_forms import delimiting

_QUOTE = ord('"')
HEAD = 65_536  # bytes looked at to find the header and the delimiter


@dataclass(frozen=True, eq=False)
class Text:
    """Text of one file as UTF-8 without a byte order mark."""

    name: str
    size: int  # bytes
    open: Callable[[], BinaryIO]  # at the first byte, or at that after the byte order mark
    encoding: str  # as it lay in the file
    quotes: int  # quotation marks in it
    blank: bool  # nothing but white space
    sha256: str  # of what was read
    length: int  # bytes that were read
    mark: int = 0  # bytes before the text
    as_stored: bool = False  # the file's own bytes, read where they lie

    def part(self, first: int, size: int) -> bytes:
        """Return some bytes of the text."""
        with self.from_byte(first) as stream:
            return stream.read(size)

    def from_byte(self, first: int) -> BinaryIO:
        """Return a stream that begins at a byte of the text."""
        stream = self.open()
        stream.seek(self.mark + first)
        return stream

    def lines(self, first: int) -> io.TextIOWrapper:
        """Return a stream of lines, with their ends, that begins at a byte of the text."""
        return io.TextIOWrapper(self.from_byte(first), "utf-8", newline="")


def text_of(found: IncidentFile, data: bytes | None) -> Text:
    """Look once through a file and return its text.

    Parameters
    ----------
    data
        What the file holds where it is packed; a plain file is read where it lies.

    Raises
    ------
    InputError
        When it is no text, cannot be decoded, or has a line that no table has.
    """
    source: Callable[[], Any] = found.stream if data is None else partial(io.BytesIO, data)
    seen = _Look()
    with source() as stream:
        head = stream.read(LOOKED_AT)
        stream.seek(0)
        read = check_lines(pieces(stream), name=found.name)
        large = data is None and found.path.stat().st_size > SMALL
        for part in ahead(read) if large else read:
            seen.add(part)
    encoding = encoding_of(head, seen.is_utf8, name=found.name)
    sha256, length = seen.digest.hexdigest(), seen.size
    mark, as_stored = 0, encoding in ("utf-8", MARKED) and seen.is_utf8()
    if as_stored:
        mark = len(codecs.BOM_UTF8) if encoding == MARKED else 0
    else:
        with source() as stream:
            buffer, seen = _kept(recoded(pieces(stream), encoding, name=found.name))
        source = partial(pa.BufferReader, buffer)
    return Text(
        name=found.name,
        size=seen.size - mark,
        open=source,
        encoding=words_of(encoding),
        quotes=seen.quotes,
        blank=not seen.inked,
        sha256=sha256,
        length=length,
        mark=mark,
        as_stored=as_stored,
    )


def in_columns(text: Text) -> Text:
    """Return a text that is divided in another way as tab-separated text, others as they are.

    The digest stays that of the file.
    """
    rewrite = delimiting(text.part(0, HEAD))
    if rewrite is None:
        return text
    with text.lines(0) as lines:
        buffer, seen = _kept(rewrite(lines))
    source = partial(pa.BufferReader, buffer)
    size, quotes = seen.size, seen.quotes
    return replace(text, size=size, open=source, quotes=quotes, mark=0, as_stored=False)


class _Look:
    """What one look through a text tells."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.size = 0
        self.quotes = 0
        self.inked = False  # something that is no white space
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._valid = True

    def add(self, part: bytes) -> None:
        """Look at the next piece."""
        self.digest.update(part)
        self.size += len(part)
        self.quotes += int(np.count_nonzero(np.frombuffer(part, np.uint8) == _QUOTE))
        if not self.inked:
            marked = part.removeprefix(codecs.BOM_UTF8)
            self.inked = bool(marked) and not marked.isspace()
        if self._valid and (self._decoder.getstate()[0] or not part.isascii()):
            try:
                self._decoder.decode(part)
            except UnicodeDecodeError:
                self._valid = False

    def is_utf8(self) -> bool:
        """Tell whether all of it is valid UTF-8."""
        return self._valid and not self._decoder.getstate()[0]


def _kept(parts: Iterator[bytes]) -> tuple[pa.Buffer, _Look]:
    """Write text to a file without a name; return its bytes and what a look through it tells."""
    seen = _Look()
    with tempfile.SpooledTemporaryFile(max_size=SMALL) as file:
        for part in parts:
            seen.add(part)
            file.write(part)
        return mapped(file), seen

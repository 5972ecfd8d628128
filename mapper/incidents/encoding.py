"""Bytes of a text file to UTF-8: byte order marks, UTF-16 without one, and Windows text.

Charset guessers call Windows-1252 by other names, so none is used: text is UTF-8 when it is valid
UTF-8, UTF-16 when every other byte is zero, and Windows-1252 otherwise, which is then noted.
"""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import BinaryIO

from mapper.base.errors import InputError
from mapper.incidents import limits

MARKED = "utf-8-sig"
PIECE = 1024**2  # bytes of a text looked at together
_MARKS = (
    (codecs.BOM_UTF8, MARKED),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LOOKED_AT = 4096  # first bytes that tell what a file is
_HEADER = 256  # first bytes, in which a table of text has no control characters
_UTF16_SHARE = 0.4  # of the bytes at even or odd places being zero: English text has nearly all

# What a file starts with when it is no text at all.
_NOT_TEXT = (
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x7fELF", "a program"),
    (b"fgb\x03fgb", "a FlatGeobuf file"),
    (b"ARROW1", "an Arrow or Feather file"),
    (b"ORC", "an ORC file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"PK\x03\x04", "a zip archive or an Office document"),
    (b"{\\rtf", "a document of a word processor"),
    (b"$FL2", "an SPSS file"),
    (b"<stata_dta>", "a Stata file"),
    (b"\x80\x04", "a Python pickle"),
    (b"GIF8", "a picture"),
)
_NOT_TEXT_AT = (  # the same, not at the start
    (4, b"Standard Jet DB", "an Access database"),
    (4, b"Standard ACE DB", "an Access database"),
    (84, b"SAS FILE", "a SAS file"),
)
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1b]")


def to_utf8(data: bytes, *, name: str) -> tuple[bytes, str]:
    """Return text as UTF-8 without a byte order mark, and the name of its encoding.

    Raises
    ------
    InputError
        When the file is no text, or is UTF-16 that cannot be decoded.
    """
    encoding = encoding_of(data[:LOOKED_AT], lambda: _is_utf8(data), name=name)
    if encoding == "utf-8":
        return data, encoding
    return b"".join(recoded([data], encoding, name=name)), words_of(encoding)


def words_of(encoding: str) -> str:
    """Return what an encoding is called to people."""
    return "utf-8 with byte order mark" if encoding == MARKED else encoding


def recoded(parts: Iterable[bytes], encoding: str, *, name: str) -> Iterator[bytes]:
    """Yield text, piece by piece, as UTF-8 without a byte order mark.

    Raises
    ------
    InputError
        When it cannot be decoded.
    """
    if encoding == "cp1252":
        yield from map(_windows, parts)
        return
    decoder, at, begun, mark = codecs.getincrementaldecoder(encoding)(), 0, 0, "\ufeff"
    try:
        for part in chain(parts, [b""]):
            begun = at - len(decoder.getstate()[0])  # a character may be cut at the end of a piece
            text = decoder.decode(part, final=not part)
            yield text.removeprefix(mark).encode()
            at, mark = at + len(part), "" if text else mark
    except UnicodeError as error:
        if encoding == MARKED:
            raise InputError(
                f"{name}: is marked as UTF-8 but holds other bytes. Save it again as UTF-8."
            ) from error
        raise InputError(
            f"{name}: looks like {encoding.upper()} text but cannot be decoded near byte"
            f" {begun + getattr(error, 'start', 0)}; it may be cut short. Save it again as UTF-8."
        ) from error


def check_lines(parts: Iterable[bytes], *, name: str) -> Iterator[bytes]:
    """Hand on the pieces of a text; refuse a line that no table has, before anything is made of it.

    Parameters
    ----------
    parts
        Pieces of at most ``PIECE`` bytes.

    Raises
    ------
    InputError
        When a line is longer than the limit.
    """
    most, begun, at = limits.MAX_LINE_BYTES, 0, 0
    for part in parts:
        ends = [end for sign in (b"\n", b"\r") if (end := part.find(sign)) >= 0]
        if at + min(ends, default=len(part) - 1) + 1 - begun > most:
            raise InputError(
                f"{name}: has a line of more than {most:,} bytes, near byte {begun:,}. Is it a"
                " table? Export it as CSV with one line for each record."
            )
        if ends:
            begun = at + max(part.rfind(b"\n"), part.rfind(b"\r")) + 1
        at += len(part)
        yield part


def pieces(stream: BinaryIO) -> Iterator[bytes]:
    """Yield what a stream holds, piece by piece."""
    while part := stream.read(min(PIECE, limits.MAX_LINE_BYTES)):
        yield part


def _not_text(name: str, words: str) -> InputError:
    """Return the refusal of a file that is no text."""
    return InputError(
        f"{name}: this is {words}, not a table. Unpack it, or export the table as CSV."
    )


def encoding_of(head: bytes, is_utf8: Callable[[], bool], *, name: str) -> str:
    """Return the encoding of text from its first bytes and whether all of it is valid UTF-8.

    Raises
    ------
    InputError
        When the file is no text.
    """
    for start, words in _NOT_TEXT:
        if head.startswith(start):
            raise _not_text(name, words)
    for at, sign, words in _NOT_TEXT_AT:
        if head[at : at + len(sign)] == sign:
            raise _not_text(name, words)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    half = len(head) // 2
    even, odd = (head[at::2].count(0) for at in (0, 1))
    if min(even, odd) < _UTF16_SHARE * half < max(even, odd):
        return "utf-16-le" if odd > even else "utf-16-be"
    if is_utf8():
        return "utf-8"
    if _CONTROL.search(head[:_HEADER].split(b"\n")[0]):
        raise _not_text(name, "bytes and no text")
    return "cp1252"


def _is_utf8(data: bytes) -> bool:
    """Return whether bytes are valid UTF-8."""
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _windows(data: bytes) -> bytes:
    """Return Windows-1252 text as UTF-8; its five undefined bytes become control characters."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        undefined = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
        parts = zip([*undefined.split(data)], [*undefined.findall(data), b""], strict=True)
        text = "".join(p.decode("cp1252") + u.decode("latin-1") for p, u in parts)
    return text.encode()

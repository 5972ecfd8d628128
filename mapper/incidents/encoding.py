"""Bytes of a text file to UTF-8: byte order marks, UTF-16 without one, and Windows text.

Charset guessers call Windows-1252 by other names, so none is used: text is UTF-8 when it is valid
UTF-8, UTF-16 when every other byte is zero, and Windows-1252 otherwise, which is then noted.
"""

import codecs
import re

from mapper.base.errors import InputError
from mapper.incidents import limits

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOKED_AT = 4096
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
    for start, words in _NOT_TEXT:
        if data.startswith(start):
            raise _not_text(name, words)
    for at, sign, words in _NOT_TEXT_AT:
        if data[at : at + len(sign)] == sign:
            raise _not_text(name, words)
    encoding = _encoding_of(data)
    if encoding == "cp1252" and _CONTROL.search(data[:_HEADER].split(b"\n")[0]):
        raise _not_text(name, "bytes and no text")
    if encoding == "utf-8":
        return data, encoding
    if encoding == "utf-8-sig":
        return _valid_utf8(data[len(codecs.BOM_UTF8) :], name), "utf-8 with byte order mark"
    if encoding == "cp1252":
        return _windows(data), encoding
    try:
        return data.decode(encoding).removeprefix("\ufeff").encode(), encoding
    except UnicodeError as error:
        raise InputError(
            f"{name}: looks like {encoding.upper()} text but cannot be decoded near byte"
            f" {getattr(error, 'start', 0)}; it may be cut short. Save it again as UTF-8."
        ) from error


def check_lines(data: bytes, *, name: str) -> None:
    """Refuse a text with a line that no table has, before anything is made of it.

    Raises
    ------
    InputError
        When a line is longer than the limit.
    """
    most, at = limits.MAX_LINE_BYTES, 0
    while len(data) - at > most:
        end = max(data.rfind(sign, at, at + most) for sign in (b"\n", b"\r"))
        if end < 0:
            raise InputError(
                f"{name}: has a line of more than {most:,} bytes, near byte {at:,}. Is it a table?"
                " Export it as CSV with one line for each record."
            )
        at = end + 1


def _not_text(name: str, words: str) -> InputError:
    """Return the refusal of a file that is no text."""
    return InputError(
        f"{name}: this is {words}, not a table. Unpack it, or export the table as CSV."
    )


def _encoding_of(data: bytes) -> str:
    """Return the encoding of text from its first bytes and its validity."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    head = data[:_LOOKED_AT]
    half = len(head) // 2
    if half and head[1::2].count(0) > _UTF16_SHARE * half > head[0::2].count(0):
        return "utf-16-le"
    if half and head[0::2].count(0) > _UTF16_SHARE * half > head[1::2].count(0):
        return "utf-16-be"
    return "utf-8" if _is_utf8(data) else "cp1252"


def _is_utf8(data: bytes) -> bool:
    """Return whether bytes are valid UTF-8."""
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _valid_utf8(data: bytes, name: str) -> bytes:
    """Return bytes that were marked as UTF-8, or refuse."""
    if not _is_utf8(data):
        raise InputError(
            f"{name}: is marked as UTF-8 but holds other bytes. Save it again as UTF-8."
        )
    return data


def _windows(data: bytes) -> bytes:
    """Return Windows-1252 text as UTF-8; its five undefined bytes become control characters."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        undefined = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
        parts = zip([*undefined.split(data)], [*undefined.findall(data), b""], strict=True)
        text = "".join(p.decode("cp1252") + u.decode("latin-1") for p, u in parts)
    return text.encode()

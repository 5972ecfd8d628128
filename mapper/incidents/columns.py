"""Columns of text as distinct values and codes: whatever is costly is done once per value."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mapper.base.types import Flags, Floats
from mapper.incidents.on_disk import on_disk, slices
from mapper.incidents.place_words import parse_numbers

# Spellings of "no value" that databases and spreadsheets export, compared in lower case.
BLANK_WORDS = ("", "null", "(null)", "none", "n/a", "#n/a", "na", "nan", "<na>", "nil")
_LONGEST_BLANK = max(map(len, BLANK_WORDS))
_PART = 1024**2  # bytes looked at together


@dataclass(frozen=True, eq=False)
class Distinct:
    """A column as codes into its distinct, trimmed values; -1 is blank."""

    codes: npt.NDArray[np.int32]
    values: pa.Array  # distinct texts without blanks

    @classmethod
    def blank(cls, size: int) -> "Distinct":
        """Return a column of blanks."""
        return cls(np.full(size, -1, dtype=np.int32), pa.array([], pa.string()))

    @property
    def is_blank(self) -> Flags:
        """Which records have no value."""
        return self.codes < 0

    @property
    def example(self) -> str:
        """One value, for a message."""
        return str(self.values[0])[:60] if len(self.values) else ""

    def __getitem__(self, positions: npt.NDArray[np.intp]) -> "Distinct":
        return Distinct(self.codes[positions], self.values)

    def among(self, chosen: Flags) -> Flags:
        """Return which records have one of the chosen values; blanks have none."""
        if not chosen.any():
            return np.zeros(self.codes.size, dtype=bool)
        return np.append(chosen, [False])[self.codes]

    def equals(self, text: str) -> Flags:
        """Return which records have exactly this value."""
        return self.among(pc.equal(self.values, text).to_numpy(zero_copy_only=False))

    def given(self, positions: npt.NDArray[np.intp], texts: npt.NDArray[np.object_]) -> "Distinct":
        """Return the column with other texts at some positions."""
        known = {text: code for code, text in enumerate(self.values.to_pylist())}
        codes = self.codes.copy()
        codes[positions] = [known.setdefault(text, len(known)) for text in texts]
        return Distinct(codes, pa.array(known, pa.string()))

    def lowered(self) -> "Distinct":
        """Return the column in lower case."""
        return _merged(self.codes, pc.utf8_lower(self.values))

    def spelt(self, change: Callable[[str], str]) -> "Distinct":
        """Return the column with each value changed."""
        texts = texts_of(self.values)
        changed = list(map(change, texts))
        return self if changed == texts else _merged(self.codes, pa.array(changed, pa.string()))

    def encoded(self) -> pa.DictionaryArray:
        """Return the column as an Arrow dictionary, blanks null."""
        codes = pa.array(self.codes, mask=self.codes < 0 if (self.codes < 0).any() else None)
        return pa.DictionaryArray.from_arrays(codes, self.values)


def texts_of(values: pa.Array) -> list[str]:
    """Return texts as Python's, several times faster than Arrow's own list."""
    return list(values.to_numpy(zero_copy_only=False))


def distinct(column: pa.ChunkedArray) -> Distinct:
    """Return a column of text as its distinct trimmed values, blank words taken out."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    if not share_values(column):
        column = column.unify_dictionaries()
    if not column.num_chunks:
        return Distinct.blank(0)
    indices = pa.chunked_array([chunk.indices.cast(pa.int32()) for chunk in column.chunks])
    codes = pc.fill_null(indices.combine_chunks(), -1).to_numpy(zero_copy_only=False)
    written = column.chunk(0).dictionary.cast(pa.string())
    values = bare(pc.utf8_trim_whitespace(written))
    if values.equals(written) and not _is_blank(values).any():
        return Distinct(codes, values)
    return _merged(codes, values)


def share_values(column: pa.ChunkedArray) -> bool:
    """Tell whether all parts of a column are codes into the same values, held in one place.

    To unify those once more looks at every value again for each part.
    """
    values = [chunk.dictionary for chunk in column.chunks]
    held = {
        (one.offset, len(one), *(buffer.address for buffer in one.buffers() if buffer is not None))
        for one in values
    }
    return len(held) <= 1


def is_empty(column: pa.ChunkedArray) -> Flags:
    """Return which values of a column are empty or white space."""
    if not pa.types.is_dictionary(column.type):
        return np.concatenate([np.zeros(0, dtype=bool), *map(_are_empty, column.chunks)])
    if not column.num_chunks:
        return np.zeros(0, dtype=bool)
    if not share_values(column):
        column = column.unify_dictionaries()
    empty = _are_empty(column.chunk(0).dictionary)
    return np.concatenate([empty[chunk.indices.to_numpy()] for chunk in column.chunks])


def _are_empty(texts: pa.Array) -> Flags:
    """Return which texts are empty or white space."""
    empty = pc.equal(pc.binary_length(pc.ascii_trim_whitespace(texts)), 0)
    return np.asarray(pc.fill_null(empty, fill_value=True).to_numpy(zero_copy_only=False), bool)


def _merged(codes: npt.NDArray[np.int32], values: pa.Array) -> Distinct:
    """Return codes into distinct values, once blanks and values that became equal are merged."""
    blank = _is_blank(values)
    encoded = without(values, blank).dictionary_encode()
    if not blank.any() and len(encoded.dictionary) == len(values):
        return Distinct(codes, values)
    to = np.append(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), [-1])
    return Distinct(to[codes].astype(np.int32), encoded.dictionary)


def references(column: pa.ChunkedArray) -> pa.Array:
    """Return a column of references, trimmed, blanks null."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(pa.string())
    whole = column.chunk(0) if column.num_chunks == 1 else on_disk(column.chunks)
    if not all(_is_clean(part) for part in slices(whole)):
        whole = on_disk(bare(pc.ascii_trim_whitespace(part)) for part in slices(whole))
    return without(whole, _is_blank(whole))


def _is_clean(texts: pa.Array) -> bool:
    """Tell by their first and last bytes that texts need no trimming and no :func:`bare`."""
    _, offsets, characters = texts.cast(pa.large_string()).buffers()
    ends = np.frombuffer(offsets, np.int64)[texts.offset :][: len(texts) + 1]
    filled = np.flatnonzero(np.diff(ends))
    if not filled.size:
        return True
    bytes_ = np.frombuffer(characters, np.uint8)
    return not any(_UNCLEAN[bytes_[at]].any() for at in (ends[filled], ends[filled + 1] - 1))


# Bytes at an end of a text that may have to go: white space, and marks of a spreadsheet.
_UNCLEAN = np.isin(np.arange(256), [*range(ord(" ") + 1), *b"'="])

# How spreadsheets are told to leave a value as it is: '0123 and ="0123".
_GUARD = r"^'[0-9+.-]|^=\""
_GUARDS = ((r"^'([0-9+.-].*)$", r"\1"), (r'^="(.*)"$', r"\1"))


def bare(texts: pa.Array) -> pa.Array:
    """Return trimmed texts without the marks that keep a spreadsheet from changing them."""
    if not pc.any(pc.match_substring_regex(texts, _GUARD)).as_py():
        return texts
    for pattern, instead in _GUARDS:
        texts = pc.replace_substring_regex(texts, pattern, instead)
    return texts


# Written where a reference is still awaited: they name no incident.
NO_REFERENCE = (
    "tbc", "tba", "unknown", "n/k", "nk", "not known", "not recorded", "pending", "awaiting", "-",
    "--", "?", ".", "0", "00", "000", "0000", "x", "xx", "xxx",
)  # fmt: skip
_LONGEST_NO_REFERENCE = 14
_WORDS = "|".join(map(re.escape, NO_REFERENCE))
_SCIENTIFIC = r"^[0-9](?:\.[0-9]+)?e\+?[0-9]{1,3}$"
_NO_REFERENCE = rf"^(?:{_WORDS})$|{_SCIENTIFIC}"


def placeholders(texts: pa.Array) -> Flags:
    """Return which references name no incident: words for "awaited", and numbers like 1.2E+12."""
    return _short_like(texts, _NO_REFERENCE)


def scientific(texts: pa.Array) -> Flags:
    """Return which references are numbers like 1.2E+12, as a spreadsheet shows long ones."""
    return _short_like(texts, _SCIENTIFIC)


def _short_like(texts: pa.Array, pattern: str) -> Flags:
    """Return which short texts fit a pattern, whatever their case."""
    length = pc.fill_null(pc.binary_length(texts), 0).to_numpy(zero_copy_only=False)
    found = np.zeros(len(texts), dtype=bool)
    short = np.flatnonzero((length > 0) & (length <= _LONGEST_NO_REFERENCE))
    if short.size:
        lowered = pc.utf8_lower(texts.take(pa.array(short)))
        found[short] = pc.match_substring_regex(lowered, pattern).to_numpy(zero_copy_only=False)
    return found


def numbers(column: pa.ChunkedArray, *, degrees: bool) -> tuple[Floats, Flags, Flags]:
    """Return a column as numbers, which are blank, and which are no finite number.

    What is no plain decimal number is read as :func:`parse_numbers` says; other scripts' digits and
    infinities are none. Blank and wrong values are NaN.
    """
    is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    if is_text and pc.min(pc.binary_length(column)).as_py():  # each blank one is slow to be refused
        with suppress(pa.ArrowInvalid):  # nearly always all are plain numbers
            plain = column.cast(pa.float64()).to_numpy()
            if np.isfinite(plain).all():
                return plain, *np.zeros((2, plain.size), dtype=bool)
    texts = references(column)
    blank = texts.is_null().to_numpy(zero_copy_only=False)
    try:
        found = texts.cast(pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        found = parse_numbers(pc.utf8_trim_whitespace(texts), degrees=degrees)
    wrong = ~np.isfinite(found) & ~blank
    return np.where(wrong, np.nan, found), blank, wrong


def without(texts: pa.Array, blank: Flags) -> pa.Array:
    """Return texts with blanks as nulls."""
    if not blank.any():
        return texts
    parts = zip(slices(texts), slices(pa.array(~blank)), strict=True)
    kept = (pc.if_else(known, part, pa.scalar(None, part.type)) for part, known in parts)
    return on_disk(kept).cast(texts.type)


def holds_nul(texts: pa.Array | pa.ChunkedArray) -> Flags:
    """Return which texts hold a NUL character; nearly always none does, which is found quickly."""
    chunks = texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]
    buffers = [chunk.buffers()[2] for chunk in chunks]
    if not any(_has_nul(buffer) for buffer in buffers if buffer is not None):
        return np.zeros(len(texts), dtype=bool)
    found = pc.fill_null(pc.match_substring(texts, "\0"), fill_value=False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def _has_nul(buffer: pa.Buffer) -> bool:
    """Tell whether a byte of a buffer is zero."""
    parts = range(0, buffer.size, _PART)
    return any(b"\0" in buffer.slice(at, min(_PART, buffer.size - at)).to_pybytes() for at in parts)


def _is_blank(texts: pa.Array) -> Flags:
    """Return which texts are nulls or blank words; only short ones are looked at."""
    length = pc.fill_null(pc.binary_length(texts), 0).to_numpy(zero_copy_only=False)
    blank = length == 0
    short = np.flatnonzero(~blank & (length <= _LONGEST_BLANK))
    if short.size:
        lowered = pc.utf8_lower(texts.take(pa.array(short)))
        blank[short] = pc.is_in(lowered, pa.array(BLANK_WORDS)).to_numpy(zero_copy_only=False)
    return np.asarray(blank, dtype=bool)

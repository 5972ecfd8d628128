"""Where the header of a table stands, and what it says.

The first row that holds anything is the header unless it plainly is none: a marking, a title, a
date of printing above it fill few cells, and a row further down fills at least twice as many
different ones, all of them words, or has more known columns. A header may have two rows (a group
above, its parts below): groups run to the right, and a part alone is the name where no other part
has it. A mapping may say which row it is.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mapper.base.errors import MappingError
from mapper.base.text import count
from mapper.incidents.sheet import is_blank

Known = Callable[[tuple[str, ...]], int]  # how many columns of a header are known ones
Row = Sequence[str | None]

WITHIN = 60  # rows from the top among which a header is looked for
_SURE = 3  # so many known columns in the first row, and it is the header
_SHOWN = 3
_LONGEST = 80  # characters of a column's name: what is longer is a sentence
# A cell of so many digits, and so large a share of it, is a number, date, time or reference: data.
_DIGITS, _DIGIT_SHARE = 3, 0.4
_NUMBER = re.compile(r"[+-]?[\d.,]*\d[\d.,]*")


@dataclass(frozen=True)
class Header:
    """The header among the first rows of a table."""

    at: int  # its last row, from 0
    names: tuple[str, ...]
    above: tuple[str, ...] = ()  # what stands above it, one text a row


def find_header(rows: Sequence[Row], known: Known, *, chosen: int = 0, name: str) -> Header | None:
    """Return the header among the first rows, or nothing where all are blank.

    Parameters
    ----------
    chosen
        Row that a person said it is, counted from 1; 0 where none did.

    Raises
    ------
    MappingError
        When the row that was chosen does not stand among them or is blank.
    """
    filled = [i for i, row in enumerate(rows[:WITHIN]) if not is_blank(row)]
    if chosen:
        if chosen - 1 not in filled:
            raise MappingError(
                f"{name}: header_row is {chosen}, but that row is blank or not among the first"
                f" {WITHIN}. Choose the row that names the columns."
            )
        return Header(chosen - 1, _names(rows[chosen - 1]), _told(rows[: chosen - 1]))
    if not filled:
        return None
    first = filled[0]
    if (sure := known(_names(rows[first]))) >= _SURE:
        two = _two_rows(rows, first, known)
        return two if two and known(two.names) > sure else Header(first, _names(rows[first]))
    at = max(filled, key=lambda i: (_worth(rows, i, known), -i))
    if at == first or not _better(rows, at, first, known):
        at = first
    return _two_rows(rows, at, known) or Header(at, _names(rows[at]), _told(rows[:at]))


def above_words(file: str, above: Sequence[str]) -> tuple[str, ...]:
    """Return the note on rows above a header."""
    if not above:
        return ()
    shown = ", ".join(repr(text[:_LONGEST]) for text in above[:_SHOWN])
    return (
        f"{file}: {count(len(above), 'row')} above the header, a title and not incidents: {shown}",
    )


def _names(row: Row) -> tuple[str, ...]:
    """Return the cells of a row without white space around them."""
    return tuple((cell or "").strip() for cell in row)


def _told(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return what rows above a header say."""
    return tuple(
        " ".join(dict.fromkeys(cell for cell in _names(row) if cell))
        for row in rows
        if not is_blank(row)
    )


def _words(row: Row) -> set[str]:
    """Return the different cells of a row where all can be names of columns, else nothing."""
    cells = [cell for cell in _names(row) if cell]
    return set() if any(is_data(cell) or len(cell) > _LONGEST for cell in cells) else set(cells)


def is_data(cell: str) -> bool:
    """Return whether a cell holds what rows of data hold and headers do not."""
    digits = sum(sign.isdigit() for sign in cell)
    size = sum(not sign.isspace() for sign in cell)
    many = digits >= _DIGITS and digits >= _DIGIT_SHARE * size
    return many or _NUMBER.fullmatch(cell) is not None


def _worth(rows: Sequence[Row], at: int, known: Known) -> tuple[int, int]:
    """Return how much of a header a row is: known columns where they are sure, then words.

    One or two known names prove nothing: values such as ``Drugs`` are names of columns too.
    """
    words = len(_words(rows[at]))
    sure = min(known(_names(rows[at])), words)
    return (sure if sure >= _SURE else 0, words)


def _better(rows: Sequence[Row], at: int, first: int, known: Known) -> bool:
    """Return whether a row further down is the header rather than the first one."""
    below, top = _worth(rows, at, known), len({cell for cell in _names(rows[first]) if cell})
    return below[1] >= 2 * top or (below[0] >= _SURE and below[0] > known(_names(rows[first])))


def _two_rows(rows: Sequence[Row], at: int, known: Known) -> Header | None:
    """Return a header of two rows that ends at or begins with a row, if there is one."""
    for top in (at, at - 1):
        if top < 0 or top + 2 >= len(rows):
            continue
        groups, parts = _names(rows[top]), _names(rows[top + 1])
        gaps = len({g for g in groups if g}) < len(groups) and len(groups) == len(parts)
        if not gaps or not _words(rows[top]) or len(_words(rows[top + 1])) < 2:  # noqa: PLR2004 - a group has two
            continue
        if _words(rows[top + 2]) or _repeats_data(rows, top + 1):
            continue
        names = _joined(groups, parts)
        if known(names) >= max(known(groups), known(parts)) and all(names):
            return Header(top + 1, names, _told(rows[:top]))
    return None


def _repeats_data(rows: Sequence[Row], at: int) -> bool:
    """Return whether a row has a value of the column below it, as data has and headers have not."""
    below = rows[at + 1 :]
    cells = _names(rows[at])
    return any(
        cell and cell in {(row[i] or "").strip() for row in below if i < len(row)}
        for i, cell in enumerate(cells)
    )


def _joined(groups: tuple[str, ...], parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that two rows give together."""
    seen = Counter(part.lower() for part in parts if part)
    names, group = [], ""
    for above, part in zip(groups, parts, strict=True):
        group = above or group
        if not part:
            names.append(above)
        else:
            names.append(part if seen[part.lower()] == 1 or not group else f"{group} {part}")
    return tuple(names)

"""Which of the numbers of a date is the day: what a column proves, and what it cannot.

Two more things are looked for, because a spreadsheet that reads dates in another country's order
exchanges day and month of every date up to the 12th and leaves the rest as text. Either all real
dates have a day up to the 12th and all texts a later one; or, written out alike, the dates up to
the 12th spread over months in which no other date lies, and would not if they were turned back.
"""

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mapper.base.errors import AmbiguousDatesError
from mapper.base.types import Flags, Floats
from mapper.incidents.time_words import plain_times
from mapper.incidents.times import (
    ISO,
    MONTHS,
    NUMBERS,
    PIECE,
    USUAL_NUMBERS,
    Order,
    all_fit,
    extract,
)

_LEADING = (
    r"^(?:[A-Za-z]{3,9},?\s+)?(?P<first>[0-9]{1,2})[/.-](?P<second_number>[0-9]{1,2})[/.-]"
    r"(?P<year>[0-9]{4}|[0-9]{2})(?:[^0-9.:].*)?$"
)
_TWO_FIGURES = re.compile(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-]([0-9]{2})(?![0-9])")
_MAY_BE_SHORT = r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2}(?:[^0-9]|$)"
_NO_DATES = (pa.array([], pa.string()), *np.zeros((3, 0)))
_EARLY = 12 / 30.4  # share of days up to the 12th
_BY_CHANCE = 1e-3
_MANY = 8  # distinct dates of each kind from which months are compared
_YEARS = 5  # more different last numbers of two figures than this, and than first ones: days
_STRAY, _STAY = 0.2, 0.02  # share in other months as written, and as turned back


@dataclass(frozen=True, eq=False)
class _Dates:
    """Distinct dates of three numbers."""

    texts: pa.Array
    first: Floats
    second: Floats
    year: Floats

    @property
    def both(self) -> Flags:
        """Which read as a date in either order, and differently."""
        early = (self.first <= MONTHS) & (self.second <= MONTHS)
        return np.asarray(early & (self.first != self.second), dtype=bool)

    def written(self, chosen: Flags) -> list[str]:
        """Return some of them as they are written."""
        return [str(one) for one in self.texts.filter(pa.array(chosen)).to_pylist()]


def settle_order(values: pa.Array, *, file: str, column: str) -> Order:
    """Return the order of day and month that a column of distinct texts proves.

    Returns
    -------
    str
        Empty when no value is a date of three numbers or all read the same both ways.

    Raises
    ------
    AmbiguousDatesError
        When the column fits both orders, holds values of each, or was swapped in part.
    """
    dates = _dates(values)
    if words := _swapped(values, dates):
        raise AmbiguousDatesError(
            f"{file}: column {column!r} {words}. Export it again as text, or turn those dates back:"
            ' put date_order = "part-swapped" into a file and give it as {mapping}.',
            names=("mapping",),
        )
    if example := _year_first(dates):
        raise AmbiguousDatesError(
            f"{file}: column {column!r} seems to begin with the year ({example!r}). Export years"
            ' with four figures; or put date_order = "day-first" into a file, if the first number'
            " is the day, and give it as {mapping}.",
            names=("mapping",),
        )
    first, second = dates.first, dates.second
    if not first.size or bool((first == second).all()):
        return ""
    day_first = (first > MONTHS) & (second <= MONTHS)
    month_first = (second > MONTHS) & (first <= MONTHS)
    if day_first.any() and not month_first.any():
        return "day-first"
    if month_first.any() and not day_first.any():
        return "month-first"
    raise AmbiguousDatesError(_question(dates, file=file, column=column), names=("mapping",))


def swapped_in_part(values: pa.Array) -> str:
    """Return what shows that a spreadsheet exchanged some days and months, or nothing."""
    return _swapped(values, _dates(values))


def _swapped(values: pa.Array, dates: _Dates) -> str:
    """Return the same of values whose dates of three numbers are known."""
    if not dates.first.size:
        return ""
    return _real_against_text(values, dates) or _by_the_calendar(dates)


def _real_against_text(values: pa.Array, dates: _Dates) -> str:
    """Return what a column of real dates and texts shows."""
    found, fields = extract(values, ISO)
    if not found.any() or dates.both.any() or (fields["day"] > MONTHS).any():
        return ""
    real, texts = int(found.sum()), dates.first.size
    if _EARLY**real * (1 - _EARLY) ** texts > _BY_CHANCE:
        return ""
    example = values.filter(pa.array(found))[0].as_py()
    return (
        f"was changed by a spreadsheet: the {real:,} real dates all have a day up to the 12th and"
        f" the {texts:,} left as text (such as {str(dates.texts[0])!r}) all a later one, so day and"
        f" month of the real ones are exchanged (such as {example!r})"
    )


def _by_the_calendar(dates: _Dates) -> str:
    """Return what the months of early and late days show."""
    late = (dates.first > MONTHS) & (dates.second <= MONTHS)
    both = dates.both
    wrong_way = ((dates.second > MONTHS) & (dates.first <= MONTHS)).any()
    if wrong_way or min(int(late.sum()), int(both.sum())) < _MANY:
        return ""
    month = dates.year * 12 + dates.second
    turned = dates.year * 12 + dates.first
    low, high = month[late].min() - 1, month[late].max() + 1
    stray = both & ((month < low) | (month > high))
    stay = both & ((turned < low) | (turned > high))
    size = int(both.sum())
    if stray.sum() < _STRAY * size or stay.sum() > _STAY * size:
        return ""
    example = dates.written(stray)[0]
    return (
        f"was changed by a spreadsheet: {int(stray.sum()):,} of {size:,} dates with a day up to the"
        f" 12th lie in months where no later day lies (such as {example!r}), and none would if day"
        " and month were exchanged"
    )


def _dates(values: pa.Array) -> _Dates:
    """Return the values that are dates of three numbers, however their time is written."""
    values = values.filter(pc.invert(pc.match_substring_regex(values, "^[0-9]{4}[-/.]")))
    parts, left = [_NO_DATES], []
    for first in range(0, len(values), PIECE):
        piece = values.slice(first, PIECE)
        if all_fit(piece, USUAL_NUMBERS):
            ends = ((0, 2), (3, 5), (6, 10))
            told = (pc.utf8_slice_codeunits(piece, *each).cast(pa.float64()) for each in ends)
            parts.append((piece, *(each.to_numpy(zero_copy_only=False) for each in told)))
        else:
            found, fields = extract(piece, NUMBERS)
            parts.append(_part(piece.filter(pa.array(found)), fields))
            left.append(piece.filter(pa.array(~found)))
    if others := pa.concat_arrays([_NO_DATES[0], *left]):
        others = plain_times(others)
        led, more = extract(others, _LEADING)
        parts.append(_part(others.filter(pa.array(led)), more))
    texts, *numbers = zip(*parts, strict=True)
    return _Dates(pa.concat_arrays(texts), *map(np.concatenate, numbers))


def _year_first(dates: _Dates) -> str:
    """Return a date of two-figure numbers whose last one varies as days do, or nothing."""
    short = dates.texts.filter(pc.match_substring_regex(dates.texts, _MAY_BE_SHORT)).to_pylist()
    last = {told[1] for told in map(_TWO_FIGURES.search, short) if told}
    return str(dates.texts[0]) if len(last) > max(_YEARS, np.unique(dates.first).size) else ""


def _part(texts: pa.Array, fields: dict[str, Floats]) -> tuple[pa.Array, Floats, Floats, Floats]:
    """Return texts and their three numbers."""
    return texts.cast(pa.string()), fields["first"], fields["second_number"], fields["year"]


def _question(dates: _Dates, *, file: str, column: str) -> str:
    """Return the question a person has to answer."""
    first, second, both = dates.first, dates.second, dates.both
    mixed = not both.all() and bool(((first > MONTHS) | (second > MONTHS)).any())
    shown = dates.written(first != second if mixed else both)
    examples = ", ".join(repr(text) for text in sorted(shown, key=len)[:3])
    why = "holds dates of both orders" if mixed else "does not show which number is the day"
    return (
        f"{file}: column {column!r} {why} ({examples}). Is {shown[0]!r} day-first or"
        f' month-first? Put date_order = "day-first" or date_order = "month-first" into a file and'
        " give it as {mapping}."
    )

"""Which columns of an unknown table hold its times, from headers and values.

A date and its clock in two columns are joined, and so are day, month and year each in its own.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mapper.incidents.heading_words import OTHER_DATES, TIME_WORDS
from mapper.incidents.time_ranges import CLOCK_RANGE, split_ranges
from mapper.incidents.time_words import NO_DAY
from mapper.incidents.times import MINUTE, MONTH, parse_times

AGREE = 0.8  # of the values of a column that must look right
_DATES_AGREE = 0.6  # of dates: some are always wrong

_DAYLESS = re.compile(NO_DAY + r"[T ]\d")
_CLOCK = re.compile(
    r"(?i)((approx(imately|\.)?|about|around|circa|abt|time:?)\s+)?T?\d{1,2}[:.;h-]\d{2}"
    r"([:.]\d{2}([:.]\d+)?)?\s*([ap]\.?m\.?|hrs?|hours)?\s*(GMT|BST|UTC|Z)?"
    r"|T?\d{1,4}\s*(hrs?|hours|h)|\d{1,2}\s*[ap]\.?m\.?|T\d{4}"
    rf"|{NO_DAY}[T ]\d.*|{CLOCK_RANGE}"
)
# A date in three columns: how each is called, and what stands in it.
_PARTS = (
    (re.compile(r"(day|dd|dom|dayofmonth)"), re.compile(r"0?[1-9]|[12][0-9]|3[01]")),
    (
        re.compile(r"(month|mon|mth|mm)(no|num|number|name)?"),
        re.compile(r"(?i)0?[1-9]|1[0-2]|[a-z]{3,9}"),
    ),
    (re.compile(r"(year|yr|yyyy|calendaryear)"), re.compile(r"(19|20)[0-9]{2}")),
)
_HOURS = re.compile(r"(hour|hours|hr|hrs|hh)(of(the)?day)?")
_MINUTES = re.compile(r"(minute|minutes|min|mins|mi)")
_SOME = 0.3  # of the values of a column of clocks in figures, where the others are words
_BARE_CLOCK = re.compile(r"\d{1,4}|0?\.\d+|\d{1,2}\.\d")  # only under a header that says time


@dataclass(frozen=True)
class SampleColumn:
    """One column: its header in plain letters and in words, and its values that are not blank."""

    name: str
    values: tuple[str, ...]
    plain: str = field(init=False)
    words: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", self.name).lower()
        object.__setattr__(self, "plain", re.sub(r"[^a-z0-9]", "", self.name.lower()))
        object.__setattr__(self, "words", frozenset(re.findall(r"[a-z]+", spaced)))

    def share(self, fits: Callable[[str], object]) -> bool:
        """Return whether nearly all values fit; a column without any never does."""
        return bool(self.values) and sum(map(bool, map(fits, self.values))) >= AGREE * len(
            self.values
        )


def add_times(found: dict[str, tuple[str, ...]], told: Sequence[SampleColumn]) -> None:
    """Add the times by the values and headers of columns, each with its clock."""
    dates = {
        column.name: fine
        for column in told
        if (fine := fineness(column)) is not None and not column.share(_DAYLESS.match)
    }
    ranks: dict[str, tuple[int, int, SampleColumn]] = {}
    for at, column in enumerate(told):
        if column.name not in dates or any_word(OTHER_DATES, column):
            continue
        role, rank = _role(column)
        best = ranks.get(role)
        if best is None or (rank, at) < best[:2]:
            ranks[role] = (rank, at, column)
    if "from_at" not in ranks and "reported_at" not in ranks and "to_at" in ranks:
        ranks["from_at"] = ranks.pop("to_at")
    clocks = [column for column in told if column.name not in dates and is_clock(column)]
    for role, (_, at, column) in ranks.items():
        clock = None if dates[column.name] == MINUTE else _clock_of(column, at, told, clocks)
        if clock is not None:
            clocks.remove(clock)
        found[role] = (column.name, *_clock_names(clock, told))
        if role == "from_at" and clock is not None and "to_at" not in ranks:
            _add_last_clock(found, column, clock, clocks)
    if not found and (parts := _parts_of_date(told)):
        rest = [column for column in clocks if column.name not in parts]
        found["from_at"] = (*parts, *_clock_names(rest[0] if rest else None, told))


def _add_last_clock(
    found: dict[str, tuple[str, ...]],
    date: SampleColumn,
    first: SampleColumn,
    clocks: Sequence[SampleColumn],
) -> None:
    """Add the latest time where its clock shares the one column of dates.

    It is called as the first is but for the words of both ends: no ``Time to attend``.
    """
    words, of_both = dict(TIME_WORDS)["to_at"], {"time", "hour", "hours"}
    begin = {word for word in first.words if not TIME_WORDS[1][1].fullmatch(word)} - of_both
    last = next(
        (
            clock
            for clock in clocks
            if any_word(words, clock)
            and {word for word in clock.words if not words.fullmatch(word)} - of_both == begin
        ),
        None,
    )
    if last is not None:
        found["to_at"] = (date.name, last.name)


def _parts_of_date(told: Sequence[SampleColumn]) -> tuple[str, ...]:
    """Return the columns of day, month and year where a date is written in three, else none."""
    parts = []
    for names, values in _PARTS:
        column = next(
            (c for c in told if names.fullmatch(c.plain) and c.share(values.fullmatch)), None
        )
        if column is None:
            return ()
        parts.append(column.name)
    return tuple(parts)


def _clock_names(clock: SampleColumn | None, told: Sequence[SampleColumn]) -> tuple[str, ...]:
    """Return the columns of a time of day: one, or that of hours and that of its minutes."""
    if clock is None:
        return ()
    hours = _HOURS.fullmatch(clock.plain)
    minutes = [
        c
        for c in told
        if hours and _MINUTES.fullmatch(c.plain) and c.share(re.compile(r"[0-5]?[0-9]").fullmatch)
    ]
    return (clock.name, *(c.name for c in minutes[:1]))


def fineness(column: SampleColumn) -> int | None:
    """Return how finely a column of dates tells the time, or None where it holds no dates."""
    if not column.values:
        return None
    texts = pa.array(dict.fromkeys(column.values), pa.string())
    ranges = split_ranges(texts)
    texts = texts if ranges is None else ranges.first
    numbers = pc.match_substring_regex(texts, "[0-9]").to_numpy(zero_copy_only=False)
    if numbers.mean() < _DATES_AGREE:  # no date is told without one
        return None
    times = parse_times(texts, order="day-first")
    other = parse_times(texts, order="month-first")
    known = ~(np.isnat(times.moment) & np.isnat(other.moment))
    bare = np.array([re.fullmatch(r"[\d.]+", text) is not None for text in texts.to_pylist()])
    said = re.search(r"date|time|when", column.plain)
    if known.mean() < _DATES_AGREE or (bare.all() and not said):
        return None
    fine = times.precision[known & ~np.isnat(times.moment)]
    midnight = times.moment[known] == times.moment[known].astype("datetime64[D]")
    if fine.size and (fine == MONTH).all():
        return MONTH
    return MINUTE if fine.size and (fine == MINUTE).any() and not midnight.all() else 1


def _role(column: SampleColumn) -> tuple[str, int]:
    """Return which time a column of dates holds, and how surely (0 is surest)."""
    for rank, (role, words) in enumerate(TIME_WORDS):
        if any_word(words, column):
            return role, rank
    return "from_at", len(TIME_WORDS)


def any_word(pattern: re.Pattern[str], column: SampleColumn) -> bool:
    """Return whether any word of a header fits a pattern whole."""
    return any(pattern.fullmatch(word) for word in column.words)


def is_clock(column: SampleColumn) -> bool:
    """Return whether a column holds times of day."""
    timed = re.search(r"time|hour|hrs|hhmm|^tm|tm$", column.plain)
    figures = SampleColumn(column.name, tuple(v for v in column.values if re.search(r"\d", v)))
    if len(figures.values) < _SOME * len(column.values):
        return False
    return figures.share(
        lambda text: _CLOCK.fullmatch(text) or (timed and _BARE_CLOCK.fullmatch(text))
    )


def _clock_of(
    date: SampleColumn, at: int, told: Sequence[SampleColumn], clocks: Sequence[SampleColumn]
) -> SampleColumn | None:
    """Return the clock of a column of dates: of the same name but for one word, else beside it."""
    plain = re.sub(r"date|day|dt", "", date.plain)
    same = [c for c in clocks if re.sub(r"time|hours?|hrs|tm", "", c.plain) == plain]
    if same:
        return same[0]
    beside = [told[i] for i in (at + 1, at - 1) if 0 <= i < len(told) and told[i] in clocks]
    return beside[0] if beside else (clocks[0] if len(clocks) == 1 else None)

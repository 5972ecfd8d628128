"""Dates and times as text to Europe/London wall-clock times without an offset.

Accepted: ISO 8601 (``2026-03-02``, ``2026-03-02T14:05:00Z``, ``20260302T1405Z``, ``2026-03``),
numbers with ``/``, ``-`` or ``.`` between (``02/03/2026 14:05``), and month names (``2 Mar 2026``,
``March 2, 2026``). Times with an offset, ``Z``, ``UTC``, ``GMT`` or ``BST`` are converted; 24:00 is
the next midnight. What fits none of these is first written plainly (``14.05 hrs``), then read as
the number of a spreadsheet or a clock (:mod:`mapper.incidents.time_words`). Numbers are day-first
unless the column proves otherwise; a column that fits both ways is refused with a question, never
guessed.

Only distinct values are parsed, all at once.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from mapper.base.types import Flags, Floats
from mapper.incidents.time_words import (
    MIDNIGHTS,
    UTC_MIDNIGHT,
    day_of,
    numbered,
    plain_times,
)

# part-swapped: a spreadsheet exchanged day and month of each date where it could
Order = Literal["", "day-first", "month-first", "part-swapped"]
Moments = npt.NDArray[np.datetime64]
Precisions = npt.NDArray[np.int8]
Fields = dict[str, Floats]

PRECISIONS = ("minute", "day", "month")
MINUTE, DAY, MONTH = range(3)
EARLIEST = np.datetime64("1900-01-01", "us")  # earlier dates are mistakes or empty marks
MONTHS = 12  # in a year: a larger number is a day

_ZONE = r"(?:Z|UTC|GMT|BST|[+-][0-9]{2}:?(?:[0-9]{2})?)"
_CLOCK = (
    r"(?:[T ,]\s*(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]+)?)?"
    rf"\s*(?P<half>[AaPp])?(?:[Mm])?\s*(?P<zone>{_ZONE})?)?$"
)
ISO = r"^(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})" + _CLOCK
_ISO_MONTH = r"^(?P<year>[0-9]{4})[-/](?P<month>[0-9]{1,2})$"
_COMPACT = r"^(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})" + _CLOCK
NUMBERS = (
    r"^(?P<first>[0-9]{1,2})[/.-](?P<second_number>[0-9]{1,2})[/.-](?P<year>[0-9]{4}|[0-9]{2})"
    + _CLOCK
)
_NAMED = (
    r"^(?:[A-Za-z]{3,9},?\s+)?(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?(?:\s+of\s+|[-\s/.]*)"
    r"(?P<name>[A-Za-z]{3,10})\.?[-\s/,]*(?P<year>[0-9]{4}|[0-9]{2})" + _CLOCK
)
_NAME_FIRST = (
    r"^(?:[A-Za-z]{3,9},?\s+)?(?P<name>[A-Za-z]{3,10})\.?[-\s/]*(?P<day>[0-9]{1,2})"
    r"(?:st|nd|rd|th)?(?:\s*,\s*|[-\s/]+)(?P<year>[0-9]{4})" + _CLOCK
)
_YEAR_FIRST = (
    r"^(?P<year>[0-9]{4})[-\s/.]*(?P<name>[A-Za-z]{3,10})[-\s/.]*(?P<day>[0-9]{1,2})" + _CLOCK
)
_NAMED_MONTH = r"^(?P<name>[A-Za-z]{3,10})[-\s]+(?P<year>[0-9]{4}|[0-9]{2})$"
_MONTH_YEAR = r"^(?P<month>[0-9]{1,2})[-/](?P<year>(?:19|20)[0-9]{2})$"
# A spreadsheet takes 05072025 for a number and drops its zero: 5072025.
_DAY_FIRST_COMPACT = r"^(?P<day>[0-9]{1,2})(?P<month>[0-9]{2})(?P<year>(?:19|20)[0-9]{2})" + _CLOCK
_PATTERNS = (
    _ISO_MONTH, ISO, NUMBERS, _NAMED, _NAMED_MONTH, _NAME_FIRST, _YEAR_FIRST, _COMPACT,
    _DAY_FIRST_COMPACT, _MONTH_YEAR,
)  # fmt: skip
_USUAL_CLOCK = r"[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?$"
USUAL_ISO = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}" + _USUAL_CLOCK
USUAL_NUMBERS = r"^[0-9]{2}/[0-9]{2}/[0-9]{4}" + _USUAL_CLOCK
PIECE, _HEAD = 100_000, 20  # texts worked on together, and those that tell their form
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905 - reads better
_FULL = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905 - reads better
)
_WELSH = (
    "ionawr chwefror mawrth ebrill mai mehefin gorffennaf awst medi hydref tachwedd rhagfyr".split()  # noqa: SIM905 - reads better
)
_LEAST = 3  # letters of a short name
_ZONES = {"Z": 0, "UTC": 0, "GMT": 0, "BST": 60}


@dataclass(frozen=True, eq=False)
class Times:
    """What distinct values of a column mean."""

    moment: Moments  # microseconds; NaT where a value is no date
    precision: Precisions  # position in PRECISIONS
    worded: Flags  # a date whose time of day is words: known to the day
    from_1970: bool = False  # bare numbers were read as days since 1 January 1970


def parse_times(values: pa.Array, *, order: Order) -> Times:
    """Return the moment and precision of distinct texts.

    Parameters
    ----------
    values
        Trimmed texts without nulls.
    order
        How dates of three numbers are read; an empty order reads them day-first.
    """
    values = _utc_days(values)
    moment, precision = _matched(values, order=order)
    worded, from_1970 = np.zeros(len(values), dtype=bool), False
    left = np.flatnonzero(np.isnat(moment))
    if left.size:
        texts = plain_times(values.take(pa.array(left)))
        moment[left], precision[left] = _matched(texts, order=order)
        unread = np.isnat(moment[left])
        left = left[unread]
        if left.size:
            moment[left], precision[left], from_1970 = numbered(values.take(pa.array(left)))
            days = day_of(texts.filter(pa.array(unread)))
            left = left[days.is_valid().to_numpy(zero_copy_only=False)]
            if left.size:
                moment[left], precision[left] = _matched(days.drop_null(), order=order)
                worded[left] = ~np.isnat(moment[left])
    moment[moment < EARLIEST] = np.datetime64("NaT")
    return Times(moment, precision, worded, from_1970)


def _matched(values: pa.Array, *, order: Order) -> tuple[Moments, Precisions]:
    """Return moments and precisions by the first pattern that fits each text."""
    found = []
    for first in range(0, max(len(values), 1), PIECE):
        piece = values.slice(first, PIECE)
        usual = _usual(piece, order=order)
        if usual is None:
            found.append(_by_patterns(piece, order=order))
        else:
            found.append((usual, np.full(usual.size, MINUTE, dtype=np.int8)))
    moment, precision = (np.concatenate(each) for each in zip(*found, strict=True))
    return moment, precision


def _utc_days(values: pa.Array) -> pa.Array:
    """Return days that a system wrote as midnights of UTC without their zone.

    Converted, they would be one o'clock in the morning for half of the year.
    """
    if len(values) < MIDNIGHTS or not all_fit(values, UTC_MIDNIGHT):
        return values
    return pc.replace_substring_regex(values, UTC_MIDNIGHT, " 00:00")


def all_fit(texts: pa.Array, pattern: str) -> bool:
    """Tell whether every text fits a pattern; mostly the first of them tell that not all do."""
    return all(
        pc.all(pc.match_substring_regex(some, pattern)).as_py()
        for some in (texts.slice(0, _HEAD), texts)
    )


def _usual(values: pa.Array, *, order: Order) -> Moments | None:
    """Return moments of texts that are all written the same usual way, in a tenth of the time."""
    if order == "part-swapped":
        return None
    if all_fit(values, USUAL_ISO):
        texts = values
    elif order != "month-first" and all_fit(values, USUAL_NUMBERS):
        year, month, day, clock = (
            pc.utf8_slice_codeunits(values, *ends) for ends in ((6, 10), (3, 5), (0, 2), (11,))
        )
        texts = pc.binary_join_element_wise(
            pc.binary_join_element_wise(year, month, day, "-"), clock, " "
        )
    else:
        return None
    try:  # one that is none, such as 30 February or 24:00, leaves all of them to the patterns
        return np.asarray(texts.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False))
    except pa.ArrowInvalid:
        return None


def _by_patterns(values: pa.Array, *, order: Order) -> tuple[Moments, Precisions]:
    """Return moments and precisions by the first pattern that fits each text, in any form."""
    size = len(values)
    moment = np.full(size, np.datetime64("NaT"), dtype="datetime64[us]")
    precision = np.zeros(size, dtype=np.int8)
    left = np.ones(size, dtype=bool)
    for pattern in _PATTERNS:
        where = np.flatnonzero(left)
        if not where.size:
            break
        found, fields = extract(values.take(pa.array(where)), pattern)
        where = where[found]
        if where.size:
            moment[where], precision[where] = _moments(fields, order=order)
            left[where] = np.isnat(moment[where])
    return moment, precision


def as_days(times: Times) -> bool:
    """Return whether a column's distinct times are days that a system wrote as midnights."""
    known = times.moment[~np.isnat(times.moment) & (times.precision == MINUTE)]
    return known.size >= MIDNIGHTS and bool((known == known.astype("datetime64[D]")).all())


def period_end(moment: Moments, precision: Precisions) -> Moments:
    """Return the exclusive end of days and months; minutes end where they begin."""
    end = moment.copy()
    for fineness, unit in ((DAY, "D"), (MONTH, "M")):
        where = np.flatnonzero(precision == fineness)
        if where.size:  # a few days or months, of many records
            codes, values = pd.factorize(moment[where])
            ends = (values.astype(f"datetime64[{unit}]") + 1).astype(moment.dtype)
            end[where] = np.append(ends, [np.datetime64("NaT")])[codes]
    return end


def extract(values: pa.Array, pattern: str) -> tuple[Flags, Fields]:
    """Return which texts fit a pattern, and the fields of those as numbers (NaN where absent)."""
    struct = pc.extract_regex(values, pattern)
    found = struct.is_valid().to_numpy(zero_copy_only=False)
    if not found.any():
        return found, {field.name: np.empty(0) for field in struct.type}
    fitting = struct.drop_null()
    return found, {
        field.name: _field(field.name, fitting.field(i)) for i, field in enumerate(struct.type)
    }


def _field(name: str, texts: pa.Array) -> Floats:
    """Return one field of matched texts as numbers."""
    if name == "name":
        return np.array([_month_of(text) for text in texts.to_pylist()], dtype=float)
    if name == "zone":
        return np.array([_offset_of(text) for text in texts.to_pylist()], dtype=float)
    if name == "half":
        halves = {"a": 0.0, "p": 12.0}
        return np.array([halves.get(t.lower(), np.nan) for t in texts.to_pylist()], dtype=float)
    absent = pc.equal(pc.binary_length(texts), 0)
    numbers = pc.if_else(absent, pa.scalar(None, pa.string()), texts).cast(pa.float64())
    if name == "year":
        short = pc.equal(pc.binary_length(texts), 2).to_numpy(zero_copy_only=False)
        years = numbers.to_numpy(zero_copy_only=False)
        century = np.where(years < 70, 2000, 1900)  # noqa: PLR2004 - as strptime does
        return np.asarray(np.where(short, years + century, years), dtype=float)
    return np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=float)


def _month_of(text: str) -> float:
    """Return the number of a named month, 0 for another word."""
    word = text.lower()
    if word == "sept":
        return 9
    names = _MONTHS if len(word) == _LEAST else _FULL
    if word in names:
        return names.index(word) + 1
    welsh = [name.startswith(word) for name in _WELSH]  # Ion, Chwe, Gorff: none begins another
    return welsh.index(True) + 1 if len(word) >= _LEAST and any(welsh) else 0


def _offset_of(text: str) -> float:
    """Return an offset from UTC in minutes, NaN where there is none, infinite for nonsense."""
    if not text:
        return np.nan
    if text in _ZONES:
        return _ZONES[text]
    digits = text[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 15 or minutes > 59:  # noqa: PLR2004 - no zone is further from UTC
        return np.inf
    return (hours * 60 + minutes) * (-1 if text[0] == "-" else 1)


def _moments(fields: Fields, *, order: Order) -> tuple[Moments, Precisions]:
    """Return moments and precisions from fields; NaT where a field is out of its range."""
    year, size = fields["year"], len(fields["year"])
    month, day = _month_and_day(fields, order=order)
    clock = fields.get("hour", np.full(size, np.nan))
    hour, right = _hour(clock, fields.get("half", np.full(size, np.nan)))
    minute = np.nan_to_num(fields.get("minute", np.zeros(size)))
    second = np.nan_to_num(fields.get("second", np.zeros(size)))
    zone = fields.get("zone", np.full(size, np.nan))
    right &= (month >= 1) & (month <= 12) & (day >= 1)  # noqa: PLR2004 - months in a year
    right &= (minute < 60) & (second < 60) & ~np.isinf(zone)  # noqa: PLR2004
    right &= (hour < 24) | ((minute == 0) & (second == 0))  # noqa: PLR2004 - 24:00 ends the day
    safe = np.where(right, month, 1)
    months = (year - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (safe - 1).astype(int)
    days = months.astype("datetime64[D]") + (np.where(right, day, 1) - 1).astype(int)
    right &= days.astype("datetime64[M]") == months  # 30 February runs into March
    seconds = np.where(right, hour * 3600 + minute * 60 + second, 0).astype("timedelta64[s]")
    moment = _to_london((days + seconds).astype("datetime64[us]"), zone, right)
    moment[~right] = np.datetime64("NaT")
    dated = DAY if "day" in fields or "first" in fields else MONTH
    return moment, np.where(np.isnan(clock), dated, MINUTE).astype(np.int8)


def _month_and_day(fields: Fields, *, order: Order) -> tuple[Floats, Floats]:
    """Return month and day, whatever the fields are called."""
    if "name" in fields:
        return fields["name"], fields.get("day", np.ones(len(fields["name"])))
    if "day" in fields or "first" not in fields:
        month, day = fields["month"], fields.get("day", np.ones(len(fields["month"])))
    else:
        month, day = fields["second_number"], fields["first"]
        if order == "month-first":
            month, day = day, month
    if order == "part-swapped" and ("day" in fields or "first" in fields):
        turned = (month > MONTHS) | ((day <= MONTHS) & (month <= MONTHS))
        month, day = np.where(turned, day, month), np.where(turned, month, day)
    return month, day


def _hour(hour: Floats, half: Floats) -> tuple[Floats, Flags]:
    """Return the hour of the day from a clock of 24 or 12 hours, and whether it is one."""
    halved = ~np.isnan(half)
    hour = np.nan_to_num(hour)
    right = np.where(halved, (hour >= 1) & (hour <= 12), hour <= 24)  # noqa: PLR2004 - clocks
    return np.where(halved, hour % 12 + np.nan_to_num(half), hour), right


def _to_london(moment: Moments, zone: Floats, right: Flags) -> Moments:
    """Return wall-clock times in London of those moments that state an offset."""
    stated = np.isfinite(zone) & right
    if stated.any():
        utc = moment[stated] - (zone[stated] * 60).astype("timedelta64[s]")
        london = pd.DatetimeIndex(utc).tz_localize("UTC").tz_convert("Europe/London")
        moment[stated] = london.tz_localize(None).to_numpy().astype("datetime64[us]")
    return moment

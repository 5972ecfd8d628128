r"""How people, spreadsheets and databases write times that are not plain: to plain text or moments.

Two roads, for texts that fit no plain form. :func:`plain_times` rewrites them: ``at``, ``hrs``,
``16.43``, ``1643``, ``4:43 p.m.``, a time before its date, Oracle's ``15-MAY-26 04.43.00.000 PM``,
a date column joined to a time column (``2026-05-15 00:00:00 1899-12-30 16:43:00``,
``15/05/2026 0.69653``). :func:`numbered` reads bare numbers: days since 30 December 1899 as Excel
counts them, and seconds since 1970 in UTC or their thousandths, millionths or billionths.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from mapper.base.types import Flags, Floats

Moments = npt.NDArray[np.datetime64]

_DATE = (
    r"(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}"
    r"|[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ](?:[0-9]{4}|[0-9]{2})"
    r"|[0-9]{1,2}(?:st|nd|rd|th)?(?:\s+of\s+|[-\s/]*)[A-Za-z]{3,10}[-\s/,]*(?:[0-9]{4}|[0-9]{2})"
    r"|[A-Za-z]{3,10}\.?\s*[0-9]{1,2}(?:st|nd|rd|th)?,?\s+[0-9]{4}|[0-9]{8})"
)
_EXTRA = r"(?:\s*[AaPp][Mm])?(?:\s*(?:Z|UTC|GMT|BST|[+-][0-9]{2}:?[0-9]{2}))?"
_CLOCK = r"[0-9]{1,2}[:.h]?[0-9]{2}(?:[:.][0-9]{2})?"
# The day that databases and spreadsheets give to a time without one.
NO_DAY = (
    r"(?:1899-12-3[01]|3[01]/12/1899|12/3[01]/1899|0[01]/01/1900|1900-01-0[01]|1970-01-01"
    r"|01/01/1970|0001-01-01|01/01/0001|0 days)"
)
_UTC = r"\s*(?:Z|UTC|[+]00:?00)"
_MIDNIGHT = rf"(?:[T ]00:00(?::00(?:\.0+)?)?(?:{_UTC})?)?"
UTC_MIDNIGHT = rf"[T ]00:00(?::00(?:\.0+)?)?{_UTC}$"

# In this order; each is replaced once in every text that it fits.
_REWRITES: tuple[tuple[str, str], ...] = (
    ("[\u00a0\u2007\u2009\u202f]", " "),
    ("[\u2010-\u2015\u2212]", "-"),
    (r"(?i)\s*\[Europe/London\]$|\s+Europe/London$", ""),
    (r"\s*\([A-Z][A-Za-z ]+ Time\)$", ""),  # JavaScript's name of a zone after its offset
    (r"(?i)\btime:?\s+", ""),
    (r"(?i)\b(?:approx(?:imately|\.)?|about|around|circa|abt)\s+", ""),
    (r"(?i)\s*\(?\b(?:approx(?:imately|\.)?|circa|estimated?|est)\)?$", ""),
    (r"\s+([/:])\s*", r"\1"),
    (r"([/:])\s+([0-9])", r"\1\2"),
    (r"^([0-9]{8})[_-]([0-9]{4})", r"\1 \2"),
    (r"(?i)^([0-9]{4}-[0-9]{2}-[0-9]{2})[_t]([0-9].*?)(z?)$", r"\1 \2\3"),
    (r"([0-9])z$", r"\1Z"),
    (r"([0-9]{1,2}:[0-9]{2}:[0-9]{2}):[0-9]{3}", r"\1"),  # SQL Server's thousandths
    (r"([0-9]);([0-9]{2})", r"\1:\2"),
    # Unix: Fri May 15 16:43:00 BST 2026
    (r"(?i)^(?:[a-z]{3} )?([a-z]{3}) +([0-9]{1,2}) ([0-9:]{8}) (GMT|BST|UTC)? ?([0-9]{4})$",
     r"\2 \1 \5 \3 \4"),
    (r"(?i)\s*\(\s*(GMT|UTC|BST)\s*\)$", r" \1"),
    (r"(?i)\b([ap])\.?\s?m\.?(\W|$)", r"\1m\2"),
    (r"(?i)([0-9:])\s*(?:hrs?|hours|h)\.?$", r"\1"),
    (r"(?i)\b(?:GMT|UTC)\s?([+-])([0-9])$", r"\10\2"),
    (r"(?i)\b(?:GMT|UTC)\s?([+-][0-9]{2}:?(?:[0-9]{2})?)$", r"\1"),
    (r"(?i)^dydd\s+(?:llun|mawrth|mercher|iau|gwener|sadwrn|sul)\b,?\s*", ""),
    (r"(?i)\s*\(?\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\)?,?\s*", " "),
    (r"(?i)^(.*[0-9])\s*(?:\bat\b|@|-\s|,|\|)\s*([0-9].*)$", r"\1 \2"),
    (r"^\s+|\s+$", ""),
    # A time before its date; an empty date or time of another column beside it.
    (rf"(?i)^({_CLOCK}{_EXTRA})\s*(?:hrs?)?\s*(?:\bon\b|,)?\s+({_DATE})$", r"\2 \1"),
    (rf"^({_DATE}){_MIDNIGHT}\s+{NO_DAY}[T ]+(.+)$", r"\1 \2"),
    (rf"^({_DATE})[T ]00:00(?::00(?:\.0+)?)?(?:{_UTC})?\s+T?([0-9].*)$", r"\1 \2"),
    # SAS and Apache write date:time, DB2 date-time.
    (rf"^({_DATE})[:-]([0-9]{{2}}[:.][0-9]{{2}}.*)$", r"\1 \2"),
    (rf"^({_DATE})[T\s]+([0-9]{{1,2}})\s*([AaPp][Mm])$", r"\1 \2:00 \3"),
    # The clock: 16.43.00.000000000, 16h43, 164300, 1643.
    (rf"^({_DATE})[T\s]+([0-9]{{1,2}})[.hH]([0-9]{{2}})((?:[.:][0-9]{{2}}(?:\.[0-9]+)?)?{_EXTRA})$",
     r"\1 \2:\3\4"),
    (rf"^({_DATE})[T\s]+([0-9]{{1,2}})-([0-9]{{2}})$", r"\1 \2:\3"),
    (r"^(.* [0-9]{1,2}:[0-9]{2})\.([0-9]{2}(?:\.[0-9]+)?\D*.*)$", r"\1:\2"),
    (rf"^({_DATE})[T\s]+([0-9]{{2}})([0-9]{{2}})([0-9]{{2}})(?:\.[0-9]+)?({_EXTRA})$",
     r"\1 \2:\3:\4\5"),
    (rf"^({_DATE})[T\s]+([0-9]{{1,2}})([0-9]{{2}})({_EXTRA})$", r"\1 \2:\3\4"),
    (rf"^({_DATE})[T\s]+([0-9]{{1,2}})\s([0-9])$", r"\1 \2:0\3"),  # hour and minute apart
    (rf"^({_DATE})[T\s]+([0-9]{{1,2}})\s([0-9]{{2}})$", r"\1 \2:\3"),
    (rf"^({_DATE})[T\s]+([0-9])({_EXTRA})$", r"\1 00:0\2\3"),
    (rf"^({_DATE})[T\s]+([0-9]{{2}})$", r"\1 00:\2"),
    (r"^((?:19|20)[0-9]{6})([0-9]{2})([0-9]{2})([0-9]{2})(?:\.[0-9]+)?(Z?)$", r"\1 \2:\3:\4\5"),
    (r"^((?:19|20)[0-9]{6})([0-9]{2})([0-9]{2})(Z?)$", r"\1 \2:\3\4"),
    (r"^([0-3][0-9])([01][0-9])((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})?$",
     r"\1/\2/\3 \4:\5"),
    (r"^([0-9]{1,2}) ([0-9]{1,2}) ([0-9]{4}|[0-9]{2})\b", r"\1/\2/\3"),
    (r"^([0-9]{7,8})\.0+$", r"\1"),
    (r"\s+", " "),
)  # fmt: skip
_HOURS = r"\s*(?:hrs?|hours|h)\.?"
_HOUR_ALONE = rf"(?i)^({_DATE})\s+([0-9]{{1,2}})(?:{_HOURS})?$"
_ISO_HOUR = rf"^({_DATE})T([0-9]{{1,2}})(Z?)$"  # by the standard an hour, whatever stands beside it
_TOGETHER = rf"(?i)^(?:{_DATE})\s+[0-9]{{3,4}}(?:{_HOURS})?$"  # 843, 1643: hours and minutes
_FIRST_DAYS = tuple(
    (rf"^{day}(?:[T ]00:00(?::00(?:\.0+)?)?)?$", month)
    for day, month in (
        (r"0?1[/.-]([0-9]{1,2})[/.-]([0-9]{4})", r"\2-\1"),
        (r"([0-9]{1,2})[/.-]0?1[/.-]([0-9]{4})", r"\2-\1"),
        (r"([0-9]{4})[/.-]([0-9]{1,2})[/.-]0?1", r"\1-\2"),
    )
)
_SIX = r"^([0-9]{4})([0-9]{2})(?:\.0+)?$"
_MONTH_DIGITS, _NO_OTHER = r"^(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])", "201300"
_SERIAL = r"^[0-9]{5}(?:[.,][0-9]+)?$"
_EPOCH = r"^[0-9]{9,10}(?:\.[0-9]+)?$|^[0-9]{13}(?:\.0*)?$|^[0-9]{16}$|^[0-9]{19}$"
_JSON = r"^\\?/Date\(([0-9]+)(?:[+-][0-9]{4})?\)\\?/$"
_DAY_SECONDS, _DAY_MINUTES = 86_400, 1_440
_OVER = 0.2  # of numbers whose last two digits are no minutes of an hour
_FINE = 5  # decimals of a day from which seconds can be told; fewer give the nearest minute
_SERIAL_START = np.datetime64("1899-12-30", "us")
_SERIALS = (20_000, 80_000)  # 1954 to 2119
_UNIX_START = 25_569  # 1 January 1970, in Excel's days
_LAST_HOUR, _LAST_MINUTE = 23, 59
MIDNIGHTS = 10  # so many distinct times, all at midnight, are days
# A date, and hours and minutes with a point between, or hours alone.
_POINTED = (
    rf"^(?:{_DATE}){_MIDNIGHT}\s+(?P<at>(?P<hour>[0-9]{{0,2}})(?:\.(?P<minute>[0-9]{{1,2}}))?)$"
)


def plain_times(values: pa.Array) -> pa.Array:
    """Return texts with every unusual way of writing a time made plain."""
    texts = pc.replace_substring_regex(values, _ISO_HOUR, r"\1 \2:00\3")
    texts = _months(_since_midnight(_with_clock(_pointed(_dated(texts)))))
    alone = pc.match_substring_regex(texts, _HOUR_ALONE)
    if pc.sum(alone).as_py():
        hour = rf"(?i)\s(?P<hour>[0-9]{{1,2}})(?:{_HOURS})?$"
        hours = pc.extract_regex(texts.filter(alone), hour).field(0).cast(pa.int64())
        # A column of hours has no larger number; 843 beside them means that all are minutes.
        together = pc.any(pc.match_substring_regex(texts, _TOGETHER)).as_py()
        if pc.max(hours).as_py() <= _LAST_HOUR and not together:
            texts = pc.replace_substring_regex(texts, _HOUR_ALONE, r"\1 \2:00")
    for pattern, instead in _REWRITES:
        texts = pc.replace_substring_regex(texts, pattern, instead)
    return pc.utf8_trim_whitespace(texts)


def first_days(values: pa.Array) -> pa.Array:
    """Return first days of months as the months that they stand for, where all texts are such.

    A spreadsheet makes them of ``2025-03``; whether the day or the month comes first then shows,
    for one of both is always 1.
    """
    for pattern, month in _FIRST_DAYS:
        if pc.all(pc.match_substring_regex(values, pattern)).as_py():
            return pc.replace_substring_regex(values, pattern, month)
    return values


def _months(values: pa.Array) -> pa.Array:
    """Return texts in which 202506 is a month, where all numbers of six digits may be one.

    From 2013 on it is no other date: there is no thirteenth month. 201206 may be 20 December 2006,
    and is a month beside one that is no other date.
    """
    some = values.filter(pc.match_substring_regex(values, _SIX))
    if not len(some) or not pc.all(pc.match_substring_regex(some, _MONTH_DIGITS)).as_py():
        return values
    if not pc.any(pc.greater_equal(some, _NO_OTHER)).as_py():
        return values
    return pc.replace_substring_regex(values, _SIX, r"\1-\2")


def _dated(values: pa.Array) -> pa.Array:
    """Return texts in which Excel's number of a day before a time has become a date."""
    return _rewritten(
        values,
        r"^(?P<day>[0-9]{5})(?:\.0)?\s+(?P<rest>[0-9].*)$",
        lambda day, rest: f"{_SERIAL_START.astype('datetime64[D]') + int(day)} {rest}",
    )


def _pointed(values: pa.Array) -> pa.Array:
    """Return texts in which hours and minutes with a point between have a colon.

    A spreadsheet takes 12.30 for a number and drops its last zero (``12.3``, ``9``), and 00.39
    then looks like a part of a day: the column tells, whose other numbers are above 1.
    """
    fine = pc.any(pc.match_substring_regex(values, r"\s[0-9]*\.[0-9]{3,}$")).as_py()
    held = None if fine else pc.extract_regex(values, _POINTED).drop_null()
    if not held:
        return values
    hours, minutes = (held.field(i).to_pylist() for i in (1, 2))
    said = [(int(h or 0), int(m.ljust(2, "0"))) for h, m in zip(hours, minutes, strict=True)]
    clocks = all(h <= _LAST_HOUR and m <= _LAST_MINUTE for h, m in said)
    if not clocks or not any(h for (h, _), m in zip(said, minutes, strict=True) if m):
        return values

    def clock(date: str, part: str) -> str:
        hour, _, minute = part.partition(".")
        return f"{date} {hour:0>2}:{minute:0<2}"

    return _rewritten(
        values,
        rf"^(?P<date>{_DATE}){_MIDNIGHT}\s+(?P<part>[0-9]{{0,2}}(?:\.[0-9]{{1,2}})?)$",
        clock,
    )


def day_of(values: pa.Array) -> pa.Array:
    """Return the dates of texts that have words alone for a time of day, null for all others."""
    told = pc.extract_regex(values, rf"^(?P<date>{_DATE}){_MIDNIGHT}\s*[ (,][^0-9]+$")
    return pc.if_else(told.is_valid(), told.field(0), pa.scalar(None, pa.string()))


def _with_clock(values: pa.Array) -> pa.Array:
    """Return texts in which a fraction of a day after a date has become a time of day."""

    def clock(date: str, part: str) -> str:
        minutes = round(float(part) * 1440)
        return f"{date} {minutes // 60:02}:{minutes % 60:02}"

    return _rewritten(values, rf"^(?P<date>{_DATE}){_MIDNIGHT}\s+(?P<part>0?\.[0-9]+)$", clock)


def _since_midnight(values: pa.Array) -> pa.Array:
    """Return texts in which minutes since midnight after a date have become a time of day.

    Of hours and minutes without a colon (930 is 09:30) no last two digits are over 59, of minutes
    since midnight four in ten are.
    """
    pattern = rf"^(?P<date>{_DATE}){_MIDNIGHT}\s+(?P<part>[0-9]{{1,4}})$"
    held = pc.extract_regex(values, pattern).drop_null()
    if not len(held):
        return values
    numbers = held.field(1).cast(pa.int64()).to_numpy()
    over = np.mean(numbers % 100 > _LAST_MINUTE)
    if numbers.max() >= _DAY_MINUTES or over < _OVER:
        return values

    def clock(date: str, part: str) -> str:
        return f"{date} {int(part) // 60:02}:{int(part) % 60:02}"

    return _rewritten(values, pattern, clock)


def _rewritten(values: pa.Array, pattern: str, write: Callable[[str, str], str]) -> pa.Array:
    """Return texts in which those that fit a pattern of two parts are written anew."""
    struct = pc.extract_regex(values, pattern)
    found = struct.is_valid()
    if not pc.any(found).as_py():
        return values
    parts = struct.drop_null().flatten()
    told = [write(*pair) for pair in zip(*(part.to_pylist() for part in parts), strict=True)]
    return pc.replace_with_mask(values, found, pa.array(told, pa.string()))


def numbered(values: pa.Array) -> tuple[Moments, npt.NDArray[np.int8], bool]:
    """Return moments and precisions (0 minute, 1 day) of bare numbers; NaT where none is meant.

    The third says that days were counted from 1970, as R and databases count them.
    """
    moment = np.full(len(values), np.datetime64("NaT"), dtype="datetime64[us]")
    precision = np.zeros(len(values), dtype=np.int8)
    serial, unix = _fits(values, _SERIAL), False
    if serial.any():
        texts = pc.replace_substring(values.filter(pa.array(serial)), ",", ".")
        moment[serial], precision[serial], unix = _of_serials(texts)
    values = pc.replace_substring_regex(values, _JSON, r"\1")
    epoch = _fits(values, _EPOCH)
    if epoch.any():
        moment[epoch] = _of_epochs(values.filter(pa.array(epoch)))
    return moment, precision, unix


def _fits(values: pa.Array, pattern: str) -> Flags:
    """Return which texts fit a pattern."""
    found = pc.match_substring_regex(values, pattern).to_numpy(zero_copy_only=False)
    return np.asarray(found, dtype=bool)


def _of_serials(texts: pa.Array) -> tuple[Moments, npt.NDArray[np.int8], bool]:
    """Return what Excel's days mean; whole ones are days.

    Where Excel's would all lie before 1970, they are days since then, which Excel's of today and
    the last fifty years are not.
    """
    numbers: Floats = texts.cast(pa.float64()).to_numpy(zero_copy_only=False)
    unix = bool(numbers.max() < _UNIX_START)
    numbers = numbers + _UNIX_START if unix else numbers
    point = pc.find_substring(texts, ".").to_numpy(zero_copy_only=False)
    length = pc.binary_length(texts).to_numpy(zero_copy_only=False)
    decimals = np.where(point < 0, 0, length - point - 1)
    step = np.where(decimals < _FINE, 60, 1)
    seconds = np.rint(numbers * _DAY_SECONDS / step) * step
    moment = _SERIAL_START + (seconds * 1e6).astype("timedelta64[us]")
    moment[(numbers < _SERIALS[0]) | (numbers >= _SERIALS[1])] = np.datetime64("NaT")
    return moment, (decimals == 0).astype(np.int8), unix


def _of_epochs(texts: pa.Array) -> Moments:
    """Return London times of seconds since 1970 in UTC, or of their parts to the billionth."""
    numbers: Floats = texts.cast(pa.float64()).to_numpy(zero_copy_only=False)
    unit = np.where(numbers < 1e11, 1e6, np.where(numbers < 1e14, 1e3, 1.0))  # noqa: PLR2004
    unit = np.where(numbers < 1e17, unit, 1e-3)  # noqa: PLR2004
    utc = (numbers * unit).astype("datetime64[us]")
    if utc.size >= MIDNIGHTS and (utc == utc.astype("datetime64[D]")).all():
        return utc  # days: converted, they would be one o'clock in the morning in summer
    london = pd.DatetimeIndex(utc).tz_localize("UTC").tz_convert("Europe/London")
    return np.asarray(london.tz_localize(None).to_numpy(), dtype="datetime64[us]")

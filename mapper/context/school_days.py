"""Which days are school days, holidays and pay days, from a small file that anyone can edit.

A school day is a weekday within a term and not closed; a holiday weekday any other weekday of a
described school year, bank holidays among them; Saturdays and Sundays are weekends. A day outside
every described year is not known, never taken for a holiday.

Pay days are the last working day of the month (Monday to Friday, bank holidays not looked at) and
the days right after it, three in all unless the file says otherwise.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Literal, TypeGuard, get_args

import numpy as np
import numpy.typing as npt

from mapper.base.types import Flags, Integers
from mapper.context.toml_file import read_whole, refuse_faults
from mapper.lenses.part import Part, closest, parts_of, quoted

Days = npt.NDArray[np.datetime64]
Span = tuple[date, date]
PayDay = Literal["last working day", "day of the month"]

SHIPPED = Path(__file__).with_name("school-days.toml")
SCHOOL_DAY, HOLIDAY, WEEKEND, UNKNOWN = 0, 1, 2, -1
KINDS = ("school day", "holiday weekday", "weekend")
_SATURDAY, _THURSDAY, _LONGEST = 5, 3, 14
_YEAR_KEYS = ("name", "first", "last", "terms", "closed")


@dataclass(frozen=True)
class SchoolYear:
    """One described year."""

    name: str
    first: date
    last: date
    terms: tuple[Span, ...]
    closed: tuple[Span, ...]


@dataclass(frozen=True)
class Pay:
    """When people are paid."""

    day: PayDay = "last working day"
    of_month: int = 28  # for "day of the month"
    days: int = 3  # pay day and those after it


@dataclass(frozen=True)
class SchoolDays:
    """Described school years and pay days."""

    title: str
    version: str
    source: str
    years: tuple[SchoolYear, ...]
    pay: Pay
    file: str  # file name

    def kinds(self, days: Days) -> Integers:
        """Return the kind of each day: position in ``KINDS``, -1 where not known."""
        day = days.astype("datetime64[D]")
        known, term, closed = (np.zeros(day.size, dtype=bool) for _ in range(3))
        for year in self.years:
            known |= _within(day, [(year.first, year.last)])
            term |= _within(day, year.terms)
            closed |= _within(day, year.closed)
        kind = np.where(term & ~closed, SCHOOL_DAY, HOLIDAY)
        kind = np.where(weekday_of(day) >= _SATURDAY, WEEKEND, kind)
        return np.where(known, kind, UNKNOWN).astype(np.int64)

    def pay_days(self, days: Days) -> Flags:
        """Return which days are pay days or right after one."""
        day = days.astype("datetime64[D]")
        near = np.zeros(day.size, dtype=bool)
        for back in range(self.pay.days):
            earlier = _later(day, -back)
            near |= earlier == self._pay_day_of(earlier.astype("datetime64[M]"))
        return near

    def _pay_day_of(self, month: Days) -> Days:
        """Return the pay day of each month."""
        if self.pay.day == "day of the month":
            return _later(month.astype("datetime64[D]"), self.pay.of_month - 1)
        last = _later((month.astype(np.int64) + 1).astype("datetime64[M]"), -1)
        return _later(last, -np.maximum(weekday_of(last) - _SATURDAY + 1, 0))


def _later(days: Days, number: int | Integers) -> Days:
    """Return the days so many days later."""
    since = days.astype("datetime64[D]").astype(np.int64) + number
    return np.asarray(since.astype("datetime64[D]"))


def weekday_of(days: Days) -> Integers:
    """Return the day of the week, 0 for Monday."""
    return np.asarray((days.astype("datetime64[D]").astype(np.int64) + _THURSDAY) % 7)


@cache
def shipped_school_days() -> SchoolDays:
    """Return the dates that come with mapper."""
    return read_school_days(SHIPPED)


def read_school_days(path: Path, text: str | None = None) -> SchoolDays:
    """Read a file of school days.

    Raises
    ------
    ContextError
        Naming the file, and for each fault its line and what to write instead.
    """
    whole = read_whole(
        path, text, what="a file of school days, like mapper/context/school-days.toml"
    )
    whole.refuse_unknown_keys(("title", "version", "source", "pay", "school_year"))
    parts = parts_of(whole, "school_year")
    if not parts:
        whole.fault("no school year is described. Add a [[school_year]].", at="school_year")
    found = SchoolDays(
        title=whole.text("title"),
        version=whole.text("version"),
        source=whole.text("source"),
        years=tuple(_year(part) for part in parts),
        pay=_pay(whole),
        file=path.name,
    )
    refuse_faults(path, whole)
    return found


def _within(day: Days, spans: tuple[Span, ...] | list[Span]) -> Flags:
    """Return which days lie in any of some spans, ends included."""
    found = np.zeros(day.size, dtype=bool)
    for first, last in spans:
        found |= (day >= np.datetime64(first)) & (day <= np.datetime64(last))
    return found


def _year(part: Part) -> SchoolYear:
    part.refuse_unknown_keys(_YEAR_KEYS)
    ends = []
    for key in ("first", "last"):
        value = part.table.get(key)
        if not _is_day(value):
            part.fault(f"`{key}` is missing or no day. Write {key} = 2025-09-01.", at=key)
            value = date.min if key == "first" else date.max
        ends.append(value)
    if ends[0] > ends[1]:
        part.fault("`first` is after `last`. Exchange them.", at="first")
    year = (ends[0], ends[1])
    terms = _spans(part, "terms", within=year)
    if not terms:
        part.fault("the year has no terms. Write terms = [[2025-09-01, 2025-12-19]].", at="terms")
    return SchoolYear(part.text("name"), *year, terms, _spans(part, "closed", within=year))


def _spans(part: Part, key: str, *, within: Span) -> tuple[Span, ...]:
    """Return pairs of days, each inside the year."""
    values = part.table.get(key, [])
    spans: list[Span] = []
    for value in values if isinstance(values, list) else [values]:
        match value:
            case [first, last] if (
                _is_day(first) and _is_day(last) and within[0] <= first <= last <= within[1]
            ):
                spans.append((first, last))
            case _:
                part.fault(
                    f"`{key}` holds {quoted(str(value))}, no pair of days of this year in order."
                    f" Write {key} = [[2025-09-01, 2025-12-19]].",
                    at=key,
                )
    return tuple(spans)


def _pay(whole: Part) -> Pay:
    """Return when people are paid; the usual where the file does not say."""
    given = whole.table.get("pay", {})
    if not isinstance(given, dict):
        whole.fault("`pay` is no table. Begin it with [pay].", at="pay")
        return Pay()
    part = Part(given, whole.lines, 0, whole.faults)
    part.refuse_unknown_keys(("day", "of_month", "days"))
    day = given.get("day", "last working day")
    if day not in get_args(PayDay):
        part.fault(
            f"the pay day {quoted(str(day))} is none of {', '.join(get_args(PayDay))}."
            f"{closest(str(day), get_args(PayDay))}",
            at="day",
        )
        return Pay()
    days = part.whole_number("days", largest=_LONGEST) if "days" in given else Pay.days
    month = part.whole_number("of_month", largest=28) if "of_month" in given else Pay.of_month
    return Pay(day, month, days)


def _is_day(value: object) -> TypeGuard[date]:
    return isinstance(value, date) and not isinstance(value, datetime)

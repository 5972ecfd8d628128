"""What a person chose to see of a patch, and the address that shows the same again.

The address holds choices only, never a figure. What it asks for is checked like any other input:
against the wards, lenses and days of whoever opens it, so a link shows nobody more than they may
see. What does not fit is left out and said.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal, cast, get_args

from mapper.analysis.request import AnalysisRequest
from mapper.areas.load import usual_resolution
from mapper.base.week import Shift, Weekday
from mapper.questions.patch import back_by_months

Span = Literal["month", "quarter", "year", "custom"]
SPANS: Mapping[str, str] = MappingProxyType(
    {"month": "Month", "quarter": "Quarter", "year": "Year", "custom": "Own days"}
)
MONTHS: Mapping[str, int] = MappingProxyType({"month": 1, "quarter": 3, "year": 12})
BEFORE = "before"  # in place of another lens: the same lens in the period before
_LONGEST = 100  # characters of one part of an address
_MOST = 80  # parts of one kind
_DAY = timedelta(days=1)
_SPOT = 40


@dataclass(frozen=True)
class PatchChoice:
    """Everything that shapes what is shown of a patch."""

    wards: tuple[str, ...] = ()  # "Anfield, Liverpool"; none stands for all one may see
    lens: str = ""
    span: Span = "quarter"
    start: date | None = None  # of days of one's own
    end: date | None = None
    shifts: tuple[Shift, ...] = ()
    weekdays: tuple[Weekday, ...] = ()
    beside: str = ""  # what the second map shows: another lens, or the period before
    spot: str = ""  # the chosen hot spot


@dataclass(frozen=True)
class Allowed:
    """What whoever looks may choose from."""

    wards: tuple[str, ...]
    lenses: tuple[str, ...]
    first: date  # first and last day of the data
    last: date


def days_of_span(choice: PatchChoice, allowed: Allowed) -> tuple[date, date]:
    """Return the first and last day shown; months are counted back from the data's last day."""
    if choice.span == "custom":
        return choice.start or allowed.first, choice.end or allowed.last
    return max(back_by_months(allowed.last, MONTHS[choice.span]), allowed.first), allowed.last


def days_before(start: date, end: date) -> tuple[date, date]:
    """Return the days before a period, as many or as many whole months."""
    after = end + _DAY
    months = (after.year - start.year) * 12 + after.month - start.month
    last = start - _DAY
    if months and back_by_months(end, months) == start:
        return back_by_months(last, months), last
    return last - (end - start), last


def request_of(
    choice: PatchChoice, days: tuple[date, date], *, lens: str, area: str
) -> AnalysisRequest:
    """Return the choices as the request of an analysis.

    Raises
    ------
    RequestError
        When the days are the wrong way round.
    """
    return AnalysisRequest(
        lens=lens,
        area=area,
        resolution=usual_resolution(area),
        start=days[0],
        end=days[1],
        shifts=choice.shifts,
        weekdays=choice.weekdays,
    )


def to_address(choice: PatchChoice) -> dict[str, list[str]]:
    """Return the query parameters that show the same again; what is usual is left out."""
    parts: dict[str, Iterable[str]] = {
        "ward": choice.wards,
        "lens": [choice.lens],
        "period": [choice.span],
        "from": [choice.start.isoformat() if choice.start else ""],
        "to": [choice.end.isoformat() if choice.end else ""],
        "shift": choice.shifts,
        "day": choice.weekdays,
        "beside": [choice.beside],
        "spot": [choice.spot],
    }
    kept = {name: [value for value in values if value] for name, values in parts.items()}
    return {name: values for name, values in kept.items() if values}


def from_address(
    asked: Mapping[str, Sequence[str]], *, allowed: Allowed
) -> tuple[PatchChoice, tuple[str, ...]]:
    """Return what an address asks for, within what is allowed, and the parts left out.

    Parameters
    ----------
    asked
        Every value of each query parameter, as strangers may have written them.
    """
    faults: list[str] = []

    def some(name: str, known: Iterable[str]) -> tuple[str, ...]:
        given = [value[:_LONGEST] for value in asked.get(name, ())][:_MOST]
        good = [one for one in known if one in given]
        if set(given) - set(good):
            faults.append(name)
        return tuple(good)

    wards = some("ward", allowed.wards)
    lens = some("lens", allowed.lenses)
    span = some("period", SPANS)
    shifts = some("shift", get_args(Shift))
    weekdays = some("day", get_args(Weekday))
    beside = some("beside", (BEFORE, *allowed.lenses))
    start, end = _days(asked, allowed, faults)
    choice = PatchChoice(
        wards=wards,
        lens=lens[0] if lens else "",
        span=cast("Span", span[0]) if span else "quarter",
        start=start,
        end=end,
        shifts=cast("tuple[Shift, ...]", shifts),
        weekdays=cast("tuple[Weekday, ...]", weekdays),
        beside=beside[0] if beside else "",
        spot="".join(asked.get("spot", ())[:1])[:_SPOT],
    )
    return choice, tuple(faults)


def _days(
    asked: Mapping[str, Sequence[str]], allowed: Allowed, faults: list[str]
) -> tuple[date | None, date | None]:
    """Return the days of one's own that an address asks for, inside those of the data."""
    found: list[date | None] = []
    for name in ("from", "to"):
        text = "".join(asked.get(name, ())[:1])
        try:
            day = date.fromisoformat(text) if text else None
        except ValueError:
            day = None
            faults.append(name)
        if day is not None and not allowed.first <= day <= allowed.last:
            faults.append(name)
            day = min(max(day, allowed.first), allowed.last)
        found.append(day)
    return found[0], found[1]

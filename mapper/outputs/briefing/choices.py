"""What a briefing is about: a lens for the map, an area, and two stretches of days to compare."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

from mapper.base.errors import RequestError
from mapper.lenses.load import load_lens, shipped_lenses
from mapper.questions.windows import Window

_DAY = timedelta(days=1)
Period = Literal["month", "quarter", "half-year", "year"]
MONTHS: Mapping[Period, int] = MappingProxyType(
    {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
)


@dataclass(frozen=True)
class BriefingChoices:
    """Everything that is chosen for a briefing."""

    lens: str  # of the map and of the places that moved
    before: Window
    after: Window
    area: str = ""  # nothing: the installation's own
    resolution: int = 8  # a quarter's counts by finer cells are mostly too small to print
    audience: str = "partnership"

    def __post_init__(self) -> None:
        if self.before.last >= self.after.first:
            raise RequestError(
                f"The days before ({self.before}) do not end before {self.after} starts."
                " Choose a later day of the last meeting."
            )
        if self.audience == "operational":
            raise RequestError(
                "A briefing is made for partners or the public. Those who see everything find it"
                " on the Hot spots page or with “mapper hotspots”."
            )

    def about(self, after: Window, *, resolution: int) -> "BriefingChoices":
        """Return the same briefing about other days and cells; the days before end before them."""
        before, days = self.before, after.last - after.first
        if before.last >= after.first:
            last = after.first - _DAY
            before = Window(last - days, last)
        return replace(self, before=before, after=after, resolution=resolution)

    @property
    def others(self) -> tuple[str, ...]:
        """The lenses that the map's lens is set against, none of its own family.

        Raises
        ------
        LensError
            When there is no such lens.
        """
        family = load_lens(self.lens).family or self.lens
        themes = {one.theme: one.id for one in shipped_lenses() if one.theme and one.id != family}
        return tuple(themes[place] for place in sorted(themes))


def period_of(word: str) -> Period:
    """Return a period by its word.

    Raises
    ------
    RequestError
        When there is no such period.
    """
    for period in MONTHS:
        if word == period:
            return period
    raise RequestError(f"There is no period “{word}”: choose {', '.join(MONTHS)}.")


def days_of_data(table: pd.DataFrame) -> tuple[date, date]:
    """Return the first and last day of incidents; whole months where only those are known.

    Raises
    ------
    RequestError
        When there is no incident at all.
    """
    if table.empty:
        raise RequestError("No row was accepted, so there is nothing to brief on. Load other data.")
    first, last = table["start"].min(), table["start"].max()
    if table["precision"].iloc[int(table["start"].to_numpy().argmax())] == "month":
        last = last + pd.offsets.MonthEnd(0)
    return first.date(), last.date()


def windows_of_period(first: date, last: date, period: Period) -> tuple[Window, Window]:
    """Return the latest whole months of the data, and as many before them.

    Raises
    ------
    RequestError
        When the data holds fewer than that.
    """
    end = last if (last + _DAY).day == 1 else last.replace(day=1) - _DAY
    starts = [_months_back(end, count * MONTHS[period]) for count in (1, 2)]
    if starts[1] < first:
        raise RequestError(
            f"The data runs from {first.day} {first:%B %Y} to {last.day} {last:%B %Y}: too short to"
            f" set one {period} against the one before. Choose a shorter period."
        )
    return Window(starts[1], starts[0] - _DAY), Window(starts[0], end)


def windows_since(first: date, last: date, since: date) -> tuple[Window, Window]:
    """Return the days since a meeting, and as many days before it, as far as the data goes.

    Raises
    ------
    RequestError
        When the day lies outside the data.
    """
    if not first < since <= last:
        raise RequestError(
            f"The last meeting, {since.day} {since:%B %Y}, is not inside the data, which runs from"
            f" {first.day} {first:%B %Y} to {last.day} {last:%B %Y}. Choose a period instead, or"
            " load newer data."
        )
    start = max(first, since - ((last - since) + _DAY))
    return Window(start, since - _DAY), Window(since, last)


def _months_back(end: date, months: int) -> date:
    """Return the first day of the month with which so many whole months up to ``end`` begin."""
    number = end.year * 12 + end.month - months
    return date(number // 12, number % 12 + 1, 1)


def as_json(choices: BriefingChoices) -> dict[str, object]:
    """Return choices in the types of JSON."""
    told: dict[str, object] = {
        name: getattr(choices, name) for name in ("lens", "area", "resolution", "audience")
    }
    for name in ("before", "after"):
        window: Window = getattr(choices, name)
        told[name] = [window.first.isoformat(), window.last.isoformat()]
    return told


def from_json(told: Mapping[str, Any]) -> BriefingChoices | None:
    """Return the choices that :func:`as_json` made this of, or nothing where it did not."""
    try:
        before, after = (
            Window(*(date.fromisoformat(day) for day in told[name])) for name in ("before", "after")
        )
        return BriefingChoices(
            lens=str(told["lens"]),
            before=before,
            after=after,
            area=str(told["area"]),
            resolution=int(told["resolution"]),
            audience=str(told["audience"]),
        )
    except (KeyError, TypeError, ValueError, RequestError):
        return None

"""When in the week a place is busy, in shifts; on school days or in holidays; near pay days.

**Shifts.** The 168 aoristic hours of the week are added up to 21 shifts: early 07:00 to 15:00, late
15:00 to 23:00, night 23:00 to 07:00; a night belongs to the day on which it starts. The busiest
one, two or three shifts are **peaks** where the least busy of them lies above the busiest of all
others: given both counts, an exact two-sided binomial test of their hours, each of the three cuts
at 0.05 / 3. Counts are divided by how much each shift varies from week to week beyond chance, so
that one bad night is no habit, and one week alone has no peak. So a shift is never named for being
the largest of many alike, and advice to be there is given for peaks alone.

**Days.** School days are set against holiday weekdays, and pay days with the two days after against
all other days. Each day's exposure is its weekday's usual share of incidents in the whole area, so
that a window with many Fridays is not taken for an effect. A second ratio sets the place against
the rest of the area, which takes out the season. Both intervals allow for how much the place's own
weeks vary beyond chance (Pearson's ratio against the area's weeks, Student's t), and hold for all
contrasts of the answer together.

What can mislead: times are those recorded; holidays lie in other seasons than school days, so look
at the ratio against the rest of the area; a clock of few incidents is uncertain.

Sources: Ratcliffe (2002), Journal of Quantitative Criminology 18, for the clock; Hung & Fithian
(2019), Annals of Statistics 47, for the test of a winner against the next; Przyborowski &
Wilenski (1940), Biometrika 31, for the rate ratio; Cornfield (1956) for the ratio of ratios.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.base.types import Flags, Floats, Integers
from mapper.base.week import SHIFTS
from mapper.context.school_days import HOLIDAY, SCHOOL_DAY, SchoolDays, weekday_of
from mapper.statistics.aoristic import WEEK_HOURS
from mapper.statistics.intervals import binomial_tails, ratio_of_ratios
from mapper.statistics.period_dispersion import PeriodDispersion
from mapper.statistics.quasi_binomial import quasi_interval, student_quantile

CONFIDENCE = 0.95  # of all contrasts of one answer together
CONTRASTS = ("holidays against school days", "pay days against other days")
_FIGURES = (
    *("days", "incidents", "other_days", "other_incidents"),
    *("ratio", "low", "high", "against_area", "against_low", "against_high"),
)
MOST_PEAKS = 3  # shifts named together
_ALPHA = 0.05
_ROUNDED = 1e-9  # what sums of shares are off by
_MONDAY = 3  # days from a Monday to the first of January 1970
_DAY = np.timedelta64(1, "D")


def shift_weights(weights: Floats, *, shifts: Mapping[str, int] = SHIFTS) -> Floats:
    """Return the weight of each shift of the week; shape (groups, 7 x shifts).

    Parameters
    ----------
    weights
        Of each hour of the week, Monday 00:00 first; shape (groups, 168).
    shifts
        First hour of each shift, rising.
    """
    of_hour = shift_of_hours(shifts)
    belongs = np.zeros((WEEK_HOURS, 7 * len(shifts)))
    belongs[np.arange(WEEK_HOURS), of_hour] = 1.0
    return np.asarray(weights @ belongs)


def shift_of_hours(shifts: Mapping[str, int] = SHIFTS) -> Integers:
    """Return the number of the shift that each hour of the week lies in, Monday's first shift 0."""
    starts = list(shifts.values())
    if sorted(set(starts)) != starts or not starts or starts[0] < 0 or starts[-1] > 23:  # noqa: PLR2004 - hours
        raise ValueError(f"shifts start at {starts}; rising hours from 0 to 23 are needed")
    hour = np.arange(WEEK_HOURS)
    within = np.searchsorted(starts, hour % 24, side="right") - 1  # -1: last evening's last shift
    return ((hour // 24) * len(starts) + within) % (7 * len(starts))


def shift_spread(
    start: npt.NDArray[np.datetime64],
    group: Integers,
    *,
    groups: int,
    shifts: Mapping[str, int] = SHIFTS,
) -> Floats:
    """Return the variance over the mean of each shift's weeks, 1 or more; shape (groups, shifts).

    Each week is expected to hold what the area's week does. Infinite where there is one week only.

    Parameters
    ----------
    start
        Of incidents whose hour is known, shape (incidents,).
    group
        Number of each incident's place from 0, below 0 for elsewhere in the area.
    """
    hours = start.astype("datetime64[h]").astype(np.int64) - next(iter(shifts.values()))
    week, within = np.divmod(hours + _MONDAY * 24, WEEK_HOURS)
    first = next(iter(shifts.values()))
    shift = shift_of_hours(shifts)[(within + first) % WEEK_HOURS]
    week = np.unique(week, return_inverse=True)[1]
    area = np.bincount(week)
    width = 7 * len(shifts)
    inside = group >= 0
    seen = np.zeros((groups, width, area.size))
    np.add.at(seen, (group[inside], shift[inside], week[inside]), 1)
    expected = seen.sum(axis=2, keepdims=True) * area / max(area.sum(), 1)
    if area.size < 2:  # noqa: PLR2004 - a spread needs two weeks
        return np.full((groups, width), np.inf)
    squares = np.divide(
        (seen - expected) ** 2, expected, out=np.zeros(seen.shape), where=expected > 0
    )
    spread = np.maximum(squares.sum(axis=2) / (area.size - 1), 1.0)
    return np.asarray(spread, dtype=np.float64)


def peak_shifts(
    sums: Floats, *, spread: Floats | None = None, shifts: Mapping[str, int] = SHIFTS
) -> Flags:
    """Return which shifts are busier than all others, shape of ``sums``; at most three a row.

    Weights are rounded against the finding: down in the peaks, up in the others.

    Parameters
    ----------
    spread
        Variance over mean of each shift's weeks, as :func:`shift_spread`; 1 where not given.
    """
    even = np.ones(sums.shape) if spread is None else spread
    length = np.bincount(shift_of_hours(shifts), minlength=sums.shape[1])
    order = np.argsort(-sums / length, axis=1, kind="stable")
    ranked, hours = np.take_along_axis(sums, order, axis=1), length[order]
    varies = np.take_along_axis(even, order, axis=1)
    first = np.zeros(len(sums), dtype=np.int64)  # how many shifts are peaks
    for number in range(1, MOST_PEAKS + 1):
        last, other = hours[:, number - 1], hours[:, number]
        most = varies[:, : number + 1].max(axis=1)  # of all that are named and the next
        inside = np.floor(ranked[:, number - 1] / most + _ROUNDED).astype(np.int64)
        outside = np.ceil(ranked[:, number] / most - _ROUNDED).astype(np.int64)
        for share in np.unique(last / (last + other)):
            p, _ = binomial_tails(inside, inside + outside, float(share))
            first[(last / (last + other) == share) & (2 * p <= _ALPHA / MOST_PEAKS)] = number
    return np.asarray(np.argsort(order, axis=1) < first[:, np.newaxis])


def known_to_the_day(table: pd.DataFrame) -> Flags:
    """Return which incidents can be put on one day: known finer than a month, within 24 hours."""
    start, end = table["start"].to_numpy(), table["end"].to_numpy()
    short = np.isnat(end) | (end - start <= _DAY)
    return np.asarray(short & (table["precision"] != "month").to_numpy())


def compare_days(
    days: npt.NDArray[np.datetime64],
    group: Integers,
    *,
    groups: int,
    first: np.datetime64,
    last: np.datetime64,
    calendar: SchoolDays,
) -> pd.DataFrame:
    """Return both contrasts for each group, one row each.

    Parameters
    ----------
    days
        Day of each incident of the study area, shape (incidents,).
    group
        Number of each incident's place from 0, below 0 for elsewhere in the area.
    first, last
        First and last day covered.

    Returns
    -------
    pandas.DataFrame
        ``place``, ``contrast``, ``days`` and ``incidents`` of the first and the other kind of day,
        ``ratio`` with ``low`` and ``high``, and ``against_area`` with its own; a ratio is missing
        where one kind of day does not occur.
    """
    every = np.arange(first.astype("datetime64[D]"), last.astype("datetime64[D]") + 1)
    per_day = np.zeros((groups + 1, every.size), dtype=np.int64)
    np.add.at(per_day, (group, (days.astype("datetime64[D]") - every[0]).astype(np.int64)), 1)
    kinds = calendar.kinds(every)
    paid = calendar.pay_days(every)
    pairs = (kinds == HOLIDAY, kinds == SCHOOL_DAY), (paid, ~paid)
    whole, week = per_day.sum(axis=0), np.arange(every.size) // 7
    confidence = 1 - (1 - CONFIDENCE) / max(groups * len(pairs), 1)
    usual = _usual_by_weekday(whole, weekday_of(every))
    rows = []
    for place in range(groups):
        here = per_day[place]
        varies = _weeks_vary(here, whole, week)
        for name, (one, other) in zip(CONTRASTS, pairs, strict=True):
            found = _contrast(here, whole - here, one, other, usual, varies, confidence)
            rows.append({"place": place, "contrast": name, **found})
    return pd.DataFrame(rows, columns=["place", "contrast", *_FIGURES])


def _weeks_vary(here: Integers, whole: Integers, week: Integers) -> PeriodDispersion:
    """Return how much a place's weeks vary beyond chance, given those of the area."""
    seen, area = np.bincount(week, weights=here), np.bincount(week, weights=whole)
    expected = here.sum() * area[area > 0] / max(area.sum(), 1)
    freedom = expected.size - 1
    ratio = np.nan
    if freedom > 0 and here.any():
        ratio = max(float(((seen[area > 0] - expected) ** 2 / expected).sum()) / freedom, 1.0)
    return PeriodDispersion(np.array([ratio]), np.array([float(freedom)]), ratio)


def _usual_by_weekday(per_day: Integers, weekday: Integers) -> Floats:
    """Return the usual incidents of each day by its weekday, 1 on average; shape (days,)."""
    sums = np.bincount(weekday, weights=per_day, minlength=7)
    mean = sums / np.maximum(np.bincount(weekday, minlength=7), 1)
    usual = mean[weekday]
    return np.asarray(usual / usual.mean()) if per_day.any() else np.ones(per_day.size)


def _contrast(
    here: Integers,
    rest: Integers,
    one: Flags,
    other: Flags,
    usual: Floats,
    varies: PeriodDispersion,
    confidence: float,
) -> dict[str, float]:
    """Return one contrast of one place; the rest of the area is everything that it is not."""
    a, b = int(here[one].sum()), int(here[other].sum())
    found = {
        "days": int(one.sum()),
        "incidents": a,
        "other_days": int(other.sum()),
        "other_incidents": b,
    }
    exposure, other_exposure = float(usual[one].sum()), float(usual[other].sum())
    if not (exposure and other_exposure) or np.isnan(varies.usual):
        return {**found, **dict.fromkeys(_FIGURES[len(found) :], np.nan)}
    low, high = quasi_interval(np.array([a]), np.array([a + b]), varies, confidence=confidence)
    scale = other_exposure / exposure
    against = ratio_of_ratios(
        b, a, int(rest[other].sum()), int(rest[one].sum()), confidence=confidence
    )
    wider = np.sqrt(varies.usual) * _beyond_normal(float(varies.freedom[0]), confidence)
    return {
        **found,
        "ratio": (a / exposure) / (b / other_exposure) if b else (np.inf if a else np.nan),
        "low": float(low[0] / (1 - low[0])) * scale if low[0] < 1 else np.inf,
        "high": float(high[0] / (1 - high[0])) * scale if high[0] < 1 else np.inf,
        "against_area": against.ratio,
        "against_low": _widened(against.low, against.ratio, wider),
        "against_high": _widened(against.high, against.ratio, wider),
    }


def _beyond_normal(freedom: float, confidence: float) -> float:
    """Return by how much Student's interval is wider than the normal one."""
    half = (1 + confidence) / 2
    return float(student_quantile(half, freedom) / student_quantile(half, np.inf))


def _widened(limit: float, ratio: float, times: float) -> float:
    """Return a limit so many times as far from its ratio, on the scale of logarithms.

    Beside a ratio of 0 or without end there is no such distance: the limit is multiplied instead.
    """
    if not (0 < ratio < np.inf and 0 < limit < np.inf):
        return limit * times if ratio == 0 else limit / times
    return float(ratio * (limit / ratio) ** times)

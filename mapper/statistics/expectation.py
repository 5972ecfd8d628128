"""What places are expected to have after an action, learnt from places where nothing was done.

Three stretches of time are told apart: the history, the window before and the window after. A
place is expected to keep its share of the area's incidents from the history. Three things are
learnt from comparable places where nothing was done (placebo places), at the same and earlier
dates:

- **persistence**: how much of a rise from history to before lasts, on average. 0: places fall
  back wholly (regression to the mean), 1: they stay where they are. So whatever the rise before
  made somebody choose the place, it is not taken for granted;
- **recurrence**: how much of what set the same months of the year before apart from the whole
  history comes back, where those months lie in the history. A seaside keeps its summer;
- **level**: how such places moved against the whole area in the same weeks.

    expected after = history x (area after / area history) x level
                     x (rise before) ^ persistence x (season) ^ recurrence

*Season* is the place's share of the area in the same months of the year before over its share in
the history.

An expectation misses by chance, with the overdispersion of months, and because places drift. The
drift is what placebo places miss beyond chance. How far off an expectation is, in units of what it
should miss by, is set against the same figure of every comparable placebo place: p is its place
among them, and never below that of Student's t with as many independent placebo places.

What it rests on: placebo places are chosen on one half of the weeks and their history is counted
in the other, else places that were high by luck would fall back and the treated one would seem to
rise. A set of places with none like it, or whose rise before is beyond chance, is told nothing of.

Sources: Abadie, Diamond & Hainmueller (2010), Journal of the American Statistical Association 105,
for inference from placebo places; Hauer (1997), Observational Before-After Studies in Road Safety,
for the expectation of a treated place; Wilson (1927) for the interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, inf, sqrt
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mapper.base.lazy import Lazy
from mapper.base.types import Flags, Floats, Integers
from mapper.statistics.quasi_binomial import student_quantile, student_tail

if TYPE_CHECKING:
    from scipy import optimize
else:
    optimize = Lazy("scipy.optimize")

ALIKE = 2.0  # places are comparable up to twice or down to half the expected count
FARTHEST_ALIKE = 4.0  # and so far where there are fewer: the busiest places have few neighbours
FEWEST_ALIKE = 39  # comparable placebo places, so that the smallest p is 1 in 40
_ROUNDS = 12
_LEAST = 0.5  # incidents expected after, below which a placebo place says nothing
_HALF = 0.5  # added to counts before a logarithm is taken


@dataclass(frozen=True, eq=False)
class ThreeWindows:
    """Incidents of some places in the history, before and after, and of the whole area."""

    history: Floats  # shape (places,)
    before: Floats
    after: Floats
    area: tuple[float, float, float]  # history, before, after
    same: Floats | None = None  # same months of the year before, a part of the history
    area_same: float = 0.0

    def __post_init__(self) -> None:
        if not self.history.shape == self.before.shape == self.after.shape:
            raise ValueError("history, before and after must be of one shape")
        if min(self.area) <= 0:
            raise ValueError(f"the area needs incidents in all three windows, not {self.area}")

    @property
    def usual_before(self) -> Floats:
        """What history alone would expect before."""
        return self.history * (self.area[1] / self.area[0])

    @property
    def usual_after(self) -> Floats:
        """What history alone would expect after."""
        return self.history * (self.area[2] / self.area[0])

    @property
    def rise(self) -> Floats:
        """Logarithm of the rise from history to before, against the area."""
        return np.log((self.before + _HALF) / (self.usual_before + _HALF))

    @property
    def season(self) -> Floats:
        """Logarithm of the same months of the year before over the history; 0 where not known."""
        if self.same is None or not self.area_same:
            return np.zeros(self.history.size)
        usual = self.history * (self.area_same / self.area[0])
        return np.log((self.same + _HALF) / (usual + _HALF))

    def rows(self, kept: Flags) -> "ThreeWindows":
        """Return some places only."""
        return replace(
            self,
            history=self.history[kept],
            before=self.before[kept],
            after=self.after[kept],
            same=None if self.same is None else self.same[kept],
        )


@dataclass(frozen=True, eq=False)
class PlaceboExpectation:
    """What placebo places teach; the first date is that of the action itself."""

    level: float  # of the first date
    persistence: float  # between 0 and 1
    drift: float  # variance of the logarithm of a rate between the windows, beyond chance
    expected: Floats  # of every placebo place, all dates; shape (placebos,)
    miss: Floats  # standardised, of every placebo place
    recurrence: float = 0.0  # between 0 and 1

    def factor(self, places: ThreeWindows) -> Floats:
        """Return what is expected of places over what their history alone would expect."""
        return self.level * np.exp(self.persistence * places.rise + self.recurrence * places.season)


@dataclass(frozen=True)
class Outcome:
    """How one place came out against its expectation."""

    seen: float
    expected: float
    ratio: float
    low: float  # interval of the ratio
    high: float
    p: float  # place among the comparable placebo places, two-sided
    alike: int  # how many comparable placebo places there were
    rise: float  # rate before over that of the history, against the area
    rise_p: float  # two-sided
    dispersion: float  # variance over mean of the count after, drift and error of expectation in


def fit_expectation(dates: Sequence[ThreeWindows], *, dispersion: float) -> PlaceboExpectation:
    """Learn level, persistence and drift from placebo places.

    Parameters
    ----------
    dates
        Placebo places at each date, that of the action first.
    dispersion
        Variance over mean of counts of such places, at least 1.

    Raises
    ------
    ValueError
        When no placebo place of the first date has enough incidents.
    """
    used = [each.rows((each.history > 0) & (each.usual_after >= _LEAST)) for each in dates]
    if not used or not used[0].history.size:
        raise ValueError("no placebo place has incidents")
    date = np.repeat(np.arange(len(used)), [each.history.size for each in used])
    table = _Table(
        history=np.concatenate([each.history for each in used]),
        before=np.concatenate([each.before for each in used]),
        after=np.concatenate([each.after for each in used]),
        usual=np.concatenate([each.usual_after for each in used]),
        same=np.concatenate([_known_same(each) for each in used]),
        moves=np.column_stack(
            [np.concatenate([getattr(each, name) for each in used]) for name in ("rise", "season")]
        ),
        date=date,
        dispersion=dispersion,
    )
    kept, drift = np.zeros(2), 0.0
    for _ in range(_ROUNDS):
        kept = table.kept(kept, drift)
        level = table.levels(kept)
        expected = table.usual * np.exp(table.moves @ kept) * level[date]
        drift = table.drift(expected, kept, drift)
    spread = np.sqrt(table.variance(expected, kept, drift))
    return PlaceboExpectation(
        level=float(level[0]),
        persistence=float(kept[0]),
        recurrence=float(kept[1]),
        drift=drift,
        expected=expected,
        miss=(table.after - expected) / spread,
    )


def set_against(
    learnt: PlaceboExpectation,
    place: ThreeWindows,
    *,
    dispersion: float,
    independent: float,
    confidence: float = 0.95,
) -> Outcome:
    """Return how one place came out.

    Parameters
    ----------
    place
        One row.
    dispersion
        Variance over mean of its own periods, at least 1.
    independent
        How many placebo places without a common cell those of the first date come to.
    """
    history, before, seen = (float(x[0]) for x in (place.history, place.before, place.after))
    rise = float(np.exp(place.rise[0]))
    usual = float(place.usual_after[0])
    expected = usual * float(learnt.factor(place)[0])
    if not expected:
        ratio = inf if seen else np.nan
        return Outcome(seen, 0.0, ratio, 0.0, inf, 1.0, 0, rise, 1.0, dispersion)
    kept = np.array([learnt.persistence, learnt.recurrence])
    counts = _relative_variance(history, before, _known_same(place), dispersion, kept)
    known = float(counts[0]) + learnt.drift
    known += (dispersion / expected + learnt.drift) / max(independent, 1.0)
    miss = (seen - expected) / sqrt(dispersion * expected + known * expected**2)
    alike = _alike(learnt, expected)
    freedom = max(independent - 1.0, 1.0)
    scale = max(1.0, sqrt(float((alike**2).mean()))) if alike.size else 1.0
    ranked = (1 + int((alike >= abs(miss)).sum())) / (alike.size + 1)
    student = 2 * float(student_tail(abs(miss) / scale, freedom))
    reach = scale * float(student_quantile((1 + confidence) / 2, freedom))
    reach = max(reach, _placebo_quantile(alike, confidence))
    low, high = _ratio_limits(seen, expected, dispersion, known, reach)
    return Outcome(
        seen=seen,
        expected=expected,
        ratio=seen / expected,
        low=low,
        high=high,
        p=min(1.0, max(ranked, student)),
        alike=int(alike.size),
        rise=rise,
        rise_p=_rise_p(place, dispersion, learnt.drift),
        dispersion=scale**2 * (dispersion + known * expected),
    )


@dataclass(frozen=True, eq=False)
class _Table:
    """Placebo places of all dates, one below the other."""

    history: Floats
    before: Floats
    after: Floats
    usual: Floats
    same: Floats  # missing where not known
    moves: Floats  # rise and season; shape (places, 2)
    date: Integers
    dispersion: float

    def variance(self, expected: Floats, kept: Floats, drift: float) -> Floats:
        """Return the variance of each count after about what is expected."""
        known = _relative_variance(self.history, self.before, self.same, self.dispersion, kept)
        return self.dispersion * expected + (known + drift) * expected**2

    def kept(self, now: Floats, drift: float) -> Floats:
        """Return persistence and recurrence: slopes of the change after, within dates."""
        change = np.log((self.after + _HALF) / (self.usual + _HALF))
        known = _relative_variance(self.history, self.before, self.same, self.dispersion, now)
        weight = 1 / (self.dispersion / (self.usual + 1) + known + drift)
        total = np.bincount(self.date, weights=weight)
        centred = [
            np.sqrt(weight)
            * (each - (np.bincount(self.date, weights=weight * each) / total)[self.date])
            for each in (*self.moves.T, change)
        ]
        moves, moved = np.column_stack(centred[:-1]), centred[-1]
        slopes, told = np.zeros(moves.shape[1]), moves.any(axis=0)
        if told.any():
            slopes[told] = optimize.lsq_linear(moves[:, told], moved, bounds=(0.0, 1.0)).x
        return slopes

    def levels(self, kept: Floats) -> Floats:
        """Return how placebo places moved against the area at each date."""
        usual = self.usual * np.exp(self.moves @ kept)
        seen, expected = (np.bincount(self.date, weights=each) for each in (self.after, usual))
        return (seen + _HALF) / (expected + _HALF)

    def drift(self, expected: Floats, kept: Floats, now: float) -> float:
        """Return what misses come to beyond chance, as a variance of logarithms."""
        chance = self.variance(expected, kept, 0.0)
        weight = 1 / (chance + now * expected**2)
        beyond = weight * ((self.after - expected) ** 2 - chance)
        return max(0.0, float(beyond.sum() / (weight * expected**2).sum()))


def _known_same(places: ThreeWindows) -> Floats:
    """Return the counts of the same months of the year before; missing where not known."""
    return np.full(places.history.size, np.nan) if places.same is None else places.same


def _relative_variance(
    history: npt.ArrayLike,
    before: npt.ArrayLike,
    same: Floats,
    dispersion: float,
    kept: Floats,
) -> Floats:
    """Return the variance of the logarithm of an expectation by the chance in its own counts.

    The same months are a part of the history: their chance is in both.
    """
    past, lately = np.asarray(history, dtype=np.float64), np.asarray(before, dtype=np.float64)
    lasting, back = kept
    back = np.where(np.isnan(same), 0.0, back)
    rest = 1 - lasting - back
    parts = (rest**2 + 2 * rest * back) / (past + 1) + lasting**2 / (lately + 1)
    return np.asarray(dispersion * (parts + back**2 / (np.nan_to_num(same) + 1)), dtype=np.float64)


def _alike(learnt: PlaceboExpectation, expected: float) -> Floats:
    """Return how far off the placebo places were of which about as much was expected."""
    apart = np.abs(np.log(learnt.expected / expected))
    near = apart <= np.log(ALIKE)
    if near.sum() < FEWEST_ALIKE:
        near = apart <= np.log(FARTHEST_ALIKE)
    return np.asarray(np.abs(learnt.miss[near]), dtype=np.float64)


def _placebo_quantile(alike: Floats, confidence: float) -> float:
    """Return the miss that so many placebo places and the treated one together stay below."""
    rank = ceil((alike.size + 1) * confidence)
    return inf if rank > alike.size else float(np.sort(alike)[rank - 1])


def _ratio_limits(
    seen: float, expected: float, dispersion: float, known: float, reach: float
) -> tuple[float, float]:
    """Return the ratios whose expectation lies so many standard errors from what was seen.

    They solve (seen - r e)^2 = reach^2 (dispersion r e + known (r e)^2).
    """
    if not np.isfinite(reach):
        return 0.0, inf
    square, linear = 1 - reach**2 * known, 2 * seen + reach**2 * dispersion
    root = sqrt(max(linear**2 - 4 * square * seen**2, 0.0))
    low = 2 * seen**2 / (linear + root)  # the stable form of the smaller root
    high = (linear + root) / (2 * square) if square > 0 else inf
    return low / expected, high / expected


def _rise_p(place: ThreeWindows, dispersion: float, drift: float) -> float:
    """Return the two-sided p of the rise from history to before, by its standard error."""
    usual, history = float(place.usual_before[0]), float(place.history[0])
    if not usual:
        return 1.0
    error = sqrt(dispersion * usual * (1 + usual / history) + drift * usual**2)
    return 2 * float(student_tail(abs(float(place.before[0]) - usual) / error, inf))

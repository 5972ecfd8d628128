r"""Forecast: how many incidents each cell is expected to have next, with an interval.

The model
    The rate of a cell per month is gamma distributed about what the cells around it have had
    (:math:`m_i`, a gaussian kernel over all periods), and its own incidents, the older the lighter,
    are Poisson given the rate. With :math:`b` months' worth of trust in the surroundings, the
    weighted count :math:`c_i` and the weighted months :math:`n`, next month's rate is gamma with
    shape :math:`b m_i + c_i` and rate :math:`b + n`: its mean lies between the surroundings and the
    cell's own rate, and a count over :math:`h` months is negative binomial.
    A month that is ``a`` months old weighs :math:`2^{-a / \text{half-life}}`.
What is learnt, and from what
    Half-life and trust are those of a small grid under which the months before the last known one
    were likeliest, each foretold from the months before it alone. On the same months it is asked
    whether the forecast held more incidents than the count of last year in the same area; where it
    did not, the forecast is last year's count, with the interval of that count. How far whole
    months miss beyond the law (season, trend, days) widens every interval.
What can mislead
    It says where, were things to go on as they went. It knows no season, no event and no action,
    and on snapped public points it says nothing of one street.
Sources
    Clayton & Kaldor (1987), Biometrics 43, for Poisson-gamma shrinkage; Mohler and others (2011),
    Journal of the American Statistical Association 106, for a decaying kernel over past crime.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammaln
from scipy.stats import nbinom

from mapper.base.types import Floats, Integers
from mapper.statistics.kernel_density import Kernel
from mapper.statistics.placing import hits_within, places

BANDWIDTH_M = 300.0  # of the kernel: about the spacing of cells at resolution 9
HALF_LIVES = (3.0, 6.0, 12.0, 24.0, 48.0, np.inf)  # periods
TRUSTS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)  # periods' worth of the surroundings
AREA_SHARES = (0.01, 0.02, 0.05)  # of land, at which forecast and last year's count are compared
MOST_EARLIER = 12  # earlier periods that are foretold to learn from
FEWEST_COMPARED = 3  # periods below which nobody can tell which of the two is better
_ANYWHERE = 0.02  # part of the prior that is spread evenly, so that no cell is impossible


@dataclass(frozen=True)
class ForecastSettings:
    """What the forecast is made with."""

    half_life: float  # periods after which an incident counts half
    trust: float  # how many periods' worth the surroundings of a cell count for


_USUAL = ForecastSettings(half_life=24.0, trust=4.0)  # where nothing can be learnt


@dataclass(frozen=True, eq=False)
class Forecast:
    """The gamma law of each cell's rate per period, and how far whole periods miss."""

    shape: Floats  # shape (cells,)
    rate: float
    spread: float = 0.0  # relative variance of the area's total of one period beyond the law

    @property
    def mean(self) -> Floats:
        """Expected incidents of each cell in one period."""
        return self.shape / self.rate

    def interval(self, periods: float, *, confidence: float = 0.9) -> tuple[Floats, Floats]:
        """Return limits of the count of each cell over some periods.

        Parameters
        ----------
        periods
            How long, in periods.
        confidence
            At least this part of counts lies within; whole counts make it more.
        """
        return count_limits(self.shape, self.rate, periods, self.spread, confidence)

    def summed(self, group: Integers, groups: int) -> "Forecast":
        """Return the forecast of places made of cells; the sum of gammas of one rate is gamma.

        Parameters
        ----------
        group
            Place of each cell, -1 for none.
        """
        inside = group >= 0
        sums = np.bincount(group[inside], weights=self.shape[inside], minlength=groups)
        return Forecast(shape=sums.astype(np.float64), rate=self.rate, spread=self.spread)


def count_limits(
    shape: Floats, rate: float, periods: float, spread: float, confidence: float
) -> tuple[Floats, Floats]:
    """Return negative binomial limits, the relative variance of the whole added to the law's."""
    mean = shape * periods / rate
    relative = 1 / np.maximum(shape, 1e-9) + spread
    k = 1 / relative
    chance = k / (k + mean)
    low, high = (nbinom.ppf(q, k, chance) for q in ((1 - confidence) / 2, (1 + confidence) / 2))
    return np.where(mean > 0, low, 0.0), np.where(mean > 0, high, 0.0)


def ages_of(periods: int) -> Floats:
    """Return the age of each of so many periods in periods, the newest 0."""
    return np.arange(periods - 1, -1, -1, dtype=np.float64)


def fit_forecast(
    counts: Integers, around: Kernel, settings: ForecastSettings, *, ages: Floats | None = None
) -> Forecast:
    """Return the forecast of the period after the last.

    Parameters
    ----------
    counts
        Incidents, shape (cells, periods), in order of time.
    around
        The kernel of the surroundings.
    settings
        Half-life and trust.
    ages
        Of each period, the newest 0; so that a gap ages what lies before it.
    """
    ages = ages_of(counts.shape[1]) if ages is None else ages
    return _Weighed.of(counts, around, settings.half_life, ages).forecast(settings.trust)


@dataclass(frozen=True, eq=False)
class _Weighed:
    """Counts under a half-life: each cell's own, those of its surroundings, and of how long."""

    own: Floats  # shape (cells,)
    prior: Floats  # per period, shape (cells,)
    months: float

    @classmethod
    def of(cls, counts: Integers, around: Kernel, half_life: float, ages: Floats) -> "_Weighed":
        """Return the counts of all periods, each of its age."""
        weight = 2.0 ** (-ages / half_life)
        own, months = counts @ weight, float(weight.sum())
        prior = around.spread(own) / months
        return cls(own, (1 - _ANYWHERE) * prior + _ANYWHERE * prior.mean(), months)

    def forecast(self, trust: float) -> Forecast:
        """Return the forecast when the surroundings count for so many periods."""
        return Forecast(trust * self.prior + self.own, trust + self.months)


def fit_last_year(counts: Integers, *, year: int = 12) -> Forecast:
    """Return last year's count as a forecast: each cell by itself, all months alike.

    Parameters
    ----------
    counts
        Incidents, shape (cells, periods), in order of time.
    year
        Periods in a year.
    """
    recent = counts[:, -year:]
    own = recent.sum(axis=1).astype(np.float64)
    even = (1 - _ANYWHERE) * own + _ANYWHERE * own.mean()
    return Forecast(even, float(recent.shape[1]))


@dataclass(frozen=True, eq=False)
class Learnt:
    """What earlier periods teach: each was foretold from the periods before it alone."""

    settings: ForecastSettings
    wins: bool  # whether the forecast held more than last year's count
    tested: int  # periods in which the two were compared; 0 where there was too little
    shares: tuple[float, ...]  # of the area
    hit_rate: Floats  # of the forecast, over the periods compared; shape (shares,)
    last_year: Floats  # of last year's count
    spread: float  # relative variance of the whole area's count of a period beyond the law
    spread_last_year: float


def learn(
    counts: Integers,
    around: Kernel,
    *,
    area_km2: Floats,
    ages: Floats | None = None,
    year: int = 12,
) -> Learnt:
    """Learn half-life and trust, and whether last year's count is beaten, from earlier periods.

    The settings that a period is foretold with are those under which the periods before it were
    likeliest, so that none is foretold with what it taught.

    Parameters
    ----------
    counts
        Incidents, shape (cells, periods), in order of time.
    around
        The kernel of the surroundings.
    area_km2
        Land of each cell, shape (cells,).
    ages
        Of each period, the newest 0.
    year
        Periods in a year; the first that is foretold has as many before it.
    """
    periods = counts.shape[1]
    ages = ages_of(periods) if ages is None else ages
    grid = [ForecastSettings(half_life, trust) for half_life in HALF_LIVES for trust in TRUSTS]
    usual = grid.index(_USUAL)
    sums = np.zeros(len(grid))
    hits: list[Floats] = []
    misses: list[tuple[float, float]] = []
    for at in range(max(year, periods - MOST_EARLIER), periods):
        before, seen = counts[:, :at], counts[:, at]
        tried = _foretold(before, around, grid, ages[:at] - ages[at - 1])
        if sums.any():
            made, rival = tried[int(sums.argmax())], fit_last_year(before, year=year)
            orders = [places(made.mean), places(before[:, -year:].sum(axis=1))]
            test = seen[:, np.newaxis]
            hits.append(
                np.array([hits_within(each, test, area_km2, AREA_SHARES)[:, 0] for each in orders])
            )
            misses.append((_miss(made, seen), _miss(rival, seen)))
        sums += [_log_likelihood(each, seen) for each in tried]
    return _learnt(grid[int(sums.argmax()) if sums.any() else usual], hits, misses, counts)


def forecast(
    counts: Integers, around: Kernel, learnt: Learnt, *, ages: Floats | None = None, year: int = 12
) -> Forecast:
    """Return the forecast that earlier periods speak for: the model's, or last year's count.

    Parameters
    ----------
    counts, around, ages, year
        As for :func:`learn`.
    learnt
        What they taught.
    """
    if not learnt.wins:
        return replace(fit_last_year(counts, year=year), spread=learnt.spread_last_year)
    return replace(fit_forecast(counts, around, learnt.settings, ages=ages), spread=learnt.spread)


def _foretold(
    before: Integers, around: Kernel, grid: Sequence[ForecastSettings], ages: Floats
) -> list[Forecast]:
    """Return the forecast of every setting; those of one half-life share their sums."""
    weighed = {
        half_life: _Weighed.of(before, around, half_life, ages)
        for half_life in {each.half_life for each in grid}
    }
    return [weighed[each.half_life].forecast(each.trust) for each in grid]


def _log_likelihood(made: Forecast, seen: Integers) -> float:
    """Return the log likelihood of the counts of one period under a forecast."""
    some = seen > 0
    k, x = made.shape[some], seen[some]
    sums = float(made.shape.sum() * np.log(made.rate / (made.rate + 1)))
    each = gammaln(k + x) - gammaln(k) - gammaln(x + 1) - x * np.log(made.rate + 1)
    return sums + float(each.sum())


def _miss(made: Forecast, seen: Integers) -> float:
    """Return the squared relative miss of the whole area's count, less what the law gives."""
    mean = float(made.mean.sum())
    law = mean * (1 + 1 / made.rate)
    beyond = float(seen.sum() - mean) ** 2 - law
    return beyond / mean**2 if mean else 0.0


def _learnt(
    settings: ForecastSettings,
    hits: list[Floats],
    misses: list[tuple[float, float]],
    counts: Integers,
) -> Learnt:
    """Return what the periods compared come to."""
    nothing = np.full(len(AREA_SHARES), np.nan)
    if len(hits) < FEWEST_COMPARED:
        return Learnt(settings, False, 0, AREA_SHARES, nothing, nothing, 0.0, 0.0)
    incidents = max(int(counts[:, -len(hits) :].sum()), 1)
    model, last_year = np.sum(hits, axis=0) / incidents
    spread, rival = (max(0.0, float(each)) for each in np.mean(misses, axis=0))
    return Learnt(
        settings=settings,
        wins=bool(model.sum() > last_year.sum()),
        tested=len(hits),
        shares=AREA_SHARES,
        hit_rate=model,
        last_year=last_year,
        spread=spread,
        spread_last_year=rival,
    )

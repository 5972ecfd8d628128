"""Two counts compared when counts vary more than chance: the wider of two intervals.

Given the sum of two counts, the later one has the variance of a binomial times a ratio (see
:mod:`mapper.statistics.period_dispersion`), which is itself known with some degrees of freedom
only. Two approximations are taken and the wider is told, for each is too narrow somewhere:

- **effective counts**: counts divided by the ratio are taken as exact binomial ones
  (Clopper-Pearson), which keeps the skew of small counts but knows nothing of freedom;
- **Student's score**: ``(k - n pi) / sqrt(ratio n pi (1 - pi))`` is held against Student's t of the
  freedom, which knows it but is symmetrical (Wilson's interval with t in place of z).

With a ratio of 1 and infinite freedom the first is the exact binomial interval. Both p are twice
the smaller tail, so that p is at most alpha exactly where the interval leaves the share out.

Sources: Clopper & Pearson (1934); Wilson (1927); McCullagh & Nelder (1989), Generalized Linear
Models, section 4.5, for the ratio.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, betaincinv, ndtr, ndtri, stdtr, stdtrit

from mapper.base.types import Floats, Integers
from mapper.statistics.period_dispersion import PeriodDispersion


def quasi_tails(
    successes: Integers, trials: Integers, share: float, dispersion: PeriodDispersion
) -> tuple[Floats, Floats]:
    """Return the p of at least, and of at most, so many successes; missing without a ratio.

    Parameters
    ----------
    successes, trials
        Whole numbers of one shape, 0 <= successes <= trials.
    share
        Probability of success under the null, strictly between 0 and 1.
    """
    k, n = successes / dispersion.ratio, trials / dispersion.ratio
    at_least = np.where(k > 0, betainc(np.where(k > 0, k, 1.0), n - k + 1, share), 1.0)
    at_most = np.where(n > k, betainc(np.where(n > k, n - k, 1.0), k + 1, 1 - share), 1.0)
    spread = np.sqrt(n * share * (1 - share))
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where(trials > 0, (k - n * share) / spread, 0.0)
    above, below = student_tail(score, dispersion.freedom), student_tail(-score, dispersion.freedom)
    unknown = np.isnan(dispersion.ratio)
    return (
        np.where(unknown, np.nan, np.maximum(at_least, above)),
        np.where(unknown, np.nan, np.maximum(at_most, below)),
    )


def quasi_interval(
    successes: Integers,
    trials: Integers,
    dispersion: PeriodDispersion,
    *,
    confidence: float = 0.95,
) -> tuple[Floats, Floats]:
    """Return the interval for the chance of success: 0 to 1 without trials or without a ratio."""
    half = (1 - confidence) / 2
    k, n = successes / dispersion.ratio, trials / dispersion.ratio
    low = np.where(k > 0, betaincinv(np.where(k > 0, k, 1.0), n - k + 1, half), 0.0)
    high = np.where(n > k, betaincinv(k + 1, np.where(n > k, n - k, 1.0), 1 - half), 1.0)
    t2 = student_quantile(1 - half, dispersion.freedom) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        seen = k / n
        middle = (seen + t2 / (2 * n)) / (1 + t2 / n)
        reach = np.sqrt(t2 * seen * (1 - seen) / n + t2**2 / (4 * n**2)) / (1 + t2 / n)
    unknown = np.isnan(dispersion.ratio) | (trials == 0)
    return (
        np.where(unknown, 0.0, np.clip(np.fmin(low, middle - reach), 0.0, 1.0)),
        np.where(unknown, 1.0, np.clip(np.fmax(high, middle + reach), 0.0, 1.0)),
    )


def student_tail(value: npt.ArrayLike, freedom: npt.ArrayLike) -> Floats:
    """Return P(T >= value) of Student's t; the normal law where the freedom is infinite."""
    x, v = np.asarray(value, dtype=np.float64), np.asarray(freedom, dtype=np.float64)
    finite = np.where(np.isfinite(v) & (v > 0), v, 1.0)
    tail: Floats = np.where(np.isinf(v), ndtr(-x), stdtr(finite, -x))
    return tail


def student_quantile(share: float, freedom: npt.ArrayLike) -> Floats:
    """Return the value that Student's t stays below with chance ``share``."""
    v = np.asarray(freedom, dtype=np.float64)
    finite = np.where(np.isfinite(v) & (v > 0), v, 1.0)
    quantile: Floats = np.where(np.isinf(v), ndtri(share), stdtrit(finite, share))
    return quantile

"""Exact tests and intervals for two counts, and for two counts each before and after.

What is assumed: incidents are independent events (Poisson counts). Given their sum, one of two
such counts is binomial; given all margins of a table of four, one of them follows Fisher's
noncentral hypergeometric law. Nothing is approximated: intervals invert these laws, so they cover
the truth at least as often as stated, and more often where counts are small. Repeat calls to one
address break the assumption and make every interval here too narrow; weighted counts are no
counts of events and do not belong here.

Sources: Clopper & Pearson (1934), Biometrika 26; Przyborowski & Wilenski (1940), Biometrika 31;
Cornfield (1956), Third Berkeley Symposium; Fay (2010), The R Journal 2(1).
"""

from dataclasses import dataclass
from math import exp, inf, isfinite, nan
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mapper.base.lazy import Lazy
from mapper.base.types import Floats, Integers

if TYPE_CHECKING:
    from scipy import optimize, special
else:
    optimize, special = Lazy("scipy.optimize"), Lazy("scipy.special")

LARGEST_COUNT = 2**31 - 1
# Probabilities that differ by less than this are one and the same, as in R and in scipy.
_TIE = 1e-7


def whole_counts(values: npt.ArrayLike, *, name: str) -> Integers:
    """Return values as 64-bit whole numbers.

    Raises
    ------
    ValueError
        When the values are not of an integer type, negative, or above 2**31 - 1.
    """
    counts = np.asarray(values)
    if counts.dtype.kind not in "iu":
        raise ValueError(f"{name}: {counts.dtype} values are not whole numbers")
    if counts.size and not 0 <= int(counts.min()) <= int(counts.max()) <= LARGEST_COUNT:
        raise ValueError(f"{name}: counts lie between {counts.min()} and {counts.max()}")
    return counts.astype(np.int64)


def check_share(value: float, *, name: str) -> None:
    """Raise ``ValueError`` unless a confidence, alpha or share lies strictly between 0 and 1."""
    if not 0 < value < 1:
        raise ValueError(f"{name}: {value} is not between 0 and 1")


def check_lengths(before: float, after: float) -> None:
    """Raise ``ValueError`` unless both window lengths are positive and finite."""
    if not (before > 0 and after > 0 and isfinite(before) and isfinite(after)):
        raise ValueError(f"window lengths {before} and {after}: both must be positive")


def binomial_tails(successes: Integers, trials: Integers, share: float) -> tuple[Floats, Floats]:
    """Return P(X >= successes) and P(X <= successes) for X binomial; arrays of one shape."""
    k, n = successes, trials
    at_least = np.where(k > 0, special.betainc(np.maximum(k, 1), n - k + 1, share), 1.0)
    at_most = np.where(k < n, special.betainc(np.maximum(n - k, 1), k + 1, 1 - share), 1.0)
    return at_least, at_most


def binomial_two_sided(successes: Integers, trials: Integers, share: float) -> Floats:
    """Return the two-sided p of X binomial by the method of minimum likelihood.

    It is the summed probability of every outcome no likelier than the one seen, the convention of
    R's binom.test and scipy's binomtest.

    Parameters
    ----------
    successes, trials
        Whole numbers of one shape, 0 <= successes <= trials.
    share
        Probability of success under the null, strictly between 0 and 1.
    """
    above = successes > share * trials
    k = np.where(above, trials - successes, successes)
    chance = np.where(above, 1 - share, share)
    far = _first_no_likelier(k, trials, chance)
    below = _at_most(k, trials, chance)
    beyond = _at_most(trials - far, trials, 1 - chance)
    return np.minimum(below + beyond, 1.0)


def binomial_interval(
    successes: Integers, trials: Integers, *, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Return the Clopper-Pearson interval for the chance of success; 0 to 1 without trials."""
    k, n, half = successes, trials, (1 - confidence) / 2
    low = np.where(k > 0, special.betaincinv(np.maximum(k, 1), n - k + 1, half), 0.0)
    high = np.where(k < n, special.betaincinv(k + 1, np.maximum(n - k, 1), 1 - half), 1.0)
    return low, high


def rate_ratio_interval(
    before: Integers,
    after: Integers,
    *,
    before_length: float = 1.0,
    after_length: float = 1.0,
    confidence: float = 0.95,
) -> tuple[Floats, Floats]:
    """Return the exact interval for (after / after_length) / (before / before_length).

    Given the sum of the two counts, ``after`` is binomial with chance
    pi = r L1 / (r L1 + L0); the Clopper-Pearson limits of pi give those of r = pi/(1-pi) L0/L1.
    The low limit is 0 where ``after`` is 0, the high one infinite where ``before`` is 0.
    """
    low, high = binomial_interval(after, before + after, confidence=confidence)
    scale = before_length / after_length
    with np.errstate(divide="ignore"):
        return low / (1 - low) * scale, high / (1 - high) * scale


@dataclass(frozen=True)
class RatioOfRatios:
    """How the treated count moved compared with the control's, with its exact interval."""

    ratio: float  # (treated after / before) / (control after / before)
    low: float
    high: float
    p: float  # two-sided, twice the smaller exact tail, so that it agrees with the interval


def ratio_of_ratios(
    treated_before: int,
    treated_after: int,
    control_before: int,
    control_after: int,
    *,
    confidence: float = 0.95,
) -> RatioOfRatios:
    """Compare two changes: the treated places' with the control places'.

    Given both places' sums and the sum of both after counts, the treated after count follows
    Fisher's noncentral hypergeometric law whose odds ratio is the ratio of ratios. The limits are
    the odds ratios at which a tail of that law holds (1 - confidence) / 2. The ratio itself is the
    plain one that anybody can check by hand; it is missing where it would be 0/0. Windows of
    different length cancel, as both places share them.
    """
    margins = (
        treated_before + treated_after,
        control_before + control_after,
        treated_after + control_after,
    )
    ways, lowest = _log_ways(*margins)
    seen, half = treated_after - lowest, (1 - confidence) / 2
    tails = (_tail(ways, seen, 0.0, upper=True), _tail(ways, seen, 0.0, upper=False))
    return RatioOfRatios(
        ratio=_quotient(treated_after * control_before, treated_before * control_after),
        low=_odds_ratio_at(ways, seen, half, upper=True) if seen > 0 else 0.0,
        high=_odds_ratio_at(ways, seen, half, upper=False) if seen < ways.size - 1 else inf,
        p=min(1.0, 2 * min(tails)),
    )


def _first_no_likelier(k: Integers, n: Integers, chance: Floats) -> Integers:
    """Return the smallest outcome above the mean that is no likelier than k; n + 1 if none is.

    For k at or below the mean; probabilities fall from the mean upwards, so halving finds it.
    """
    limit = _log_probability(k, n, chance) + _TIE
    low = np.minimum(np.maximum(np.ceil(chance * n).astype(np.int64), k + 1), n + 1)
    high = n + 1
    while bool((low < high).any()):
        middle = (low + high) // 2
        inside = np.minimum(middle, n)
        enough = (middle > n) | (_log_probability(inside, n, chance) <= limit)
        high = np.where(enough, middle, high)
        low = np.where(enough, low, middle + 1)
    return low


def _log_probability(k: Integers, n: Integers, chance: Floats) -> Floats:
    """Return the logarithm of the binomial probability of k."""
    ways = special.gammaln(n + 1) - (special.gammaln(k + 1) + special.gammaln(n - k + 1))
    return np.asarray(ways + k * np.log(chance) + (n - k) * np.log1p(-chance), dtype=np.float64)


def _at_most(k: Integers, n: Integers, chance: Floats) -> Floats:
    """Return P(X <= k), 0 for k below 0."""
    inside = np.clip(k, 0, np.maximum(n - 1, 0))
    value = special.betainc(np.maximum(n - inside, 1), inside + 1, 1 - chance)
    return np.where(k < 0, 0.0, np.where(k >= n, 1.0, value))


def _log_ways(treated: int, control: int, after: int) -> tuple[Floats, int]:
    """Return log C(treated, k) C(control, after - k) for every possible k, and the lowest k."""
    lowest = max(0, after - control)
    k = np.arange(lowest, min(treated, after) + 1)
    halves = special.gammaln(k + 1) + special.gammaln(treated - k + 1)
    others = special.gammaln(after - k + 1) + special.gammaln(control - after + k + 1)
    return np.asarray(-halves - others, dtype=np.float64), lowest


def _tail(ways: Floats, seen: int, log_odds: float, *, upper: bool) -> float:
    """Return the share of one tail, the outcome seen included, at a given odds ratio."""
    terms = ways + log_odds * np.arange(ways.size)
    terms = np.exp(terms - terms.max())
    part = terms[seen:] if upper else terms[: seen + 1]
    return float(part.sum() / terms.sum())


def _odds_ratio_at(ways: Floats, seen: int, share: float, *, upper: bool) -> float:
    """Return the odds ratio at which a tail holds ``share``."""

    def distance(log_odds: float) -> float:
        return _tail(ways, seen, log_odds, upper=upper) - share

    reach = 1.0
    while distance(-reach) * distance(reach) > 0:
        reach *= 2
    return exp(float(optimize.brentq(distance, -reach, reach, xtol=1e-12)))


def _quotient(above: int, below: int) -> float:
    """Return a / b: infinite for a positive number over 0, missing for 0 over 0."""
    if below:
        return above / below
    return inf if above else nan

"""What a comparison that told nothing would have taken: the smallest fall, and the time.

With E incidents expected after an action, counts whose variance is D times their mean, and a
fraction f fewer, the upper limit of the ratio lies at 1 when E (1 - f) + z sqrt(D E (1 - f)) = E.
With x = sqrt(1 - f) and k = z sqrt(D / E) that is x² + k x - 1 = 0: the smallest fall that would be
told is 1 - x². Where fewer than D log(2 / (1 - confidence)) are expected not even none at all would
be told, for that is the exact upper limit of none. The normal approximation, and a D that stays as
it is when time goes on, make the figures rough: they are told as “about”, and never as a promise.
"""

from math import inf, log, sqrt
from statistics import NormalDist


def smallest_fall(expected: float, *, dispersion: float, confidence: float = 0.95) -> float:
    """Return the smallest fall, from 0 to 1, that would be told apart from no change.

    Infinite where none at all would not be.

    Examples
    --------
    >>> round(smallest_fall(100, dispersion=1), 2)
    0.18
    """
    if expected < _limit_of_none(dispersion, confidence):
        return inf
    k = _quantile(confidence) * sqrt(dispersion / expected)
    x = (sqrt(k * k + 4) - k) / 2
    return 1 - x * x


def expected_for(fall: float, *, dispersion: float, confidence: float = 0.95) -> float:
    """Return how many incidents must be expected for a fall to be told.

    Examples
    --------
    >>> round(expected_for(0.2, dispersion=1))
    77
    """
    k = fall / sqrt(1 - fall)
    least = _quantile(confidence) ** 2 * dispersion / (k * k)
    return max(least, _limit_of_none(dispersion, confidence))


def _limit_of_none(dispersion: float, confidence: float) -> float:
    """Return the exact upper limit of what is expected where nothing is seen."""
    return dispersion * log(2 / (1 - confidence))


def _quantile(confidence: float) -> float:
    """Return how many deviations the limits of an interval lie out."""
    return NormalDist().inv_cdf((1 + confidence) / 2)

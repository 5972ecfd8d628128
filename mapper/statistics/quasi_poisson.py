"""Counts of periods against what was expected of them, when counts vary more than chance.

A count has the variance of a Poisson one times a ratio (see
:mod:`mapper.statistics.period_dispersion`), known with some degrees of freedom only. As for two
counts (:mod:`mapper.statistics.quasi_binomial`), two tails are taken and the larger is told, for
each is too small somewhere: the Poisson tail of counts divided by the ratio, which keeps the skew
of small counts, and Student's, which knows the freedom. With a ratio of 1 and infinite freedom the
first is the exact Poisson tail. The trend is the score test of a quasi-Poisson regression of counts
on the number of the period.

Sources: McCullagh & Nelder (1989), Generalized Linear Models, chapters 6 and 9.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import gammainc, gammaincc

from mapper.base.types import Floats, Integers
from mapper.statistics.period_dispersion import PeriodDispersion
from mapper.statistics.quasi_binomial import student_tail


def quasi_poisson_tails(
    seen: npt.ArrayLike, expected: npt.ArrayLike, dispersion: PeriodDispersion
) -> tuple[Floats, Floats]:
    """Return the p of at least, and of at most, so many incidents; missing without a ratio.

    Parameters
    ----------
    seen, expected
        Counts and what was expected of them, above 0; shape (places, periods).
    dispersion
        Of the periods of each place.
    """
    ratio, freedom = dispersion.ratio[:, np.newaxis], dispersion.freedom[:, np.newaxis]
    x, mean = np.asarray(seen) / ratio, np.asarray(expected) / ratio
    at_least = np.where(x > 0, gammainc(np.where(x > 0, x, 1.0), mean), 1.0)
    at_most = gammaincc(x + 1, mean)
    score = (x - mean) / np.sqrt(mean)
    return (
        np.maximum(at_least, student_tail(score, freedom)),
        np.maximum(at_most, student_tail(-score, freedom)),
    )


def quasi_poisson_trend(
    counts: Integers, exposure: Floats, dispersion: PeriodDispersion
) -> tuple[Floats, Floats]:
    """Return the score of a steady rise or fall over the periods, and its two-sided p.

    The score is the weighted slope over its standard error; above 0 the place rises. Both are
    missing without a ratio or without an incident.

    Parameters
    ----------
    counts
        Oldest period first, shape (places, periods).
    exposure
        Length of each period, such as its days; shape (periods,).
    dispersion
        Of the periods of each place, in the same unit.
    """
    share = np.asarray(exposure, dtype=np.float64) / np.sum(exposure)
    number = np.arange(share.size) - (np.arange(share.size) * share).sum()
    total = counts.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(dispersion.ratio * total * (share * number**2).sum())
        score = np.where(total > 0, (counts @ number) / error, np.nan)
    return score, 2 * student_tail(np.abs(score), dispersion.freedom)

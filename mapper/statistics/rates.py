"""Per resident: has a place more incidents than its residents would suggest, and at what rate?

The test: if incidents fell in proportion to residents, those in a disc (a cell and its ring) would
be binomial with the disc's share of all residents; p is the exact upper tail. Beside it stands the
empirical Bayes rate (Marshall 1991), which draws the rate of a place of few residents towards the
mean of all: ``m = sum e / sum b``, ``s2 = sum b_i (r_i - m)^2 / sum b``,
``A = max(0, s2 - m / mean(b))``, ``theta_i = m + A / (A + m / b_i) (r_i - m)``.

What can mislead: residents are not the people there. Town centres, stations and hospitals have
few residents and many visitors, and will stand out. A place without residents has no rate: it is
missing, never an error. Repeat calls to one address make p too small and the interval too narrow.

Sources: Clopper & Pearson (1934), Biometrika 26; Garwood (1936), Biometrika 28; Marshall (1991),
Applied Statistics 40.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mapper.base.lazy import Lazy
from mapper.base.types import Floats, Integers
from mapper.grid.neighbours import Neighbours
from mapper.statistics.intervals import check_share, whole_counts

if TYPE_CHECKING:
    from scipy import special
else:
    special = Lazy("scipy.special")

PER = 1000  # residents
_SOMEBODY = 1e-6  # sharing residents out by area leaves slivers below it: nobody lives there


@dataclass(frozen=True, eq=False)
class PerResident:
    """The test of every disc against its residents; arrays have shape (cells,)."""

    p: Floats  # missing without known residents, and for isolated cells
    expected: Floats  # incidents its residents would suggest; missing as p
    incidents: Integers  # of the disc
    residents: Floats  # of the disc; missing where those of any of its cells are
    bayes_rate: Floats  # empirical Bayes incidents per 1,000 residents of the disc


@dataclass(frozen=True, eq=False)
class Rates:
    """Incidents per 1,000 residents with an exact interval; missing without residents."""

    rate: Floats
    low: Floats
    high: Floats


def find_per_resident(counts: Integers, residents: Floats, near: Neighbours) -> PerResident:
    """Test every disc against its share of the residents.

    Cells whose residents are not known take no part: their incidents leave the total, and discs
    that hold one are missing. Cells known to have no residents take part, with none.

    Parameters
    ----------
    counts
        Incidents (not weighted) of each cell, shape (cells,).
    residents
        Of each cell, 0 or more or missing, shape (cells,).
    near
        Neighbours of the same cells.

    Raises
    ------
    ValueError
        When counts are not whole, or residents are negative, infinite or of another shape.
    """
    counts, residents = whole_counts(counts, name="counts"), check_residents(residents)
    if counts.shape != residents.shape:
        raise ValueError(f"counts {counts.shape} and residents {residents.shape} differ in shape")
    known = ~np.isnan(residents)
    disc = counts + near.ring_sums(counts)
    people = residents + near.ring_totals(residents)
    usable = (people >= _SOMEBODY) & (near.degree > 0)
    total, everyone = int(counts[known].sum()), float(residents[known].sum())
    p, expected = np.full(counts.shape, np.nan), np.full(counts.shape, np.nan)
    share = np.minimum(people[usable] / everyone, 1.0) if usable.any() else people[usable]
    p[usable] = binomial_tail(disc[usable], total, share)
    expected[usable] = total * share
    people = np.where(near.degree > 0, people, np.nan)
    return PerResident(
        p=p,
        expected=expected,
        incidents=disc,
        residents=people,
        bayes_rate=PER * empirical_bayes(disc, people),
    )


def binomial_tail(seen: Integers, trials: int, share: Floats) -> Floats:
    """Return P(X >= seen) for X binomial, each with its own share, by the incomplete beta."""
    inside = np.clip(seen, 1, max(trials, 1))
    tail = special.betainc(inside, trials - inside + 1.0, share)
    return np.where(seen <= 0, 1.0, np.where(seen > trials, 0.0, tail))


def check_residents(residents: npt.ArrayLike) -> Floats:
    """Return residents as numbers of 0 or more, missing allowed.

    Raises
    ------
    ValueError
        When any is negative or infinite.
    """
    people = np.asarray(residents, dtype=np.float64)
    wrong = int(((people < 0) | np.isinf(people)).sum())
    if wrong:
        raise ValueError(f"residents: {wrong} values are negative or infinite")
    return people


def empirical_bayes(counts: Integers, residents: Floats) -> Floats:
    """Return Marshall's empirical Bayes rate per resident; missing without residents.

    Every rate lies between the place's own and the mean of all. A variance of the prior that
    comes out negative is set to 0: then every place has the mean.

    Parameters
    ----------
    counts
        Incidents of each place, shape (places,).
    residents
        Of each place, shape (places,); 0 (or a millionth) and missing give missing.
    """
    theta = np.full(counts.shape, np.nan)
    some = residents >= _SOMEBODY
    if not some.any():
        return theta
    events, base = counts[some].astype(np.float64), residents[some]
    raw = events / base
    mean = events.sum() / base.sum()
    spread = (base * (raw - mean) ** 2).sum() / base.sum()
    prior = max(0.0, spread - mean / base.mean())
    noise = mean / base
    weight = np.zeros(base.shape)
    np.divide(prior, prior + noise, out=weight, where=prior + noise > 0)
    theta[some] = np.clip(
        mean + weight * (raw - mean), np.minimum(raw, mean), np.maximum(raw, mean)
    )
    return theta


def rates_per_thousand(counts: Integers, residents: Floats, *, confidence: float = 0.95) -> Rates:
    """Return incidents per 1,000 residents with the exact Poisson interval (Garwood 1936).

    Parameters
    ----------
    counts, residents
        Of each place, shape (places,); 0 and missing residents give missing.
    confidence
        Of the interval, strictly between 0 and 1.
    """
    check_share(confidence, name="confidence")
    counts, residents = whole_counts(counts, name="counts"), check_residents(residents)
    half = (1 - confidence) / 2
    low = np.where(counts > 0, special.gammaincinv(np.maximum(counts, 1), half), 0.0)
    high = special.gammaincinv(counts + 1.0, 1 - half)
    base = np.where(residents >= _SOMEBODY, residents, np.nan) / PER
    return Rates(rate=counts / base, low=low / base, high=high / base)

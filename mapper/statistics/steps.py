"""Steps: parts whose share of all incidents stops, starts, halves or doubles at one moment.

What is asked
    Does a part (a district, a type, a flag) lose or gain its incidents at one period, while the
    rest goes on?
The test
    For each cut between two periods, the counts of part and rest before and after make a table of
    two by two; its likelihood ratio (G) over the dispersion of the part about its own two shares is
    F with 1 and T - 2 degrees of freedom. p is that of the best cut times the cuts tried
    (Bonferroni over cuts; the caller corrects over parts). Season and growth that part and rest
    share leave no trace.
What a step is
    The ratio of the part's odds after and before, and the same over the few periods next to the
    cut: a share that drifts, or follows its own season, moves little there and is no step.
What can mislead
    A step says that something began or ended, not what: a source, a rule of recording, or the world
    (in April 2020 anti-social behaviour doubled in the streets, not in the records alone).

Sources: Page (1955), Biometrika 42, and Worsley (1983), Biometrika 70, for the change of a share;
McCullagh & Nelder (1989), Generalized Linear Models, chapter 4.5, for the dispersion.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mapper.base.lazy import Lazy
from mapper.base.types import Flags, Floats, Integers

if TYPE_CHECKING:
    from scipy import special
else:
    special = Lazy("scipy.special")

LEAST_PERIODS = 2  # on either side of a cut
NEAR = 3  # periods next to a cut on either side, where a step is abrupt
_BY_ITSELF = np.log(10.0)  # of its rates, whatever the rest does
_HALF = 0.5  # incident added to each count of a ratio, so that none is infinite


@dataclass(frozen=True, eq=False)
class Steps:
    """The strongest step of each part; every array has shape (parts,)."""

    cut: Integers  # number of the first period after it; 0 where none can be told
    ratio: Floats  # odds of the part after, over those before
    near: Floats  # the same over the periods next to the cut
    expected: Floats  # incidents of the part on its emptier side, had nothing changed
    p: Floats  # of so strong a step at any cut; 1 where none can be told
    itself: Flags  # its own rate moves tenfold, or at least as far as that of the rest


def find_steps(parts: npt.ArrayLike, whole: npt.ArrayLike) -> Steps:
    """Return the strongest step of every part.

    Parameters
    ----------
    parts
        Incidents of each part, shape (parts, periods).
    whole
        All incidents, parts among them, shape (periods,).

    Raises
    ------
    ValueError
        When shapes do not fit or a part has more incidents than there are.

    Examples
    --------
    A part that ends after the third of six periods.

    >>> found = find_steps([[50, 52, 48, 0, 0, 0]], [200, 210, 190, 150, 160, 155])
    >>> int(found.cut[0]), bool(found.p[0] < 0.001), round(float(found.ratio[0]), 3)
    (3, True, 0.003)
    """
    x, n = np.asarray(parts, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    if x.ndim != 2 or n.shape != x.shape[1:] or bool((x > n).any()):  # noqa: PLR2004 - a table
        raise ValueError(f"parts {x.shape} do not fit the whole {n.shape}")
    size, periods = x.shape
    cuts = np.arange(LEAST_PERIODS, periods - LEAST_PERIODS + 1)
    if not cuts.size or not size:
        nothing, none = np.ones(size), np.zeros(size)
        no = np.zeros(size, dtype=bool)
        return Steps(none.astype(np.int64), nothing, nothing, none, nothing, no)
    strength = np.stack([_strength(x, n, cut) for cut in cuts.tolist()], axis=1)
    best = strength.argmax(axis=1)
    cut = cuts[best]
    p = special.fdtrc(1, periods - 2, strength[np.arange(size), best]) * cuts.size
    sides = np.array([_sides(row, n, at, periods) for row, at in zip(x, cut.tolist(), strict=True)])
    near = np.array([_sides(row, n, at, NEAR) for row, at in zip(x, cut.tolist(), strict=True)])
    return Steps(
        cut=cut.astype(np.int64),
        ratio=_odds_ratio(sides),
        near=_odds_ratio(near),
        expected=_expected(sides),
        p=np.minimum(p, 1.0),
        itself=_moves_itself(sides, cut, periods),
    )


def _strength(x: Floats, n: Floats, cut: int) -> Floats:
    """Return G of one cut over the dispersion about the shares of its two sides."""
    total, fitted = np.zeros(len(x)), np.empty_like(x)
    for side in (slice(None, cut), slice(cut, None)):
        a, all_ = x[:, side].sum(axis=1), n[side].sum()
        share = a / max(all_, 1)
        total += special.xlogy(a, share) + special.xlogy(all_ - a, 1 - share)
        fitted[:, side] = share[:, np.newaxis] * n[side]
    a, all_ = x.sum(axis=1), n.sum()
    share = a / max(all_, 1)
    g = 2 * (total - special.xlogy(a, share) - special.xlogy(all_ - a, 1 - share))
    variance = fitted * (1 - fitted / np.maximum(n, 1))
    squares = np.divide((x - fitted) ** 2, variance, out=np.zeros_like(x), where=variance > 0)
    return np.asarray(g / np.maximum(squares.sum(axis=1) / max(x.shape[1] - 2, 1), 1.0))


def _sides(x: Floats, n: Floats, cut: int, reach: int) -> tuple[float, float, float, float]:
    """Return part and rest before a cut, and part and rest after it, so many periods each."""
    before, after = slice(max(cut - reach, 0), cut), slice(cut, cut + reach)
    a, b = float(x[before].sum()), float(x[after].sum())
    return a, float(n[before].sum()) - a, b, float(n[after].sum()) - b


def _odds_ratio(sides: Floats) -> Floats:
    """Return the odds after over those before."""
    a, rest_a, b, rest_b = (sides + _HALF).T
    return np.asarray((b / rest_b) / (a / rest_a))


def _moves_itself(sides: Floats, cut: Integers, periods: int) -> Flags:
    """Tell whether the rate of the part moves tenfold, or at least as far as that of the rest."""
    a, rest_a, b, rest_b = (sides + _HALF).T
    longer = np.log((periods - cut) / cut)
    own, rest = np.log(b / a) - longer, np.log(rest_b / rest_a) - longer
    return np.asarray((np.abs(own) >= np.abs(rest)) | (np.abs(own) >= _BY_ITSELF))


def _expected(sides: Floats) -> Floats:
    """Return what the emptier side would hold by the share of the other."""
    a, rest_a, b, rest_b = sides.T
    after = a / np.maximum(rest_a, _HALF) * rest_b
    before = b / np.maximum(rest_b, _HALF) * rest_a
    return np.asarray(np.where(_odds_ratio(sides) < 1, after, before))

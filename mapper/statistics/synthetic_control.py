"""A synthetic control: the mixture of untreated places that ran like the treated one before.

Weights of 0 or more are fitted so that the mixture's counts by period before the action are
nearest to the treated place's own (non-negative least squares); the same weights of the same places
after the action are what was expected. p is the treated place's rank among placebo places: each
untreated place in turn is taken for treated, its mixture made of those that share no cell with it,
and its miss, over the square root of what was expected, set beside the treated one's.

What can mislead: with few periods a mixture of many places fits any past, and then tells little; it
is no better for placebo places, so p stays honest and loses power. A place above all others before
has no mixture that runs like it.

Sources: Abadie, Diamond & Hainmueller (2010), Journal of the American Statistical Association 105;
Doudchenko & Imbens (2016) for weights that need not add up to 1; Lawson & Hanson (1974).
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from mapper.base.types import Flags, Floats

_FEWEST_PLACES = 2  # that a mixture is made of
_SLIGHT = 1e-6  # a weight that only rounding left


@dataclass(frozen=True)
class SyntheticControl:
    """The treated place beside its mixture."""

    seen: float
    expected: float
    ratio: float  # missing where nothing is expected
    p: float  # two-sided rank among placebo places; 1 without any
    placebos: int
    used: int  # places in its mixture


def synthetic_control(before: Floats, after: Floats, apart: Flags) -> SyntheticControl:
    """Return how the first place came out against its mixture of the others.

    Parameters
    ----------
    before
        Incidents by period before the action, the treated place first; shape (places, periods).
    after
        Incidents after it, shape (places,).
    apart
        Which places share no cell, shape (places, places); the treated one is in no mixture.

    Raises
    ------
    ValueError
        When the shapes do not fit.
    """
    if not before.shape[:1] == after.shape == apart.shape[:1] == apart.shape[1:]:
        raise ValueError(f"before {before.shape}, after {after.shape} and apart {apart.shape}")
    donors = apart.copy()
    donors[:, 0] = False
    weights = [_mixture(before, number, donors[number]) for number in range(after.size)]
    expected = np.array([each @ after for each in weights])
    miss = np.abs(after - expected) / np.sqrt(expected + 1)
    placebo = miss[1:][donors[1:].sum(axis=1) >= _FEWEST_PLACES]
    return SyntheticControl(
        seen=float(after[0]),
        expected=float(expected[0]),
        ratio=float(after[0] / expected[0]) if expected[0] else float("nan"),
        p=(1 + int((placebo >= miss[0]).sum())) / (1 + placebo.size),
        placebos=int(placebo.size),
        used=int((weights[0] > _SLIGHT).sum()),
    )


def _mixture(before: Floats, number: int, donors: Flags) -> Floats:
    """Return the weight of every place in the mixture of one; shape (places,)."""
    weights = np.zeros(len(before))
    if donors.any():
        weights[donors] = nnls(before[donors].T, before[number])[0]
    return weights

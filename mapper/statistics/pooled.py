"""Several alike effects as one: random effects, the interval of Hartung and Knapp, heterogeneity.

Each effect is a ratio of incidents to what was expected, with its interval. They are taken to
differ from each other (places and actions do): what is told is their mean and how far apart they
lie. Source: Paule and Mandel 1982; Hartung and Knapp 2001; Higgins and Thompson 2002.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri, stdtrit

from mapper.base.lazy import Lazy

_meta: Any = Lazy("statsmodels.stats.meta_analysis")
FEWEST = 3  # effects: with two, the interval between them says nothing
NEEDS = (
    "What alike actions did together needs statsmodels, which is not installed: pip install"
    " 'mapper[terrain]', or make install in a checkout."
)

Effect = tuple[float, float, float]  # ratio, its lower and upper limit


@dataclass(frozen=True)
class Pooled:
    """The mean of several effects."""

    number: int
    ratio: float
    low: float
    high: float
    heterogeneity: float  # share of the differences that is beyond chance, 0 to 1 (I squared)


def pool(effects: Sequence[Effect], *, confidence: float = 0.95) -> Pooled | None:
    """Return the mean of effects under random effects, or nothing for under three.

    Parameters
    ----------
    effects
        Ratios with their limits at the confidence, all above 0 and finite.
    confidence
        Of the limits given and told.

    Raises
    ------
    ModuleNotFoundError
        When statsmodels is not installed.
    """
    if len(effects) < FEWEST:
        return None
    ratio, low, high = np.log(np.array(effects, dtype=np.float64)).T
    error = (high - low) / (2 * ndtri(0.5 + confidence / 2))
    # Its own tolerance: a tighter one ends in rounding below 0, which it takes for no variance
    found = _meta.combine_effects(ratio, error**2, method_re="iterated")
    # The mean of random effects, its variance scaled by how far apart the effects lie
    mean = float(found.mean_effect_re)
    reach = float(stdtrit(len(effects) - 1, 0.5 + confidence / 2)) * float(found.sd_eff_w_re_hksj)
    return Pooled(
        number=len(effects),
        ratio=float(np.exp(mean)),
        low=float(np.exp(mean - reach)),
        high=float(np.exp(mean + reach)),
        heterogeneity=max(0.0, float(found.i2)),
    )

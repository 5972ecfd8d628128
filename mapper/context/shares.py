"""One share against another: is something commoner here than elsewhere, and by how much?

The ratio of two shares a/n and b/m with the exact interval of two Poisson counts over n and m:
given a + b, a is binomial. Counts out of n vary a little less than Poisson counts do, so for
common things the interval is somewhat too wide, never too narrow. Repeat calls to one address make
it too narrow, as they do everywhere.

Source: Przyborowski & Wilenski (1940), Biometrika 31; Clopper & Pearson (1934), Biometrika 26.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from mapper.base.types import Floats, Integers
from mapper.statistics.intervals import binomial_interval

_DAYS_IN_MONTH = 365.25 / 12


@dataclass(frozen=True, eq=False)
class ShareRatio:
    """Shares here and elsewhere and their ratio; all of one shape, missing where 0/0."""

    here: Floats
    elsewhere: Floats
    ratio: Floats  # infinite where there is some here and none elsewhere
    low: Floats
    high: Floats
    excess: Floats  # incidents here beyond what the share elsewhere would put here


def compare_shares(
    some: Integers,
    of: Integers,
    some_elsewhere: Integers,
    of_elsewhere: Integers,
    *,
    confidence: float = 0.95,
) -> ShareRatio:
    """Compare ``some`` out of ``of`` with the same elsewhere; arrays of one shape."""
    with np.errstate(divide="ignore", invalid="ignore"):
        here, elsewhere = some / of, some_elsewhere / of_elsewhere
        chance = binomial_interval(some, some + some_elsewhere, confidence=confidence)
        low, high = (limit / (1 - limit) * (of_elsewhere / of) for limit in chance)
        known = (of > 0) & (of_elsewhere > 0)
        return ShareRatio(
            here=here,
            elsewhere=elsewhere,
            ratio=here / elsewhere,
            low=np.where(known, low, 0.0),
            high=np.where(known, high, np.inf),
            excess=some - of * elsewhere,
        )


def months_covered(first: date, last: date) -> float:
    """Return how many months two days and all between them are; whole for whole months."""
    after = last + timedelta(days=1)
    if first.day == after.day == 1:
        return float(12 * (after.year - first.year) + after.month - first.month)
    return (after - first).days / _DAYS_IN_MONTH

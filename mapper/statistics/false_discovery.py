"""Multiple testing: adjusted p-values (q) that bound the share of false finds among all finds.

Benjamini and Hochberg (1995) for independent or positively dependent tests, as overlapping discs
are; Benjamini and Yekutieli (2001) for any dependence. A cell is found when its q is at most
alpha; on constant data nothing is ever found.
"""

from typing import Literal

import numpy as np

from mapper.base.types import Flags, Floats


def benjamini_hochberg(p: Floats) -> Floats:
    """Return the Benjamini-Hochberg q of each p; missing p are left out and stay missing."""
    return _step_up(p, penalty=1.0)


def benjamini_yekutieli(p: Floats) -> Floats:
    """Return the Benjamini-Yekutieli q of each p; missing p are left out and stay missing."""
    tests = int((~np.isnan(p)).sum())
    return _step_up(p, penalty=penalty_of(tests, correction="by"))


def adjust(p: Floats, *, correction: Literal["bh", "by"] = "bh") -> Floats:
    """Return q by the correction named: ``bh`` or ``by``."""
    return benjamini_hochberg(p) if correction == "bh" else benjamini_yekutieli(p)


def discoveries(p: Floats, *, alpha: float, correction: Literal["bh", "by"] = "bh") -> Flags:
    """Return whether the q of each p is at most alpha; never where p is missing.

    The same answer as ``adjust(p) <= alpha`` for any alpha below 1, sorting only what can be found:
    no q is below its p.
    """
    tests = int((~np.isnan(p)).sum())
    penalty = penalty_of(tests, correction=correction)
    low = np.flatnonzero(p <= alpha)
    order = low[np.argsort(p[low])]
    scaled = p[order] * tests * penalty / np.arange(1, low.size + 1)
    kept = order[: np.flatnonzero(scaled <= alpha).max(initial=-1) + 1]
    passing = np.zeros(p.shape, dtype=np.bool_)
    passing[kept] = True
    return passing


def penalty_of(tests: int, *, correction: Literal["bh", "by"] = "bh") -> float:
    """Return what the dependence allowed between so many tests costs: 1, or 1 + 1/2 + 1/3 ..."""
    return 1.0 if correction == "bh" else float((1 / np.arange(1, tests + 1)).sum())


def _step_up(p: Floats, *, penalty: float) -> Floats:
    """Return min over later ranks of p * tests * penalty / rank, at most 1."""
    q = np.full(p.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known])]  # equal p get one q, in whatever order they come
    scaled = p[order] * known.size * penalty / np.arange(1, known.size + 1)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1)
    return q

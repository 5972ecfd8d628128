"""Where the classes of a map begin and end: quantiles, natural, head-tail or equal breaks.

Sources: Fisher (1958), Journal of the American Statistical Association 53, and Jenks (1977), the
natural breaks: the classes with the smallest squared differences inside; Jiang (2013), Professional
Geographer 65, head-tail breaks. Tests compare each with mapclassify.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

import numpy as np

from mapper.base.types import Floats

Scheme = Literal["quantiles", "natural", "head-tail", "equal"]


def class_breaks(values: Floats, *, classes: int = 5, scheme: Scheme = "quantiles") -> Floats:
    """Return the upper bound of each class of a map, smallest first.

    Fewer bounds than asked for come back where values repeat, and where head-tail breaks find
    fewer classes; missing values are left out.

    Parameters
    ----------
    values
        What is coloured; leave zeros out where they have a colour of their own.
    classes
        How many; head-tail breaks choose their own number.
    scheme
        ``quantiles`` (as many cells each), ``natural`` (Fisher and Jenks), ``head-tail`` (for
        heavy tails) or ``equal`` steps.
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    distinct = np.unique(known)
    return distinct if distinct.size <= classes else np.unique(_BREAKS[scheme](known, classes))


def _quantiles(values: Floats, classes: int) -> Floats:
    """Return bounds that hold as many values each."""
    return np.quantile(values, np.arange(1, classes + 1) / classes)


def _equal(values: Floats, classes: int) -> Floats:
    """Return bounds the same step apart."""
    return np.linspace(values.min(), values.max(), classes + 1)[1:]


def _head_tail(values: Floats, _classes: int) -> Floats:
    """Return the mean, the mean of what is above it, and so on; the largest value is the last."""
    bounds = []
    while values.size and values.min() < values.max():
        bounds.append(values.mean())
        values = values[values > bounds[-1]]
    return np.array([*bounds, *values[:1]])


def _natural(values: Floats, classes: int) -> Floats:
    """Return the bounds of the classes with the smallest sum of squared differences inside.

    Exact, by dynamic programming over the distinct values: the best k classes of the first j
    values are the best k - 1 of the first i, and one class of the rest.
    """
    distinct, number = np.unique(values, return_counts=True)
    centred = distinct - distinct.mean()  # the sums of squares lose no digits then
    held = np.concatenate([[0], np.cumsum(number)])
    sums = np.concatenate([[0], np.cumsum(number * centred)])
    squares = np.concatenate([[0], np.cumsum(number * centred**2)])

    def inside(upto: int) -> Floats:
        """Return the squared differences of values i to upto, for every i below upto."""
        many, total = held[upto] - held[:upto], sums[upto] - sums[:upto]
        return np.asarray(squares[upto] - squares[:upto] - total**2 / many)

    best = np.concatenate([[0.0], np.full(distinct.size, np.inf)])
    starts = np.zeros((classes + 1, distinct.size + 1), dtype=np.int64)
    for number_of in range(1, classes + 1):
        after = np.full(distinct.size + 1, np.inf)
        for upto in range(number_of, distinct.size + 1):
            cost = best[:upto] + inside(upto)
            starts[number_of, upto] = np.argmin(cost)
            after[upto] = cost[starts[number_of, upto]]
        best = after
    bounds, upto = [], distinct.size
    for number_of in range(classes, 0, -1):
        bounds.append(distinct[upto - 1])
        upto = int(starts[number_of, upto])
    return np.array(bounds)


_BREAKS: Mapping[Scheme, Callable[[Floats, int], Floats]] = MappingProxyType(
    {"quantiles": _quantiles, "natural": _natural, "head-tail": _head_tail, "equal": _equal}
)

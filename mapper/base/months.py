"""The months of many moments at once."""

from typing import Any

import numpy as np

Moments = np.ndarray[tuple[int], np.dtype[np.datetime64]]


def months_of(moment: "np.ndarray[Any, np.dtype[np.datetime64]]") -> Moments:
    """Return the month of each moment; shape (moments,), which must be known.

    The months of all days between the first and the last are looked up: one by one they cost ten
    times as much.

    Examples
    --------
    >>> months_of(np.array(["2024-02-29T10:00", "2024-03-01T00:00"], "datetime64[us]")).tolist()
    [datetime.date(2024, 2, 1), datetime.date(2024, 3, 1)]
    """
    day = moment.astype("datetime64[D]")
    if not day.size:
        return day.astype("datetime64[M]")
    first = day.min()
    every = np.arange(first, day.max() + 1).astype("datetime64[M]")
    return np.asarray(every[(day - first).astype(np.int64)])

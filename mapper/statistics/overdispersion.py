"""Overdispersion: do incidents come in bunches, and what if each place counts once a day?

Repeat calls to one address break the null of the single-place question (the over-represented and
per-resident ones allow for bunches): five calls about one quarrel are one event, not five. The
ratio of variance to mean says how far counts are from independent incidents (1 for those); counting
each location-day once shows what is left when the same place on the same day counts one time.

A variance to mean ratio above 1 has two causes that it cannot tell apart: bunches, and places that
differ from each other. Given the expected counts, the second is taken out.
"""

from dataclasses import dataclass
from math import nan

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.base.types import Flags, Floats, Integers
from mapper.grid.points import number_points

_EVEN = 1.5  # up to here incidents are called about independent


@dataclass(frozen=True)
class Dispersion:
    """How unevenly incidents lie, beyond chance."""

    ratio: float  # 1 for independent incidents; missing where nothing is counted
    given_expected: bool  # against expected counts, not against one mean

    def sentence(self) -> str:
        """Return the finding in plain words."""
        if np.isnan(self.ratio):
            return "No incident is counted, so nothing can be said of bunches."
        if self.ratio <= _EVEN:
            return f"Incidents lie about as independent ones would (ratio {self.ratio:.1f})."
        against = "their expected counts allow" if self.given_expected else "independent ones would"
        return (
            f"Counts vary {self.ratio:.1f} times as much as {against}: some incidents come in"
            " bunches, such as repeat calls, or places differ. Read p-values of single places"
            " with that in mind, or count each location-day once."
        )


def measure_dispersion(counts: Integers, *, expected: Floats | None = None) -> Dispersion:
    """Return the variance to mean ratio of counts, or Pearson's ratio given expected counts.

    Parameters
    ----------
    counts
        Incidents of each cell, shape (cells,).
    expected
        What each cell would have, shape (cells,): the mean of ``(count - expected)^2 / expected``
        over cells that expect any, times n / (n - 1).
    """
    if expected is None:
        expected = np.full(counts.shape, counts.mean() if counts.size else 0.0)
        given = False
    else:
        given = True
    used = expected > 0
    if int(used.sum()) <= 1 or not counts.any():
        return Dispersion(ratio=nan, given_expected=given)
    parts = (counts[used] - expected[used]) ** 2 / expected[used]
    return Dispersion(ratio=float(parts.sum() / (int(used.sum()) - 1)), given_expected=given)


def first_of_location_day(
    lon: Floats,
    lat: Floats,
    start: npt.NDArray[np.datetime64],
    *,
    counted: Flags | None = None,
) -> Flags:
    """Return which incidents are the first, in the order given, at their place on their day.

    Where the data knows months only, this keeps one incident a place and month.

    Parameters
    ----------
    lon, lat
        Degrees, shape (incidents,).
    start
        When each began; one without a time is always kept, as its day is not known.
    counted
        Which incidents compete, by default all; the others give False.

    Raises
    ------
    ValueError
        When the shapes differ.
    """
    if not lon.shape == lat.shape == start.shape:
        raise ValueError(f"lon {lon.shape}, lat {lat.shape} and start {start.shape} differ")
    counted = np.ones(lon.shape, dtype=np.bool_) if counted is None else counted
    use = np.flatnonzero(counted)
    days = start[use].astype("datetime64[D]")
    places = {"point": number_points(lon[use], lat[use]), "day": days}
    repeated = pd.DataFrame(places).duplicated().to_numpy() & ~np.isnat(days)
    kept = np.zeros(lon.shape, dtype=np.bool_)
    kept[use] = ~repeated
    return kept

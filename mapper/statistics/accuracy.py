"""Accuracy: how many later incidents lie in the cells that a ranking would have chosen before.

What is measured
    A ranking sees a training window and nothing later. At a share a of the study area's land:
    hit rate H = hits / N, with N the incidents of the test window in the study area;
    PAI = H / a; PEI = PAI / the best PAI possible at the same area, that of the cells which turned
    out to be densest. Incidents are counted whole, without weights.
Exactly a share of the area
    Cells are taken in the order of the ranking until the area is reached. The last one, or the
    last set of cells that share a place, is taken in part, with the same part of its hits: what
    would be expected if that part of it were picked blindly. So every ranking has exactly the same
    area, and the best one possible is exactly the best.
Splits
    ``rolling_splits`` moves a training window of fixed length on; ``single_split`` trains once and
    tests on all later periods. A test window is always later than its training window.
Intervals
    Percentile bootstrap over test periods, seeded and paired: the same periods are drawn for every
    ranking, so ``gain`` (the hit rate less that of a named rival) has an interval of its own. The
    cells of the best choice stay those of the whole test window. With few periods the interval is
    rough and too narrow; with one it is missing. The choice of training window is not in it.
What can mislead
    On snapped public coordinates a busy map point stays busy, which flatters every ranking; where
    the set of snap points changes between the windows, no figure means anything.
Sources
    Chainey, Tompson & Uhlig (2008), Security Journal 21 (PAI); Hunt (2016), thesis, Rutgers (PEI).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.base.files import Progress, no_progress
from mapper.base.types import Floats, Integers
from mapper.statistics.intervals import check_share, whole_counts
from mapper.statistics.placing import hits_within, places
from mapper.statistics.rankings import LAST_YEAR, History, Ranking

AREA_SHARES = (0.01, 0.02, 0.05, 0.1)
BEST = "best possible"
ACCURACY_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "ranking": "str",
        "area_share": "float64",
        "area_km2": "float64",
        "hits": "float64",  # in part where the last cell is taken in part
        "incidents": "int64",  # of all test windows
        "hit_rate": "float64",
        "hit_rate_low": "float64",
        "hit_rate_high": "float64",
        "pai": "float64",
        "pai_low": "float64",
        "pai_high": "float64",
        "pei": "float64",
        "pei_low": "float64",
        "pei_high": "float64",
        "gain": "float64",  # hit rate less the reference's
        "gain_low": "float64",
        "gain_high": "float64",
    }
)


@dataclass(frozen=True)
class Split:
    """Periods to train on and later periods to test on, by number."""

    train: tuple[int, ...]
    test: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.train or not self.test or min(self.train) < 0:
            raise ValueError("a split needs periods to train on and periods to test on")
        if max(self.train) >= min(self.test):
            raise ValueError(
                f"period {min(self.test)} is tested but period {max(self.train)} trained on:"
                " test periods must all be later"
            )


@dataclass(frozen=True)
class AccuracyTest:
    """How accuracy is measured."""

    area_shares: tuple[float, ...] = AREA_SHARES
    replicates: int = 1000
    seed: int = 1
    confidence: float = 0.95
    reference: str = LAST_YEAR  # the rival that ``gain`` compares with

    def __post_init__(self) -> None:
        for share in self.area_shares:
            check_share(share, name="area_share")
        check_share(self.confidence, name="confidence")
        if not self.area_shares or self.replicates < 1 or self.seed < 0:
            raise ValueError("a trial needs an area share, 1 replicate and a seed of 0 or more")


def single_split(periods: int, *, train: int) -> Split:
    """Return the split that trains on the first so many periods and tests on all others."""
    return Split(tuple(range(train)), tuple(range(train, periods)))


def rolling_splits(
    periods: int, *, train: int, test: int = 1, first: int | None = None
) -> tuple[Split, ...]:
    """Return splits that move on by their test window until the periods end.

    Parameters
    ----------
    periods
        Number of periods.
    train, test
        Lengths of the two windows in periods, 1 or more.
    first
        The first period to test, ``train`` when not given.

    Raises
    ------
    ValueError
        When a length is below 1 or no split fits.
    """
    start = train if first is None else first
    if train < 1 or test < 1 or start < train or start + test > periods:
        raise ValueError(
            f"{periods} periods do not hold {train} to train on and {test} to test from {start} on"
        )
    return tuple(
        Split(tuple(range(at - train, at)), tuple(range(at, at + test)))
        for at in range(start, periods - test + 1, test)
    )


def accuracy_table(
    history: History,
    splits: Sequence[Split],
    rankings: Mapping[str, Ranking],
    *,
    area_km2: Floats,
    demand: Integers | None = None,
    trial: AccuracyTest | None = None,
    progress: Progress = no_progress,
) -> pd.DataFrame:
    """Return the accuracy of every ranking at every share of the area.

    Parameters
    ----------
    history
        Counts of all periods, those to train on and those to test on.
    splits
        What is trained on and tested on.
    rankings
        By name; each is only ever shown the training periods.
    area_km2
        Land of each cell, shape (cells,).
    demand
        All incidents by cell and period, as ``history.counts``, for rankings that need them.
    trial
        Shares of the area, replicates, seed, confidence and reference.
    progress
        Called after every ranking of every split; what it raises stops the work.

    Returns
    -------
    pandas.DataFrame
        Columns of ``ACCURACY_COLUMNS``, one row for each ranking and share; the rows of
        ``best possible`` come last.

    Raises
    ------
    ValueError
        When shapes differ, a split lies outside the periods, the reference is not among the
        rankings, or no incident lies in any test window.
    """
    trial = trial or AccuracyTest()
    counts = whole_counts(history.counts, name="counts")
    _check(counts, splits, rankings, area_km2, demand, trial)
    names = [*rankings, BEST]
    parts: list[list[Floats]] = []
    tested: list[int] = []
    for number, split in enumerate(splits):
        test = counts[:, list(split.test)]
        orders = _orders(history, split, rankings, demand, progress, number / len(splits))
        orders.append(places(test.sum(axis=1) / area_km2))
        parts.append([hits_within(order, test, area_km2, trial.area_shares) for order in orders])
        tested.extend(split.test)
    hits = np.concatenate([np.array(part) for part in parts], axis=2)  # names, shares, units
    progress("Measured accuracy", 1.0)
    return _table(names, hits, np.array(tested), counts.sum(axis=0), float(area_km2.sum()), trial)


def _orders(
    history: History,
    split: Split,
    rankings: Mapping[str, Ranking],
    demand: Integers | None,
    progress: Progress,
    done: float,
) -> list[Integers]:
    """Return the places that each ranking gives when shown the training periods alone."""
    train = list(split.train)
    seen = replace(
        history,
        counts=history.counts[:, train],
        demand=None if demand is None else demand[:, train].sum(axis=1),
    )
    orders = []
    for name, ranking in rankings.items():
        progress(f"Ranking by {name}", done)
        orders.append(ranking(seen))
    return orders


def _table(
    names: list[str],
    hits: Floats,
    tested: Integers,
    incidents: Integers,
    area: float,
    trial: AccuracyTest,
) -> pd.DataFrame:
    """Return the table of all measures from hits by name, share and tested period."""
    found = incidents[tested]
    drawn = _drawn_periods(tested, trial)
    shares = np.array(trial.area_shares)
    rate = _rates(hits, found, np.ones((1, tested.size)))[..., 0]
    replicated = _rates(hits, found, drawn)
    at = names.index(trial.reference)
    columns: dict[str, npt.NDArray[np.generic]] = {
        "ranking": np.repeat(np.array(names, dtype=object), shares.size),
        "area_share": np.tile(shares, len(names)),
        "area_km2": np.tile(shares * area, len(names)),
        "hits": hits.sum(axis=2).ravel(),
        "incidents": np.full(len(names) * shares.size, found.sum()),
    }
    per_area = shares[:, np.newaxis]
    for name, value, copies in (
        ("hit_rate", rate, replicated),
        ("pai", rate / shares, replicated / per_area),
        ("pei", _over(rate, rate[-1]), _over(replicated, replicated[-1])),
        ("gain", rate - rate[at], replicated - replicated[at]),
    ):
        low, high = _interval(copies, tested, trial)
        columns |= {name: value.ravel(), f"{name}_low": low.ravel(), f"{name}_high": high.ravel()}
    return pd.DataFrame(columns).astype(dict(ACCURACY_COLUMNS))[list(ACCURACY_COLUMNS)]


def _drawn_periods(tested: Integers, trial: AccuracyTest) -> Floats:
    """Return how often each tested period is drawn in each replicate, shape (replicates, units)."""
    distinct, number = np.unique(tested, return_inverse=True)
    rng = np.random.default_rng(trial.seed)
    even = np.full(distinct.size, 1 / distinct.size)
    times = rng.multinomial(distinct.size, even, size=trial.replicates)
    return times[:, number].astype(np.float64)


def _rates(hits: Floats, found: Integers, drawn: Floats) -> Floats:
    """Return hit rates by name, share and replicate; missing where no incident was drawn."""
    return _over(hits @ drawn.T, drawn @ found)


def _over(above: Floats, below: Floats) -> Floats:
    """Divide, missing where there is nothing to divide by."""
    above, below = np.broadcast_arrays(above, below)
    ratio = np.full(above.shape, np.nan)
    np.divide(above, below, out=ratio, where=below > 0)
    return ratio


def _interval(copies: Floats, tested: Integers, trial: AccuracyTest) -> tuple[Floats, Floats]:
    """Return the percentile interval over replicates; missing with a single tested period."""
    if np.unique(tested).size == 1:
        missing = np.full(copies.shape[:2], np.nan)
        return missing, missing
    half = (1 - trial.confidence) / 2
    known = ~np.isnan(copies).any(axis=(0, 1))
    low, high = np.quantile(copies[..., known], [half, 1 - half], axis=2)
    return low, high


def _check(
    counts: Integers,
    splits: Sequence[Split],
    rankings: Mapping[str, Ranking],
    area_km2: Floats,
    demand: Integers | None,
    trial: AccuracyTest,
) -> None:
    """Raise once, naming everything that does not fit."""
    faults = []
    if counts.ndim != 2 or area_km2.shape != counts.shape[:1]:  # noqa: PLR2004 - cells and periods
        faults.append(f"counts {counts.shape} must be (cells, periods), area {area_km2.shape}")
    elif not splits or max(max(split.test) for split in splits) >= counts.shape[1]:
        faults.append(f"splits must lie within the {counts.shape[1]} periods, and be at least one")
    elif not sum(int(counts[:, list(split.test)].sum()) for split in splits):
        faults.append("no incident lies in any test window")
    if not bool((area_km2 > 0).all()):
        faults.append("area_km2 must be above 0 in every cell")
    if demand is not None and demand.shape != counts.shape:
        faults.append(f"demand {demand.shape} and counts {counts.shape} differ")
    if trial.reference not in rankings or BEST in rankings:
        faults.append(f"{trial.reference!r} must be among the rankings, and {BEST!r} must not")
    if faults:
        raise ValueError("; ".join(faults))

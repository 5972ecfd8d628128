r"""Risk terrain: which kinds of place nearby go with more incidents, among cells otherwise alike.

The model
    The count of a cell is negative binomial with mean :math:`\mu` and variance
    :math:`\mu + a \mu^2`, and

    .. math:: \log \mu = b_0 + b_1 \log(1 + \text{residents}) + f(\text{place}) + \sum_k b_k z_k

    with :math:`z_k = 1` for a cell that lies near a place of kind k, and f a smooth surface: bumps
    on the middles of coarse cells, which takes up that one end of the area is busier than another.
    :math:`e^{b_k}` is how many times the incidents of cells alike in all else go with kind k.
Intervals
    Cells side by side share what the model does not know. Intervals and p therefore come from the
    sandwich over blocks of about fifty cells, not from the count of cells.
Held out
    Blocks are parted into folds. Each is foretold by a model that never saw it, once with and once
    without the kinds; the gain is the mean difference of the logarithmic score per incident. At or
    below 0 the kinds say nothing of places not yet seen, however small a p is.
What can mislead
    Association, never cause: stations, shops and bars stand where people are, and incidents are
    recorded where people are. Kinds that stand together share or steal each other's part.
Sources
    Caplan, Kennedy & Miller (2011), Justice Quarterly 28, for the idea; Cameron & Trivedi (2013),
    Regression Analysis of Count Data; Liang & Zeger (1986), Biometrika 73, for the sandwich. Fitted
    by statsmodels.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import gammaln
from scipy.stats import norm

from mapper.base.errors import RequestError
from mapper.base.lazy import Lazy
from mapper.base.types import Flags, Floats, Integers
from mapper.grid.hexagons import Cells, cell_resolution, cells_to_parents, cells_to_points
from mapper.statistics.false_discovery import benjamini_hochberg

MOST_BUMPS = 40
FEWEST_CELLS = 20  # near a kind, and away from it, below which nothing is said of it
FOLDS = 5
_BLOCK_STEPS = 2  # resolutions coarser than cells: about fifty cells each
_FEWEST_BLOCKS = 10
_LEAST_ALPHA = 1e-6
_ROUNDS = 3
_KM = 111.195  # kilometres of a degree

_glm: Any = Lazy("statsmodels.genmod.generalized_linear_model")
_families: Any = Lazy("statsmodels.genmod.families")


@dataclass(frozen=True, eq=False)
class Terrain:
    """What goes with each kind of place, and what the model expects of each cell."""

    ratio: Floats  # times the incidents of cells alike; shape (kinds,)
    low: Floats
    high: Floats
    p: Floats  # two-sided
    q: Floats  # Benjamini-Hochberg over the kinds
    expected: Floats  # shape (cells,)
    residual: Floats  # Pearson: (count - expected) / standard deviation; shape (cells,)
    alpha: float  # of the variance
    gain: float  # of the logarithmic score per incident, held out
    gain_error: float  # its standard error, over blocks
    blocks: int


def fit_terrain(
    counts: Integers, residents: Floats, near: Flags, *, cells: Cells, confidence: float = 0.95
) -> Terrain:
    """Return which kinds of place go with more incidents.

    Parameters
    ----------
    counts
        Incidents, shape (cells,).
    residents
        Missing where unknown, which counts as none; shape (cells,).
    near
        Whether each cell lies near each kind, shape (cells, kinds); each kind has at least
        ``FEWEST_CELLS`` cells near it and away from it.
    cells
        The sorted cells, of one resolution.
    confidence
        Of each interval.

    Raises
    ------
    RequestError
        When statsmodels is not installed, or the area is too small to be parted into blocks.
    """
    block = blocks_of(cells)
    base = _base_columns(residents, cells)
    full = np.column_stack([base, near.astype(np.float64)])
    fit, alpha = _fitted(counts, full, block, rounds=_ROUNDS)
    kinds = slice(base.shape[1], None)
    slope, error = np.asarray(fit.params)[kinds], np.asarray(fit.bse)[kinds]
    reach = float(norm.ppf((1 + confidence) / 2)) * error
    p = 2 * norm.sf(np.abs(slope / error))
    expected = np.asarray(fit.fittedvalues, dtype=np.float64)
    gain, gain_error = _held_out(counts, base, full, block)
    return Terrain(
        ratio=np.exp(slope),
        low=np.exp(slope - reach),
        high=np.exp(slope + reach),
        p=p,
        q=benjamini_hochberg(p),
        expected=expected,
        residual=(counts - expected) / np.sqrt(expected + alpha * expected**2),
        alpha=alpha,
        gain=gain,
        gain_error=gain_error,
        blocks=int(block.max()) + 1,
    )


def blocks_of(cells: Cells) -> Integers:
    """Return the number of the block of each cell, for the sandwich and the folds.

    Raises
    ------
    RequestError
        When there are too few.
    """
    coarse = cells_to_parents(cells, resolution=cell_resolution(int(cells[0])) - _BLOCK_STEPS)
    names, block = np.unique(coarse, return_inverse=True)
    if names.size < _FEWEST_BLOCKS:
        raise RequestError(
            f"The area has only {names.size} blocks of about fifty cells, and {_FEWEST_BLOCKS} are"
            " needed to tell what goes with what. Choose a larger area."
        )
    return np.asarray(block, dtype=np.int64)


def _base_columns(residents: Floats, cells: Cells) -> Floats:
    """Return the columns of everything but the kinds: level, residents, and a smooth surface."""
    people = np.log1p(np.nan_to_num(residents, nan=0.0))
    columns = [np.ones(cells.size), *([people] if np.ptp(people) else []), *_bumps(cells)]
    return np.column_stack(columns)


def _bumps(cells: Cells) -> Floats:
    """Return gaussian bumps on the middles of coarse cells, shape (bumps, cells), none for one."""
    resolution = cell_resolution(int(cells[0])) - 1
    middles = np.unique(cells_to_parents(cells, resolution=resolution))
    while middles.size > MOST_BUMPS:
        resolution -= 1
        middles = np.unique(cells_to_parents(cells, resolution=resolution))
    if middles.size == 1:
        return np.zeros((0, cells.size))
    x, y = _flat(cells, cells)
    at_x, at_y = _flat(middles, cells)
    away = np.hypot(x - at_x[:, np.newaxis], y - at_y[:, np.newaxis])
    between = np.hypot(at_x - at_x[:, np.newaxis], at_y - at_y[:, np.newaxis])
    width = float(np.median(np.sort(between, axis=1)[:, 1]))
    heights: Floats = np.exp(-0.5 * (away / width) ** 2)
    return np.asarray(heights - heights.mean(axis=1, keepdims=True))


def _flat(cells: Cells, about: Cells) -> tuple[Floats, Floats]:
    """Return the middles of cells in kilometres on a plane about the middle of others."""
    lon, lat = cells_to_points(cells)
    middle = float(cells_to_points(about)[1].mean())
    return lon * _KM * np.cos(np.radians(middle)), lat * _KM


def _fitted(
    counts: Integers, columns: Floats, block: Integers | None = None, *, rounds: int = 1
) -> tuple[Any, float]:
    """Return the negative binomial fit and its dispersion, found in turn from a Poisson fit."""
    fit = _regression(counts, columns, None, None)
    alpha = _LEAST_ALPHA
    for left in reversed(range(rounds)):
        expected = np.asarray(fit.fittedvalues)
        weight = 1 / (1 + alpha * expected) ** 2
        beyond = float((weight * ((counts - expected) ** 2 - expected)).sum())
        alpha = max(beyond / float((weight * expected**2).sum()), _LEAST_ALPHA)
        last = block if left == 0 else None
        fit = _regression(counts, columns, alpha, last, np.asarray(fit.params))
    return fit, alpha


def _regression(
    counts: Integers,
    columns: Floats,
    alpha: float | None,
    block: Integers | None,
    start: Floats | None = None,
) -> Any:
    """Return one fit of statsmodels; Poisson without a dispersion.

    Raises
    ------
    RequestError
        When statsmodels is not installed.
    """
    try:
        family = _families.Poisson() if alpha is None else _families.NegativeBinomial(alpha=alpha)
        model = _glm.GLM(counts, columns, family=family)
    except ModuleNotFoundError as error:
        raise RequestError(
            "Risk terrain needs statsmodels, which is not installed: pip install 'mapper[terrain]',"
            " or make install in a checkout."
        ) from error
    if block is None:
        return model.fit(start_params=start)
    return model.fit(start_params=start, cov_type="cluster", cov_kwds={"groups": block})


def _held_out(counts: Integers, base: Floats, full: Floats, block: Integers) -> tuple[float, float]:
    """Return the gain of the score per incident on blocks never seen, and its standard error."""
    number = int(block.max()) + 1
    fold = np.random.default_rng(0).permutation(number)[block] % FOLDS
    gain = np.zeros(counts.size)
    for one in range(FOLDS):
        out = fold == one
        for columns, sign in ((full, 1.0), (base, -1.0)):
            fit, alpha = _fitted(counts[~out], columns[~out])
            expected = np.asarray(fit.predict(columns[out]))
            gain[out] += sign * log_score(counts[out], expected, alpha)
    by_block = np.bincount(block, weights=gain, minlength=number)
    total = max(int(counts.sum()), 1)
    error = np.sqrt(number * by_block.var(ddof=1))
    return float(by_block.sum() / total), float(error / total)


def log_score(counts: Integers, expected: Floats, alpha: float) -> Floats:
    """Return the negative binomial log probability of each count."""
    k = 1 / alpha
    law = gammaln(counts + k) - gammaln(k) - gammaln(counts + 1)
    scores: Floats = (
        law - k * np.log1p(alpha * expected) + counts * (np.log(expected) - np.log(k + expected))
    )
    return scores

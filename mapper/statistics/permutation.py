r"""Exact permutation tails of ring and disc sums: no random draws, no floor at 1/1000.

What is computed
    The number of k-subsets of n whole-number scores whose sum is at least s, as a share of all
    k-subsets. A permutation null for a ring or disc sum depends only on the multiset of scores and
    on k, so one table for each k serves every cell.
How
    With :math:`e_k(y)` the k-th elementary symmetric polynomial of :math:`y^{x_1},...,y^{x_n}`, the
    coefficient at :math:`y^s` counts the subsets with sum s. Newton's identity
    :math:`k\,e_k = \sum_{m=1}^{k} (-1)^{m-1} e_{k-m}\,p_m`, :math:`p_m(y)=\sum_i y^{m x_i}`, is
    evaluated at the nodes of a fast Fourier transform and divided by C(n, k) on the way, so that
    every number stays a probability. Small cases add positive terms only (``_by_addition``), which
    is the second road the tests compare with.
What can mislead
    The transform is right to about 1e-15 absolutely, not relatively: a p below 1e-12 is reported
    as 1e-12 and shown as "below 1e-12".
Source
    Newton's identities are classical; their use for exact local statistics on a hexagon grid is
    this project's own.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mapper.base.types import Floats, Integers

SMALLEST_P = 1e-12  # what the transform can still tell from nothing, with a wide margin
_ROOMY = 64  # entries of a look-up table for each cell: beyond it, sorting takes less
_SMALL = 40  # up to this many scores the sum of positive terms is as quick as the transform


@dataclass(frozen=True, eq=False)
class SubsetTails:
    """Upper tails of the sum of a random k-subset, for k = 0 .. ``largest``."""

    scores: Integers  # the whole multiset, shape (n,), each 0 or more
    tails: Floats  # tails[k, s] = P(sum of a random k-subset >= s), shape (largest + 1, sums + 2)

    @property
    def largest(self) -> int:
        """The largest subset size in the table."""
        return len(self.tails) - 1

    def upper(self, sizes: Integers, sums: Integers) -> Floats:
        """Return P(sum >= s) for subsets of the given sizes; any integer s is allowed."""
        column = np.clip(sums, 0, self.tails.shape[1] - 1)
        return np.asarray(self.tails[sizes, column], dtype=np.float64)


def subset_tails(scores: Integers, *, largest: int) -> SubsetTails:
    """Tabulate the upper tails of random subset sums for every size up to ``largest``.

    Parameters
    ----------
    scores
        Whole numbers of 0 or more, shape (n,).
    largest
        The largest subset size, at most n.

    Raises
    ------
    ValueError
        When a score is negative or not whole, or ``largest`` exceeds n.
    """
    scores = np.asarray(scores)
    if not np.issubdtype(scores.dtype, np.integer) or (scores.size and scores.min() < 0):
        raise ValueError("scores must be whole numbers of 0 or more")
    if not 0 <= largest <= scores.size:
        raise ValueError(f"subsets of {largest} cannot be drawn from {scores.size} scores")
    scores = scores.astype(np.int64)
    top = int(np.partition(scores, -largest)[-largest:].sum()) if largest else 0
    mass = _by_addition if scores.size <= _SMALL else _by_transform
    shares = mass(scores, largest, top + 1)
    tails = np.zeros((largest + 1, top + 2))  # the last column is P(sum > top) = 0
    tails[:, :-1] = np.cumsum(shares[:, ::-1], axis=1)[:, ::-1]
    np.clip(tails, 0, 1, out=tails)
    tails[:, 0] = 1.0
    return SubsetTails(scores=scores, tails=tails)


def _by_transform(scores: Integers, largest: int, length: int) -> Floats:
    """Return P(sum = s) for each subset size by Newton's identity at Fourier nodes."""
    n = scores.size
    nodes = _good_length(length)
    values, times = _distinct_values(scores)
    powers = np.empty((largest + 1, nodes // 2 + 1), dtype=np.complex128)
    for m in range(1, largest + 1):
        # modulo the number of nodes: sums wrap, but no k-subset reaches past the last node
        spread = np.bincount((m * values) % nodes, weights=times / n, minlength=nodes)
        powers[m] = np.fft.rfft(spread)
    shares = np.empty((largest + 1, length))
    polynomials = np.empty_like(powers)
    polynomials[0] = 1.0
    shares[0] = np.fft.irfft(polynomials[0], nodes)[:length]
    for k in range(1, largest + 1):
        polynomials[k] = _newton_step(polynomials, powers, k=k, n=n)
        shares[k] = np.fft.irfft(polynomials[k], nodes)[:length]
    return shares


def _distinct_values(scores: Integers) -> tuple[Integers, Integers]:
    """Return the distinct scores and how many times each occurs, without sorting where it can."""
    if int(scores.max()) > _ROOMY * scores.size:
        return np.unique(scores, return_counts=True)
    times = np.bincount(scores)
    values = np.flatnonzero(times)
    return values, times[values]


def _newton_step(
    polynomials: npt.NDArray[np.complex128], powers: npt.NDArray[np.complex128], *, k: int, n: int
) -> npt.NDArray[np.complex128]:
    """Return e_k / C(n, k) at the nodes from the smaller ones and the power sums over n."""
    total = np.zeros(powers.shape[1], dtype=np.complex128)
    factor = n / k  # n C(n, k - m) / (k C(n, k)), built up without large binomials
    for m in range(1, k + 1):
        factor *= (k - m + 1) / (n - k + m)
        total += (factor if m % 2 else -factor) * polynomials[k - m] * powers[m]
    return total


def _by_addition(scores: Integers, largest: int, length: int) -> Floats:
    """Return P(sum = s) for each subset size by adding one score at a time: all terms positive.

    After i scores, row k holds the distribution of a random k-subset of those i; a k-subset of
    i + 1 scores holds the new one with probability k / (i + 1).
    """
    shares = np.zeros((largest + 1, length))
    shares[0, 0] = 1.0
    for seen, score in enumerate(scores.tolist(), start=1):
        for k in range(min(largest, seen), 0, -1):
            chosen = k / seen
            moved = np.zeros(length)
            if score < length:
                moved[score:] = shares[k - 1, : length - score]
            shares[k] = (1 - chosen) * shares[k] + chosen * moved
    return shares


def _good_length(length: int) -> int:
    """Return the next length of the form 2^a 3^b 5^c, which a Fourier transform takes quickly."""
    best = 1 << (length - 1).bit_length()
    five = 1
    while five < best:
        three = five
        while three < best:
            two = three
            while two < length:
                two *= 2
            best = min(best, two)
            three *= 3
        five *= 5
    return best


def total_tail(
    disc: Integers, degree: Integers, table: SubsetTails, *, lower: bool = False
) -> Floats:
    """Return the exact p of each disc sum under the total null.

    The null: the values of the disc are a random (degree + 1)-subset of all values.

    Parameters
    ----------
    disc
        Own score plus the ring's, shape (cells,).
    degree
        Number of neighbours of each cell, shape (cells,).
    table
        From :func:`subset_tails`, for sizes up to the largest degree + 1.
    lower
        Give P(sum <= observed) instead of P(sum >= observed).

    Returns
    -------
    numpy.ndarray
        Shape (cells,); missing for an isolated cell, which has no ring to speak of.
    """
    size = degree + 1
    tail = 1 - table.upper(size, disc + 1) if lower else table.upper(size, disc)
    return np.where(degree > 0, np.clip(tail, SMALLEST_P, 1), np.nan)


def conditional_tail(
    own: Integers, ring: Integers, degree: Integers, table: SubsetTails, *, lower: bool = False
) -> Floats:
    """Return the exact p of each ring sum under the conditional null.

    The null, as in PySAL and GeoDa: the cell keeps its value and its ring is a random
    degree-subset of the other n - 1 cells. With T_k the tail counts of all n values, taking the
    own value x out gives ``sum_j (-1)^j T_(k-j)(R - j x)``, here in shares.

    Parameters
    ----------
    own
        The cell's own value in the table's scores, shape (cells,).
    ring
        Sum over its neighbours, shape (cells,).
    degree, table, lower
        As for :func:`total_tail`.
    """
    wanted = ring + 1 if lower else ring
    tail = _once_a_case(own, wanted, degree, table)
    return _clip(1 - tail if lower else tail, degree)


def _once_a_case(own: Integers, ring: Integers, degree: Integers, table: SubsetTails) -> Floats:
    """Return :func:`_without_own`, worked out once for each distinct own value, sum and degree.

    Counts of crime are mostly small, so a hundred thousand cells hold some thousand cases. They
    are found by marking a table of all that could be, where it is not too large.
    """
    if not own.size:
        return np.zeros(0)
    owns, rings = int(own.max()) + 1, int(ring.max()) + 1
    cases = (int(degree.max()) + 1) * owns * rings
    if cases > _ROOMY * own.size or int(ring.min()) < 0:
        return _without_own(own, ring, degree, table)
    case = (degree * owns + own) * rings + ring
    there = np.zeros(cases, dtype=np.bool_)
    there[case] = True
    distinct = np.flatnonzero(there)
    rest, seen = np.divmod(distinct, rings)
    size, value = np.divmod(rest, owns)
    tails: Floats = np.empty(cases)
    tails[distinct] = _without_own(value, seen, size, table)
    return np.asarray(tails[case], dtype=np.float64)


def _without_own(own: Integers, ring: Integers, degree: Integers, table: SubsetTails) -> Floats:
    """Return P(sum of a random degree-subset of the others >= ring)."""
    n = table.scores.size
    total = np.zeros(own.shape)
    # C(n, k - j) / C(n - 1, k), starting at j = 0 with n / (n - k)
    factor = n / np.maximum(n - degree, 1).astype(np.float64)
    for j in range(int(degree.max(initial=0)) + 1):
        left = degree - j
        used = left >= 0
        tail = table.upper(left[used], ring[used] - j * own[used])
        total[used] += (1 if j % 2 == 0 else -1) * factor[used] * tail
        factor = factor * np.maximum(left, 0) / (n - left + 1)
    return total


def _clip(tail: Floats, degree: Integers) -> Floats:
    """Keep p between the smallest that can be told and 1; missing for isolated cells."""
    return np.where(degree > 0, np.clip(tail, SMALLEST_P, 1), np.nan)

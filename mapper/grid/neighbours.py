"""Neighbours on the H3 grid, inside the study area.

One vectorised ring lookup and one sorted search replace a graph library: 117,287 cells take about
0.2 s. Cells without any neighbour inside the study area (isolates) stay, with degree 0.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mapper.base.types import Flags, Floats, Integers
from mapper.grid.hexagons import Cells, cells_to_discs


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Who is near whom: ``owner[i]`` has neighbour ``member[i]``, sorted by owner.

    Positions refer to the sorted cells of the study area; a cell is no neighbour of itself.
    """

    size: int  # number of cells
    rings: int  # how many steps count as near
    owner: Integers  # shape (pairs,)
    member: Integers  # shape (pairs,)

    @property
    def degree(self) -> Integers:
        """Number of neighbours of each cell, 0 for an isolate; shape (cells,)."""
        return np.diff(self._starts)

    @cached_property
    def _starts(self) -> Integers:
        """First pair of each cell, and one past the last pair; shape (cells + 1,)."""
        degree = np.bincount(self.owner, minlength=self.size)
        return np.concatenate([[0], np.cumsum(degree)]).astype(np.int64)

    def neighbours_of(self, cell: int) -> Integers:
        """Return the positions of one cell's neighbours."""
        return self.member[self._starts[cell] : self._starts[cell + 1]]

    def members_of(self, cells: Integers) -> Integers:
        """Return the neighbours of some cells by position, those of one after those of another."""
        first, number = self._starts[cells], self._starts[cells + 1] - self._starts[cells]
        within = np.arange(int(number.sum())) - np.repeat(np.cumsum(number) - number, number)
        members: Integers = self.member[np.repeat(first, number) + within]
        return members

    def ring_sums(self, values: Integers) -> Integers:
        """Return the sum over each cell's neighbours, exact in integers.

        Parameters
        ----------
        values
            Whole numbers, shape (cells,) or (cells, periods).
        """
        if values.ndim == 2:  # noqa: PLR2004 (cells by periods)
            return self._ring_sums_by_period(values)
        sums = np.zeros_like(values, dtype=np.int64)
        starts = self._starts
        filled = starts[:-1] < starts[1:]
        if filled.all() and self.size:
            np.add.reduceat(values[self.member], starts[:-1], axis=0, out=sums)
        elif filled.any():
            sums[filled] = np.add.reduceat(values[self.member], starts[:-1][filled], axis=0)
        return sums

    def _ring_sums_by_period(self, values: Integers) -> Integers:
        """Return ring sums of many periods: whole rows added, one neighbour of each at a time."""
        padded = np.zeros((self.size + 1, values.shape[1]), dtype=np.int64)
        padded[:-1] = values
        sums = np.zeros_like(values, dtype=np.int64)
        for member in self.by_turn:
            sums += padded[member]
        return sums

    @cached_property
    def by_turn(self) -> Integers:
        """First, second ... neighbour of each cell, ``size`` for none; shape (most, cells)."""
        turn = np.arange(self.owner.size) - self._starts[self.owner]
        members = np.full((int(self.degree.max(initial=0)), self.size), self.size)
        members[turn, self.owner] = self.member
        return members

    def ring_totals(self, values: Floats) -> Floats:
        """Return the sum over each cell's neighbours of real values, such as residents.

        A missing value makes every sum that holds it missing.
        """
        sums = np.bincount(self.owner, weights=values[self.member], minlength=self.size)
        return sums.astype(np.float64)  # without any pair, bincount gives whole numbers


def find_neighbours(cells: Cells, *, rings: int = 1) -> Neighbours:
    """Return the neighbours of every cell within ``rings`` steps.

    Parameters
    ----------
    cells
        Sorted cell indexes of one resolution, shape (cells,).
    rings
        1 for the six touching cells, 2 for the eighteen within two steps.

    Raises
    ------
    ValueError
        When the cells are not strictly increasing.
    """
    if cells.size > 1 and not bool((cells[1:] > cells[:-1]).all()):
        raise ValueError("cells must be sorted and distinct")
    owner, member = cells_to_discs(cells, rings=rings)
    position = np.searchsorted(cells, member)
    position[position == cells.size] = 0
    inside = (cells[position] == member) & (position != owner)
    return Neighbours(size=cells.size, rings=rings, owner=owner[inside], member=position[inside])


def find_band(cells: Cells, *, inner: int, outer: int) -> Neighbours:
    """Return the neighbours of every cell that are ``inner`` to ``outer`` steps away.

    Every neighbour counts the same however far it is. ``inner=1`` gives what
    :func:`find_neighbours` gives; ``inner=2, outer=2`` the second ring alone.

    Parameters
    ----------
    cells
        Sorted cell indexes of one resolution, shape (cells,).
    inner, outer
        First and last step that count as near, 1 <= inner <= outer.

    Raises
    ------
    ValueError
        When the steps do not fit together, or the cells are not strictly increasing.
    """
    if not 1 <= inner <= outer:
        raise ValueError(f"steps {inner} to {outer}: 1 <= inner <= outer is needed")
    wide = find_neighbours(cells, rings=outer)
    if inner == 1:
        return wide
    nearer = find_neighbours(cells, rings=inner - 1)
    far = ~np.isin(_pair_keys(wide), _pair_keys(nearer))
    return Neighbours(size=wide.size, rings=outer, owner=wide.owner[far], member=wide.member[far])


def _pair_keys(near: Neighbours) -> Integers:
    """Return one whole number for each pair of cells."""
    return near.owner * near.size + near.member


def touching_groups(near: Neighbours, chosen: Flags) -> Integers:
    """Number the groups of chosen cells that touch, from 0; -1 for cells not chosen.

    Parameters
    ----------
    near
        Neighbours with ``rings`` 1.
    chosen
        Shape (cells,).
    """
    label = np.where(chosen, np.arange(near.size), near.size)
    both = chosen[near.owner] & chosen[near.member]
    owner, member = near.owner[both], near.member[both]
    while True:  # every pass hands the smallest label on and then jumps along it
        lower = label.copy()
        np.minimum.at(lower, owner, label[member])
        inside = lower < near.size
        lower[inside] = np.minimum(lower[inside], lower[lower[inside]])
        if np.array_equal(lower, label):
            break
        label = lower
    _, numbers = np.unique(label[chosen], return_inverse=True)
    groups = np.full(near.size, -1, dtype=np.int64)
    groups[chosen] = numbers
    return groups

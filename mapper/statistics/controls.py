"""The buffer of an evaluation: the ring around the treated cells.

The buffer is every cell so many steps from the nearest treated cell.
"""

import numpy as np

from mapper.base.errors import RequestError
from mapper.base.types import Flags
from mapper.grid.hexagons import Cells, cells_to_discs


def ring_cells(cells: Cells, treated: Flags, *, inner: int = 1, outer: int = 2) -> Flags:
    """Return which cells lie ``inner`` to ``outer`` steps from the nearest treated cell.

    Treated cells are never part of a ring. Steps are counted on the whole grid, so a gap in the
    study area does not lengthen the way; cells outside it are left out.

    Parameters
    ----------
    cells
        Sorted cells of the study area, shape (cells,).
    treated
        Which of them were acted on, shape (cells,).
    inner, outer
        First and last step that count, 1 <= inner <= outer. ``inner=1, outer=2`` is a buffer;
        controls by hand are best taken from beyond it.

    Raises
    ------
    ValueError
        When the shapes differ or the steps do not fit together.
    RequestError
        When no cell is treated.
    """
    if treated.shape != cells.shape or treated.dtype != np.bool_:
        raise ValueError(f"treated must be bool of shape {cells.shape}, not {treated.shape}")
    if not 1 <= inner <= outer:
        raise ValueError(f"rings {inner} to {outer}: 1 <= inner <= outer is needed")
    _refuse_no_treated(treated)
    return _within(cells, treated, outer) & ~_within(cells, treated, inner - 1)


def _within(cells: Cells, treated: Flags, steps: int) -> Flags:
    """Return which cells lie at most so many steps from a treated one."""
    _, member = cells_to_discs(cells[treated], rings=steps)
    return np.isin(cells, member)


def _refuse_no_treated(treated: Flags) -> None:
    """Raise when nothing was acted on."""
    if not treated.any():
        raise RequestError("No treated cell was given. Choose at least one cell or hot spot.")

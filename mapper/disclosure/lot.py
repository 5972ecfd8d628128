"""The lot by which a little ground is withheld, whatever was counted there.

A ward or a cluster of cells that would give a count away is withheld by its actual numbers, and so
are totals. In a ward whose total was given as 10 two hidden cells must be 4 each: who knows the
rule would read that from the ward's absence. So a few are withheld by lot as well. Then absence
leaves open all that was open before, for it may be the lot's doing. What was drawn is kept with the
release, as all that it withheld is; whoever asks for the same again is shown the same.

On ground of very many cells what is exposed can lie anywhere, and absence says nothing of any one
cell; there nothing is drawn.
"""

import secrets

import numpy as np

from mapper.base.types import Flags

ONE_IN = 50
MOST_CELLS = 100  # of the ground that a lot can fall on


def drawn(units: int) -> Flags:
    """Return which of some wards or clusters the lot falls on; nobody can work it out."""
    return np.array([secrets.randbelow(ONE_IN) == 0 for _ in range(units)], dtype=bool)

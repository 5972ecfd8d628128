"""Points told apart: which incidents were recorded at one and the same spot."""

import numpy as np
import pandas as pd

from mapper.base.types import Floats, Integers

_STEPS = 1_000_000  # told apart to a millionth of a degree, about 0.1 m


def number_points(lon: Floats, lat: Floats) -> Integers:
    """Return the number of each row's point, from 0 in the order of their first rows.

    Parameters
    ----------
    lon, lat
        Degrees, shape (rows,).
    """
    where = np.rint(np.column_stack([lon, lat]) * _STEPS).astype(np.int64)
    number, _ = pd.factorize(where[:, 0] * (360 * _STEPS) + where[:, 1])
    return number.astype(np.int64)

"""Points out of well-known binary; anything but a point is told."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mapper.base.errors import InputError
from mapper.base.lazy import Lazy
from mapper.base.types import Flags, Floats

if TYPE_CHECKING:
    import shapely
else:
    shapely = Lazy("shapely")


def points_of(wkb: npt.NDArray[np.object_], *, name: str) -> tuple[Floats, Floats, Flags, Flags]:
    """Return x and y, NaN where there is no point, and where a shape is absent or no point.

    Raises
    ------
    InputError
        When a geometry is damaged.
    """
    try:
        shapes = shapely.from_wkb(wkb)
    except (shapely.errors.GEOSException, TypeError) as error:
        raise InputError(f"{name}: holds a damaged geometry ({error}).") from error
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    point = ~absent & (shapely.get_type_id(shapes) == 0)
    x, y = np.full(len(shapes), np.nan), np.full(len(shapes), np.nan)
    x[point], y[point] = shapely.get_x(shapes[point]), shapely.get_y(shapes[point])
    return x, y, absent, ~absent & ~point

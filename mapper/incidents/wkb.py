"""Points out of well-known binary; anything but a point, or one alone in a list, is told."""

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

_POINT, _MULTIPOINT = 0, 4  # as GEOS numbers kinds of shapes


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
    alone = (shapely.get_type_id(shapes) == _MULTIPOINT) & (shapely.get_num_geometries(shapes) == 1)
    shapes[alone] = shapely.get_geometry(shapes[alone], 0)
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    point = ~absent & (shapely.get_type_id(shapes) == _POINT)
    x, y = np.full(len(shapes), np.nan), np.full(len(shapes), np.nan)
    x[point], y[point] = shapely.get_x(shapes[point]), shapely.get_y(shapes[point])
    return x, y, absent, ~absent & ~point

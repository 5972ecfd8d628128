"""The paper of a printed map: degrees in, units of a drawing out."""

from collections.abc import Iterable

import numpy as np

from mapper.base.types import Floats

Points = Floats


class Paper:
    """Degrees to units of a drawing: equal scale in both directions, north up."""

    def __init__(self, points: Points, *, width: float) -> None:
        low, high = points.min(axis=0), points.max(axis=0)
        self.squeeze = float(np.cos(np.radians((low[1] + high[1]) / 2)))
        self.west, self.north = float(low[0]), float(high[1])
        self.scale = width / max((high[0] - low[0]) * self.squeeze, 1e-9)
        self.width, self.height = width, float((high[1] - low[1]) * self.scale)
        self.kilometre = self.scale / 111.32  # degrees of latitude to units of the drawing
        self.box = (self.west, float(low[1]), float(high[0]), self.north)

    def place(self, points: Points) -> Points:
        """Return points (lon, lat) in units of the drawing, shape (points, 2)."""
        lon, lat = points[..., 0], points[..., 1]
        return np.stack(
            [(lon - self.west) * self.squeeze * self.scale, (self.north - lat) * self.scale], -1
        )

    def rings(self, polygons: Iterable[Iterable[Iterable[tuple[float, float]]]]) -> list[Points]:
        """Return all rings of polygons in units of the drawing."""
        return [self.place(np.asarray(ring)) for polygon in polygons for ring in polygon]

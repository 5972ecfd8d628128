"""Where things happen: towns, travel hubs, and how busy each cell of the study area is.

Town centres and hubs are rounded positions of well-known public places. How busy each is, and all
else here, is invented.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import shapely

from mapper.areas.study_area import StudyArea
from mapper.base.types import Floats, Integers
from mapper.grid.hexagons import Cells, cells_to_points, cells_to_wkb, points_to_cells
from mapper.grid.neighbours import Neighbours, find_neighbours

# Longitude, latitude, weight by day, weight by night, radius in metres.
TOWNS = (
    (-2.985, 53.405, 10.0, 14.0, 550),  # Liverpool, the centre
    (-2.972, 53.401, 3.0, 7.0, 400),  # Liverpool, east of the centre
    (-3.018, 53.392, 3.0, 2.5, 400),  # Birkenhead
    (-3.006, 53.646, 3.0, 3.5, 450),  # Southport
    (-2.737, 53.453, 2.6, 2.6, 400),  # St Helens
    (-2.990, 53.453, 2.2, 1.4, 350),  # Bootle
    (-2.841, 53.411, 1.6, 0.9, 300),  # Huyton
    (-2.889, 53.482, 1.6, 0.8, 300),  # Kirkby
    (-3.042, 53.424, 1.2, 0.7, 300),  # Liscard
    (-3.026, 53.488, 1.0, 0.8, 250),  # Crosby
    (-2.964, 53.468, 1.0, 0.5, 250),  # Walton
    (-2.909, 53.413, 0.9, 0.5, 250),  # Old Swan
    (-2.920, 53.378, 0.9, 1.0, 250),  # Allerton
    (-2.804, 53.429, 0.7, 0.5, 250),  # Prescot
    (-2.633, 53.454, 0.6, 0.5, 250),  # Newton-le-Willows
    (-3.065, 53.553, 0.6, 0.4, 250),  # Formby
    (-2.945, 53.515, 0.5, 0.3, 250),  # Maghull
    (-3.180, 53.390, 0.4, 0.4, 250),  # Hoylake
)
# Longitude, latitude, how busy, label.
HUBS = (
    (-2.978, 53.407, 10.0, "Railway Station"),
    (-2.980, 53.405, 5.0, "Railway Station"),
    (-2.988, 53.402, 6.0, "Bus Station"),
    (-2.989, 53.409, 2.0, "Railway Station"),
    (-3.014, 53.395, 2.0, "Railway Station"),
    (-3.017, 53.393, 2.0, "Bus Station"),
    (-3.002, 53.646, 2.0, "Railway Station"),
    (-2.730, 53.453, 2.0, "Railway Station"),
    (-2.735, 53.455, 1.5, "Bus Station"),
    (-2.889, 53.358, 2.0, "Railway Station"),
    (-2.993, 53.454, 1.5, "Bus Station"),
    (-2.843, 53.410, 1.0, "Railway Station"),
    (-2.903, 53.486, 1.0, "Railway Station"),
    (-2.623, 53.455, 0.8, "Railway Station"),
)
HOSPITALS = (
    (-2.963, 53.410),
    (-2.931, 53.467),
    (-3.096, 53.369),
    (-2.786, 53.420),
    (-2.979, 53.632),
)
_LIVED_IN = 30  # residents


@dataclass(frozen=True)
class Surface:
    """How the risk of one family of incidents lies over the area: parts that add up to 1."""

    homes: float = 0.0  # in proportion to residents
    youth: float = 0.0  # to residents aged 10 to 17
    day: float = 0.0  # town centres by day
    night: float = 0.0  # town centres by night
    even: float = 0.0  # all cells where somebody lives alike
    need: float = 1.0  # times more per resident in the most than in the least deprived tenth


SURFACES: Mapping[str, Surface] = MappingProxyType(
    {
        "homes": Surface(homes=0.97, day=0.03, need=3.0),
        "youth": Surface(youth=0.94, day=0.06, need=3.0),
        "streets": Surface(homes=0.76, day=0.12, night=0.04, even=0.08, need=2.5),
        "need": Surface(homes=0.86, youth=0.08, night=0.06, need=5.0),
        "night": Surface(homes=0.6, night=0.4, need=2.5),
        "shops": Surface(homes=0.35, day=0.65, need=1.3),
        "roads": Surface(homes=0.45, even=0.42, day=0.13),
    }
)


@dataclass(frozen=True, eq=False)
class Ground:
    """The cells of a study area as the generator sees them; arrays of shape (cells,)."""

    area: StudyArea
    cells: Cells
    lon: Floats
    lat: Floats
    corners: Floats  # shape (cells, 6, 2), degrees
    residents: Floats
    youth: Floats
    need: Floats  # 0 in the least deprived tenth to 1 in the most
    day: Floats
    night: Floats
    texture: Floats  # what makes two like cells differ
    near: Neighbours  # within one step
    wide: Neighbours  # within two steps

    def metres_to(self, lon: float, lat: float) -> Floats:
        """Return the distance of every cell from a point, in metres, good to 1 %."""
        return _metres(self.lon, self.lat, lon, lat)

    def cell_at(self, lon: float, lat: float) -> int:
        """Return the position of the cell of a point, or of the nearest where it lies outside.

        A rounded public place may lie a step off the area.
        """
        cell = points_to_cells(np.array([lon]), np.array([lat]), resolution=self.area.resolution)
        found = np.flatnonzero(self.cells == cell[0])
        return int(found[0]) if found.size else int(self.metres_to(lon, lat).argmin())

    def disc(self, centre: int, *, rings: int = 1) -> Integers:
        """Return the positions of the cells within 1 or 2 steps, the centre first."""
        near = self.near if rings == 1 else self.wide
        return np.concatenate([[centre], near.member[near.owner == centre]])


def survey(area: StudyArea, rng: np.random.Generator) -> Ground:
    """Return the ground of a study area."""
    frame = area.cells
    cells = frame["cell"].to_numpy()
    lon, lat = cells_to_points(cells)
    decile = frame["deprivation_decile"].fillna(5.5).to_numpy(dtype=np.float64)
    return Ground(
        area=area,
        cells=cells,
        lon=lon,
        lat=lat,
        corners=_corners(cells),
        residents=frame["residents"].to_numpy(),
        youth=frame["residents_10_17"].to_numpy(),
        need=(10 - decile) / 9,
        day=_towns(lon, lat, weight=2),
        night=_towns(lon, lat, weight=3),
        texture=np.exp(0.35 * rng.standard_normal(cells.size)),
        near=find_neighbours(cells, rings=1),
        wide=find_neighbours(cells, rings=2),
    )


def risk(ground: Ground, surface: str) -> Floats:
    """Return the probability that an incident of a surface lies in each cell."""
    parts = SURFACES[surface]
    pull = np.exp(np.log(parts.need) * ground.need)
    total = (
        parts.homes * _share(ground.residents * pull)
        + parts.youth * _share(ground.youth * pull)
        + parts.day * _share(ground.day)
        + parts.night * _share(ground.night)
        + parts.even * _share((ground.residents > _LIVED_IN).astype(np.float64))
    )
    return _share(total * ground.texture)


def draw_cells(rng: np.random.Generator, chances: Floats, *, size: int) -> Integers:
    """Return random cell positions with the given probabilities."""
    ladder = np.cumsum(chances)
    found = np.searchsorted(ladder, rng.random(size) * ladder[-1], side="right")
    return np.asarray(found, dtype=np.int64)


def _share(values: Floats) -> Floats:
    """Return values that sum to 1."""
    return np.asarray(values / values.sum(), dtype=np.float64)


def _towns(lon: Floats, lat: Floats, *, weight: int) -> Floats:
    """Return how much of a town centre each point is; ``weight`` is the column of TOWNS to use."""
    bells = [
        town[weight] * np.exp(-0.5 * (_metres(lon, lat, town[0], town[1]) / town[4]) ** 2)
        for town in TOWNS
    ]
    return np.asarray(np.sum(bells, axis=0), dtype=np.float64)


def _metres(lon: Floats, lat: Floats, to_lon: float, to_lat: float) -> Floats:
    """Return distances from one point in metres, on a flat earth."""
    east = (lon - to_lon) * np.cos(np.radians(to_lat)) * 111_320
    return np.asarray(np.hypot(east, (lat - to_lat) * 111_320), dtype=np.float64)


def _corners(cells: Cells) -> Floats:
    """Return the six corners of each cell in degrees."""
    outline = shapely.get_coordinates(shapely.from_wkb(cells_to_wkb(cells)))
    return np.asarray(outline.reshape(cells.size, 7, 2)[:, :6], dtype=np.float64)

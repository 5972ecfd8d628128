"""Addresses and other fixed points, so that incidents recur where they recurred before.

Each cell has invented dwellings (about one for 2.3 residents), street points, shops and so on, each
at one fixed random point of its hexagon. A low number within its cell is drawn more often than a
high one: that makes repeat addresses, most of all for domestic abuse. Special sites (hubs,
hospitals, care homes, a police station, taken-over homes) follow after all cells' own.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from demonstration.ground import Ground
from demonstration.kinds import PLACE, PLACES
from mapper.base.types import Flags, Floats, Integers

UPRN_BASE = 999_000_000_000  # far above every number in use: plainly invented
_PER_DWELLING = 2.3  # residents
_PER_CELL = {"street": 10, "shop": 5, "supermarket": 1, "nightclub": 2, "school": 1, "park": 2}
_SKEW = {"dwelling": 1.7, "street": 1.3}
_DOMESTIC_SKEW = 4.0
_FAMILIES = 0.28  # share of sites where children live
_SHRINK = 0.97  # keeps a point off its cell's edge by more than rounding and grid shift can move it

_STEMS = (
    "Alder", "Almond", "Apple", "Ashtree", "Aspen", "Bay", "Beech", "Birch", "Bracken", "Bramble",
    "Briar", "Broom", "Cedar", "Cherry", "Chestnut", "Clover", "Cypress", "Dogwood", "Elder", "Elm",
    "Fern", "Fir", "Foxglove", "Gorse", "Hawthorn", "Hazel", "Heather", "Holly", "Hornbeam", "Ivy",
    "Juniper", "Laburnum", "Larch", "Laurel", "Lavender", "Lilac", "Lime", "Linden", "Maple",
    "Myrtle", "Oak", "Olive", "Pear", "Pine", "Plum", "Poplar", "Primrose", "Privet", "Quince",
    "Rose", "Rowan", "Sorrel", "Spruce", "Sycamore", "Teasel", "Thorn", "Thyme", "Tulip", "Violet",
    "Walnut", "Willow", "Yarrow", "Yew", "Zinnia",
)  # fmt: skip
_ENDS = ("Road", "Street", "Avenue", "Close", "Drive", "Grove", "Lane", "Walk")
STREETS = tuple(f"{stem} {end}" for end in _ENDS for stem in _STEMS)
_LABELS = {
    "shop": "Shopping Area", "supermarket": "Supermarket", "nightclub": "Nightclub",
    "school": "School", "park": "Park/Open Space",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Sites:
    """All fixed points. A site number is a cell's first number plus the number within the cell."""

    ground: Ground
    starts: Integers  # first site number of each kind of place in each cell, shape (cells, places)
    sizes: Integers  # how many, same shape
    special: pd.DataFrame  # place, text, cell, lon, lat, weight; numbered from ``first_special``
    first_special: int
    scatter: Floats  # two random numbers that fix the point of each ordinary site, shape (sites, 2)
    family: Flags  # whether children live there, shape (sites and special,)

    def numbers_of(self, places: set[str]) -> Integers:
        """Return the site numbers of special sites of some kinds."""
        rows = np.flatnonzero(self.special["place"].isin(places).to_numpy())
        return self.first_special + rows


def build_sites(ground: Ground, special: pd.DataFrame, rng: np.random.Generator) -> Sites:
    """Return the fixed points of a study area."""
    sizes = np.zeros((ground.cells.size, len(PLACES)), dtype=np.int64)
    for place, number in _PER_CELL.items():
        sizes[:, PLACE[place]] = number
    sizes[:, PLACE["dwelling"]] = np.maximum(1, ground.residents / _PER_DWELLING)
    ends = np.cumsum(sizes.ravel())
    total = int(ends[-1])
    return Sites(
        ground=ground,
        starts=(ends - sizes.ravel()).reshape(sizes.shape),
        sizes=sizes,
        special=special,
        first_special=total,
        scatter=rng.random((total, 2)),
        family=rng.random(total + len(special)) < _FAMILIES,
    )


def draw_sites(sites: Sites, rng: np.random.Generator, incidents: pd.DataFrame) -> Integers:
    """Return a site for each incident that has none yet (site -1), in its cell at its place."""
    site = incidents["site"].to_numpy(copy=True)
    needy = np.flatnonzero(site < 0)
    cell = incidents["cell"].to_numpy()[needy]
    place = incidents["place"].to_numpy()[needy]
    skew = np.ones(len(PLACES))
    for name, power in _SKEW.items():
        skew[PLACE[name]] = power
    powers = np.where(incidents["domestic"].to_numpy()[needy], _DOMESTIC_SKEW, skew[place])
    within = sites.sizes[cell, place] * rng.random(needy.size) ** powers
    site[needy] = sites.starts[cell, place] + within.astype(np.int64)
    return site


def locate_sites(sites: Sites, site: Integers, cell: Integers) -> tuple[Floats, Floats]:
    """Return longitude and latitude of each site, given its cell."""
    ordinary = site < sites.first_special
    point = _scatter(sites, np.where(ordinary, site, 0), cell)
    row = np.where(ordinary, 0, site - sites.first_special)
    fixed = sites.special[["lon", "lat"]].to_numpy()[row]
    point[~ordinary] = fixed[~ordinary]
    return point[:, 0], point[:, 1]


def name_sites(sites: Sites, site: Integers, cell: Integers, place: Integers) -> Integers:
    """Return the number in :func:`site_names` of each site's location text."""
    street = (cell * 31 + (site % 1000) // 40 * 7) % len(STREETS)
    label = np.array([list(_LABELS).index(p) if p in _LABELS else -1 for p in PLACES])[place]
    text = np.where(label < 0, street, len(STREETS) + label)
    own = site >= sites.first_special
    text[own] = len(STREETS) + len(_LABELS) + site[own] - sites.first_special
    return np.asarray(text, dtype=np.int64)


def site_names(sites: Sites) -> list[str]:
    """Return every location text: streets, labels of places, special sites."""
    return [*STREETS, *_LABELS.values(), *sites.special["text"]]


def _scatter(sites: Sites, site: Integers, cell: Integers) -> Floats:
    """Return a point spread evenly over each site's hexagon: a triangle, then a point in it."""
    ground = sites.ground
    first, second = sites.scatter[site].T
    corner = (first * 6).astype(np.int64)
    along, out = (first * 6) % 1.0, np.sqrt(second)  # the square root evens out the triangle
    middle = np.column_stack([ground.lon[cell], ground.lat[cell]])
    left, right = ground.corners[cell, corner], ground.corners[cell, (corner + 1) % 6]
    edge = left + along[:, None] * (right - left)
    return np.asarray(middle + _SHRINK * out[:, None] * (edge - middle), dtype=np.float64)

"""An invented street network under the invented streets, as a background for maps.

Each cell has its commonest street names, one straight street each, side by side; through roads join
the middles of touching cells, main roads and railways the towns and stations. No line follows a
real one: only towns, stations and the names of streets lie where the demonstration has them. The
same whatever the seed.
"""

from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import shapely

from demonstration.ground import HUBS, TOWNS, Ground, survey
from demonstration.kinds import PLACE
from demonstration.sites import STREETS, Sites, build_sites, name_sites
from mapper.areas.ground_tiles import write_ground
from mapper.areas.study_area import StudyArea
from mapper.base.types import Floats, Integers

CREDIT = "Invented streets"
_MOST = 5  # streets of a cell
_PER_STREET = 40.0  # residents from whom on a cell has one more
_OPEN = 3.0  # residents below which a cell is open country
_WITHIN = 0.9  # of the way from the middle of a cell to its edge


def write_network(area: StudyArea, out: Path) -> None:
    """Write the invented ground of an area as vector tiles."""
    write_ground(network(area), out, title="Demonstration", credit=CREDIT)


def network(area: StudyArea) -> dict[str, geopandas.GeoDataFrame]:
    """Return the invented ground of an area by layer."""
    ground = survey(area, np.random.default_rng(0))  # its texture plays no part here
    return {
        "streets": pd.concat([_through(ground), _named(ground)], ignore_index=True),
        "roads": _roads(ground),
        "rail": _rail(),
        "woods": _woods(ground),
    }


def _frame(names: object, ranks: object, shapes: object) -> geopandas.GeoDataFrame:
    """Return shapes in degrees with their names and ranks."""
    return geopandas.GeoDataFrame(geometry=shapes, crs=4326).assign(name=names, rank=ranks)


def _named(ground: Ground) -> geopandas.GeoDataFrame:
    """Return the streets that incidents are recorded in: chords of their cell, side by side."""
    cell, name, place, number = _streets_of(ground)
    # Across the cell from one side to the opposite one, at even steps along the way between.
    side = ground.cells[cell].astype(np.int64) // 7 % 3
    middle = np.column_stack([ground.lon[cell], ground.lat[cell]])
    corner = ground.corners[cell] - middle[:, None]
    rows = np.arange(cell.size)
    first, second = corner[rows, side], corner[rows, (side + 1) % 6]
    along, across = (first + second) / 2, (second - first) / 2
    step = _WITHIN * ((2 * place + 1) / number - 1)[:, None]
    reach = _WITHIN * (2 - np.abs(step)) * across  # a hexagon narrows towards its sides
    ends = np.stack([middle + step * along - reach, middle + step * along + reach], axis=1)
    return _frame(np.array(STREETS)[name], 2, shapely.linestrings(ends))


def _streets_of(ground: Ground) -> tuple[Integers, Integers, Integers, Integers]:
    """Return cell, name, place among its cell's, and how many these are, of each street."""
    sites = build_sites(ground, _no_special(), np.random.default_rng(0))
    cell, site = _sites_of(sites)
    name = name_sites(sites, site, cell, np.full(cell.size, PLACE["street"]))
    key, held = np.unique(cell * len(STREETS) + name, return_counts=True)
    cell, name = np.divmod(key, len(STREETS))
    order = np.lexsort((name, -held, cell))
    cell, name = cell[order], name[order]
    place = np.arange(cell.size) - np.searchsorted(cell, cell)
    wanted = np.minimum(_MOST, 1 + (ground.residents[cell] // _PER_STREET).astype(np.int64))
    kept = place < wanted
    cell, name, place = cell[kept], name[kept], place[kept]
    return cell, name, place, np.bincount(cell)[cell]


def _no_special() -> pd.DataFrame:
    """Return a table of no special sites."""
    return pd.DataFrame({"place": [], "text": [], "cell": [], "lon": [], "lat": [], "weight": []})


def _sites_of(sites: Sites) -> tuple[Integers, Integers]:
    """Return cell and number of every dwelling and street point."""
    kinds = [PLACE["dwelling"], PLACE["street"]]
    sizes, starts = sites.sizes[:, kinds].ravel(), sites.starts[:, kinds].ravel()
    cell = np.repeat(np.repeat(np.arange(len(sites.sizes)), len(kinds)), sizes)
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return cell, np.repeat(starts, sizes) + within


def _through(ground: Ground) -> geopandas.GeoDataFrame:
    """Return roads that join the middles of some touching cells, a third of those lived in."""
    one, other = ground.near.owner, ground.near.member
    lived = ground.residents > _OPEN
    kept = (one < other) & lived[one] & lived[other]
    kept &= (ground.cells[one] // 13 + ground.cells[other] // 13).astype(np.int64) % 3 == 0
    return _frame("", 1, shapely.linestrings(_between(ground, one[kept], other[kept])))


def _between(ground: Ground, one: Integers, other: Integers) -> Floats:
    """Return the two ends of each line between middles of cells."""
    middle = np.column_stack([ground.lon, ground.lat])
    return np.stack([middle[one], middle[other]], axis=1)


def _roads(ground: Ground) -> geopandas.GeoDataFrame:
    """Return a main road from each town to the nearest larger one, through middles of cells."""
    at = np.array([ground.cell_at(town[0], town[1]) for town in TOWNS])
    roads = []
    for town in range(1, len(at)):
        far = ground.metres_to(TOWNS[town][0], TOWNS[town][1])[at[:town]]
        roads.append(_path(ground, int(at[town]), int(at[int(far.argmin())])))
    names = [f"A{5900 + number}" for number in range(len(roads))]
    return _frame(names, 2, roads)


def _path(ground: Ground, start: int, end: int) -> shapely.LineString:
    """Return the way between two cells that always takes the neighbour nearest to the end."""
    far = ground.metres_to(float(ground.lon[end]), float(ground.lat[end]))
    way = [start]
    while way[-1] != end:
        near = ground.disc(way[-1])
        best = int(near[far[near].argmin()])
        if best == way[-1]:
            way.append(end)  # across water
            break
        way.append(best)
    return shapely.LineString(np.column_stack([ground.lon[way], ground.lat[way]]))


def _rail() -> geopandas.GeoDataFrame:
    """Return railways from each station to the nearest one before it in the list."""
    stations = [hub for hub in HUBS if hub[3] == "Railway Station"]
    points = np.array([hub[:2] for hub in stations])
    lines = []
    for at in range(1, len(points)):
        far = np.hypot(*((points[:at] - points[at]) * [0.6, 1]).T)
        lines.append(shapely.LineString([points[at], points[int(far.argmin())]]))
    return _frame("", 1, lines)


def _woods(ground: Ground) -> geopandas.GeoDataFrame:
    """Return a wood in some cells of open country, and a green in some others."""
    empty = np.flatnonzero(ground.residents <= _OPEN)
    empty = empty[ground.cells[empty].astype(np.int64) // 11 % 3 == 0]
    middle = np.column_stack([ground.lon[empty], ground.lat[empty]])[:, None]
    rings = middle + 0.8 * (ground.corners[empty] - middle)
    return _frame("", np.where(empty % 2, 1, 2), shapely.polygons(rings))

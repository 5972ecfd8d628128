"""Which cells the planted truth lies on, and the special sites."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from demonstration.ground import HOSPITALS, HUBS, TOWNS, Ground, risk
from demonstration.planting import PLANTS, Planting
from demonstration.sites import STREETS
from mapper.base.types import Flags, Floats, Integers

POLICE_STATION = (-2.981, 53.413)  # an invented desk where many records get their point
INTERVENTIONS = ("fall", "displaced", "nothing")
_CARE_HOMES = 40
_RING, _TWO_RINGS = 6, 18  # neighbours of an inner cell
_LIVED_IN, _AMPLE = 40, 150  # residents of a cell
_APART = 1_500  # metres between any two spots
_CENTRE_SITE_METRES = 60  # special homes lie within this distance of their cell's centre


@dataclass(frozen=True)
class Spots:
    """Cell positions of the centres of all planted discs, by spot id."""

    plants: Mapping[str, int]
    treated: Mapping[str, int]  # by intervention
    control: Mapping[str, int]


def choose_spots(ground: Ground, rng: np.random.Generator) -> Spots:
    """Return well separated spots: quiet ones for plants, busy ones for interventions."""
    taken: list[int] = [ground.cell_at(*POLICE_STATION)]
    busy = iter(_apart(ground, [_busy(ground)], rng, taken))
    treated = {name: next(busy) for name in INTERVENTIONS}
    control = {name: next(busy) for name in INTERVENTIONS}
    quiet = iter(_apart(ground, _by_district(ground, _quiet(ground)), rng, taken))
    names = dict.fromkeys(plant.spot or plant.id for plant in PLANTS)
    return Spots(plants={name: next(quiet) for name in names}, treated=treated, control=control)


def place_plants(ground: Ground, spots: Spots) -> list[Planting]:
    """Return every plant with its disc; a single place has the centre alone."""
    plantings = []
    for plant in PLANTS:
        centre = spots.plants[plant.spot or plant.id]
        disc = ground.disc(centre)
        members = disc[:1] if plant.signal == "single place" else disc
        plantings.append(Planting(plant, centre, members))
    return plantings


def special_sites(ground: Ground, spots: Spots, rng: np.random.Generator) -> pd.DataFrame:
    """Return hubs, hospitals, care homes, the police station and taken-over homes, one row each."""
    rows = [("station", label, lon, lat, busy) for lon, lat, busy, label in HUBS]
    rows += [("hospital", "Hospital", lon, lat, 1.0) for lon, lat in HOSPITALS]
    rows += [("police station", "Police Station", *POLICE_STATION, 1.0)]
    rows += [
        ("care home", "Care Home", *_near_centre(ground, cell, rng), float(rng.random() ** 2 + 0.1))
        for cell in _care_homes(ground, spots, rng)
    ]
    rows += [
        ("dwelling", STREETS[cell % len(STREETS)], *_near_centre(ground, cell, rng), 0.0)
        for name, cell in spots.plants.items()
        if name in single_places()
    ]
    frame = pd.DataFrame(rows, columns=["place", "text", "lon", "lat", "weight"])
    frame["cell"] = [ground.cell_at(float(row[2]), float(row[3])) for row in rows]
    return frame


def single_places() -> list[str]:
    """Return the ids of the plants that are one home."""
    return [plant.id for plant in PLANTS if plant.signal == "single place"]


def planted_cells(ground: Ground, spots: Spots) -> Integers:
    """Return the positions of all cells that no other concentration may touch."""
    centres = [*spots.plants.values(), *spots.treated.values(), *spots.control.values()]
    return np.unique(np.concatenate([ground.disc(centre, rings=2) for centre in centres]))


def _quiet(ground: Ground) -> Flags:
    """Return which cells are lived in, ordinary, and away from town centres, hubs, hospitals."""
    lived_in = ground.residents > _LIVED_IN
    disc = _disc_sums(ground, ground.residents)
    low, high = np.quantile(disc[lived_in], [0.4, 0.7])
    homely = ground.near.ring_sums(lived_in.astype(np.int64)) == _RING
    loud = [place[:2] for place in (*TOWNS, *HUBS, *HOSPITALS)]
    away = _away(ground, loud, metres=1_000)
    ordinary = (disc >= low) & (disc <= high)
    return np.asarray(lived_in & homely & _inner(ground) & away & ordinary, dtype=bool)


def _busy(ground: Ground) -> Flags:
    """Return which cells see much demand around them and are no town centre."""
    disc = _disc_sums(ground, 1e6 * risk(ground, "homes"))
    away = _away(ground, [town[:2] for town in TOWNS], metres=800)
    return _inner(ground) & away & (disc >= np.quantile(disc, 0.95))


def _disc_sums(ground: Ground, values: Floats) -> Integers:
    whole = np.rint(values).astype(np.int64)
    return whole + ground.near.ring_sums(whole)


def _inner(ground: Ground) -> Flags:
    """Return which cells have all their neighbours within two steps inside the area."""
    return np.asarray(ground.wide.degree == _TWO_RINGS)


def _away(ground: Ground, points: list[tuple[float, float]], *, metres: float) -> Flags:
    """Return which cells are further than so many metres from all points."""
    far = [ground.metres_to(lon, lat) > metres for lon, lat in points]
    return np.asarray(np.all(far, axis=0), dtype=bool)


def _by_district(ground: Ground, chosen: Flags) -> list[Flags]:
    """Return the chosen cells of each district, so that spots can be dealt among districts."""
    district = ground.area.cells["district"]
    return [chosen & (district == name).to_numpy() for name in sorted(district.unique())]


def _apart(
    ground: Ground, groups: list[Flags], rng: np.random.Generator, taken: list[int]
) -> Iterator[int]:
    """Give cells of each group in turn, each far from all before it, and note them in ``taken``."""
    queues = [rng.permutation(np.flatnonzero(group)) for group in groups]
    while any(queue.size for queue in queues):
        for number, queue in enumerate(queues):
            points = [(float(ground.lon[cell]), float(ground.lat[cell])) for cell in taken]
            left = queue[_away(ground, points, metres=_APART)[queue]]
            queues[number] = left[1:]
            if left.size:
                taken.append(int(left[0]))
                yield taken[-1]


def _care_homes(ground: Ground, spots: Spots, rng: np.random.Generator) -> list[int]:
    """Return the cells of care homes: where people live and nothing is planted."""
    free = ground.residents > _AMPLE
    free[planted_cells(ground, spots)] = False
    return [int(cell) for cell in rng.permutation(np.flatnonzero(free))[:_CARE_HOMES]]


def _near_centre(ground: Ground, cell: int, rng: np.random.Generator) -> tuple[float, float]:
    east, north = (2 * rng.random(2) - 1) * _CENTRE_SITE_METRES
    return float(ground.lon[cell] + east / 66_300), float(ground.lat[cell] + north / 111_320)

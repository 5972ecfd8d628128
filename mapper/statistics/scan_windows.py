"""The places that scan windows cover: H3 discs, circles or ellipses, grown place by place.

A family of zones is held once, sorted by distance, so that a scan adds each ring to the last
disc's sum and never sums a disc anew. Ellipses are so many times as long as wide, each turned in
steps that keep neighbours alike: the set that SaTScan proposes (Kulldorff and others 2006,
Statistics in Medicine 25:3929), without its penalty for length.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from mapper.base.errors import RequestError
from mapper.base.types import Floats, Integers
from mapper.grid.hexagons import Cells, cells_to_rings

EARTH_RADIUS_KM = 6367.0  # SaTScan's sphere: its published radii come out to the last digit
_METRES_IN_KM = 1_000
MOST_PAIRS = 60_000_000  # centre-member pairs held at once: about 250 MB
CIRCLE = (1.0, 0.0)
# How many times as long as wide, and degrees from east to north.
ELLIPSES = (
    CIRCLE,
    *(
        (shape, 180.0 * turn / turns)
        for shape, turns in ((1.5, 4), (2.0, 6), (3.0, 9), (4.0, 12), (5.0, 15))
        for turn in range(turns)
    ),
)

Form = tuple[float, float]
Kilometres = Callable[[int, Form], Floats]  # from one place to all


@dataclass(frozen=True, eq=False)
class Zones:
    """Nested zones around every place: zone ``s`` of a centre is all its steps up to ``s``.

    Each place is a centre as often as there are forms, one after the other. Steps ``first_step[i]``
    to ``first_step[i + 1]`` belong to centre i, nearest first; members ``first_member[s]`` to
    ``first_member[s + 1]`` are the places that step s adds.
    """

    first_step: Integers  # shape (centres + 1,)
    first_member: Integers  # shape (steps + 1,)
    member: npt.NDArray[np.int32]  # place positions, shape (pairs,)
    radius: Floats  # of each step, shape (steps,)
    unit: Literal["rings", "km"]  # of an ellipse: half its width
    forms: Sequence[Form] = (CIRCLE,)

    @property
    def centres(self) -> int:
        """Number of centres."""
        return self.first_step.size - 1

    @property
    def size(self) -> int:
        """Number of places."""
        return self.centres // len(self.forms)

    def places(self, step: int, centre: int) -> Integers:
        """Return the places of a zone, nearest ring first."""
        start = self.first_member[self.first_step[centre]]
        return self.member[start : self.first_member[step + 1]].astype(np.int64)

    def sums(self, values: Floats) -> Floats:
        """Return the sum over every zone; shape (steps,).

        Parameters
        ----------
        values
            One per place, shape (places,).
        """
        if not self.radius.size:
            return np.zeros(0)
        sums = np.add.reduceat(values[self.member], self.first_member[:-1])
        # Ring upon ring within each centre: one running sum over all centres would lose the
        # digits of small zones.
        steps = np.diff(self.first_step)
        for rank in range(1, int(steps.max())):
            here = self.first_step[:-1][steps > rank] + rank
            sums[here] += sums[here - 1]
        return np.asarray(sums)


def disc_zones(cells: Cells, *, rings: int) -> Zones:
    """Return discs of radius 0 to ``rings`` grid steps around every cell of a study area.

    Parameters
    ----------
    cells
        Sorted cells of the study area; cells outside it are in no disc.
    rings
        Largest radius in grid steps, 0 or more.

    Raises
    ------
    RequestError
        When the radius is below 0 or the discs would not fit in memory.
    """
    if rings < 0:
        raise RequestError(f"A scan radius of {rings} rings is not possible: choose 0 or more.")
    _refuse_pairs(cells.size * min(cells.size, 1 + 3 * rings * (rings + 1)), "fewer rings")
    owner, member, ring = _pairs_by_ring(cells, rings=rings)
    starts = np.flatnonzero(np.diff(owner * (rings + 1) + ring, prepend=-1))
    return Zones(
        first_step=np.searchsorted(owner[starts], np.arange(cells.size + 1)).astype(np.int64),
        first_member=np.append(starts, owner.size).astype(np.int64),
        member=member.astype(np.int32),
        radius=ring[starts].astype(np.float64),
        unit="rings",
    )


def _pairs_by_ring(cells: Cells, *, rings: int) -> tuple[Integers, Integers, Integers]:
    """Return centre, member and distance in steps of all pairs, in that order of importance."""
    owner, found, ring = cells_to_rings(cells, rings=rings)
    member = np.searchsorted(cells, found)
    member[member == cells.size] = 0
    inside = cells[member] == found
    key = np.sort(((owner * (rings + 1) + ring) * cells.size + member)[inside])
    zone, member = np.divmod(key, max(cells.size, 1))
    owner, ring = np.divmod(zone, rings + 1)
    return owner, member, ring


def circle_zones(
    lon: Floats, lat: Floats, *, exposure: Floats, largest_share: float = 0.5
) -> Zones:
    """Return circles around every place, growing until they hold a share of the exposure.

    Distances are great-circle. Places at the same distance enter together.

    Parameters
    ----------
    lon, lat
        Degrees, shape (places,).
    exposure
        Population (or another exposure) of each place, shape (places,).
    largest_share
        Largest share of the exposure in one circle; 0.5 is SaTScan's default.

    Raises
    ------
    RequestError
        When there are too many places to hold every circle.
    """
    return _grown(
        lambda place, _: great_circle_km(lon[place], lat[place], lon, lat),
        exposure,
        largest_share,
        (CIRCLE,),
    )


def plane_zones(
    x: Floats,
    y: Floats,
    *,
    exposure: Floats,
    largest_share: float = 0.5,
    forms: Sequence[Form] = (CIRCLE,),
) -> Zones:
    """Return circles or ellipses around every place on a plane, as :func:`circle_zones`.

    Parameters
    ----------
    x, y
        Metres, shape (places,).
    forms
        How many times as long as wide, and degrees from east to north, of each form of window.

    Raises
    ------
    RequestError
        When there are too many places to hold every window.
    """

    def distance(place: int, form: Form) -> Floats:
        longer, turn = form[0], np.radians(form[1])
        east, north = x - x[place], y - y[place]
        along = np.cos(turn) * east + np.sin(turn) * north
        across = np.cos(turn) * north - np.sin(turn) * east
        return np.asarray(np.hypot(along / longer, across) / _METRES_IN_KM)

    return _grown(distance, exposure, largest_share, forms)


def on_a_plane(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return metres east and north of the middle, right to 3 in 1,000 over a county."""
    middle_lon, middle_lat = lon.mean(), lat.mean()
    metres = np.radians(1.0) * EARTH_RADIUS_KM * _METRES_IN_KM  # in a degree of latitude
    east = (lon - middle_lon) * metres * np.cos(np.radians(middle_lat))
    return east, (lat - middle_lat) * metres


def _grown(
    distance: Kilometres,
    exposure: Floats,
    largest_share: float,
    forms: Sequence[Form],
) -> Zones:
    """Return the zones of every place and form, nearest first, up to a share of the exposure."""
    limit = largest_share * float(exposure.sum()) * (1 + 1e-12)
    found = []
    pairs = 0
    for place in range(exposure.size):
        for form in forms:
            found.append(_grow(distance(place, form), exposure, limit=limit))
            pairs += found[-1][0].size
            _refuse_pairs(pairs, "fewer places or a smaller share")
    members = [part[0] for part in found]
    sizes = [part[1] for part in found]
    radii = [part[2] for part in found]
    empty = np.zeros(0)
    return Zones(
        first_step=np.cumsum([0, *(part.size for part in sizes)]).astype(np.int64),
        first_member=np.cumsum(np.concatenate([[0], *sizes])).astype(np.int64),
        member=np.concatenate([empty, *members]).astype(np.int32),
        radius=np.concatenate([empty, *radii]),
        unit="km",
        forms=forms,
    )


def _grow(distance: Floats, exposure: Floats, *, limit: float) -> tuple[Integers, Integers, Floats]:
    """Return the places of one centre's windows by distance, the size of each step, its radius."""
    order = np.argsort(distance, kind="stable")
    # A micrometre is far above rounding and far below any real distance between places.
    sorted_km = np.round(distance[order], 9)
    ends = np.flatnonzero(np.diff(sorted_km, append=np.inf)) + 1
    ends = ends[np.cumsum(exposure[order])[ends - 1] <= limit]
    taken = int(ends[-1]) if ends.size else 0
    return order[:taken], np.diff(ends, prepend=0), distance[order][ends - 1]


def great_circle_km(lon: float, lat: float, lons: Floats, lats: Floats) -> Floats:
    """Return haversine distances in kilometres from one point to many, on SaTScan's sphere."""
    lon_0, lat_0, lon_1, lat_1 = (np.radians(value) for value in (lon, lat, lons, lats))
    half = (
        np.sin((lat_1 - lat_0) / 2) ** 2
        + np.cos(lat_0) * np.cos(lat_1) * np.sin((lon_1 - lon_0) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(half, 1))))


def _refuse_pairs(pairs: int, remedy: str) -> None:
    """Refuse a family of zones that would not fit in memory."""
    if pairs > MOST_PAIRS:
        raise RequestError(
            f"The scan would hold at least {pairs:,} pairs of places, more than {MOST_PAIRS:,}: "
            f"choose {remedy}."
        )

"""Directions in words: 120 m north-east of Queens Road health centre.

The distance is from the landmark to the middle of the place, as the crow flies; the way is the
nearest of eight, as seen from the landmark. The landmark is the nearest one that has a name and is
of a kind that people find their way by: no refuge, home or service whose address is nobody's
business, and nothing that stands at every corner. Its kind is said where its name leaves it out.
Told coarsely, it is "about 400 m north-east of Elm hospital", or only near it.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from mapper.context.distances import EARTH, around, metres_between

WAYS = (
    *("north", "north-east", "east", "south-east"),
    *("south", "south-west", "west", "north-west"),
)
HERE = 75  # metres within which a place counts as being at its landmark: half a street
FARTHEST = 2_000.0  # metres beyond which a landmark leads nobody
FINE, COARSE = 10, 100  # metres to which a distance is told
_NEAR = 200  # metres within which a coarse way tells nothing: half a cell of resolution 9
_KILOMETRE = 1_000
WELL_KNOWN = ("railway station", "bus or coach station", "police station", "hospital")
LANDMARKS = (
    *WELL_KNOWN,
    *("ferry terminal", "tram or metro stop", "health centre", "library", "school", "college"),
    *("shopping centre", "park", "place of worship", "community centre"),
)


class Bearing(NamedTuple):
    """How far and which way a point lies from another."""

    metres: float
    way: str  # one of WAYS


class Landmark(NamedTuple):
    """What people find their way by, and where it is."""

    name: str  # with its kind
    lon: float
    lat: float


def heading(mark: tuple[float, float], place: tuple[float, float]) -> Bearing:
    """Return how far and which way a place lies from a landmark, both (lon, lat) in degrees.

    On a plane at their middle latitude: within 0.1 % of the great circle over some kilometres.
    """
    north = np.radians(place[1] - mark[1])
    east = np.radians(place[0] - mark[0]) * np.cos(np.radians((place[1] + mark[1]) / 2))
    eighth = round(float(np.degrees(np.arctan2(east, north))) / 45) % len(WAYS)
    return Bearing(float(EARTH * np.hypot(north, east)), WAYS[eighth])


def direction_words(
    mark: tuple[float, float], place: tuple[float, float], *, name: str, step: int = FINE
) -> str:
    """Say where a place lies, seen from a landmark: 120 m north-east of Elm school.

    Parameters
    ----------
    step
        Metres to which the distance is told: ``FINE`` or ``COARSE``.
    """
    metres, way = heading(mark, place)
    if metres < HERE and step < COARSE:
        return f"at {name}"
    if metres < _NEAR and step >= COARSE:
        return f"near {name}"
    steps = int(metres / step + 0.5) * step
    far = f"{steps} m" if steps < _KILOMETRE else f"{metres / _KILOMETRE:.1f} km"
    return f"{'about ' if step >= COARSE else ''}{far} {way} of {name}"


def from_landmark(
    places: pd.DataFrame,
    lon: float,
    lat: float,
    *,
    kinds: Sequence[str] = LANDMARKS,
    step: int = FINE,
) -> str:
    """Say where a point lies, seen from the nearest landmark; nothing where none is near.

    Parameters
    ----------
    places
        Columns of ``PLACE_COLUMNS``.
    kinds
        Of landmark.
    step
        Metres to which the distance is told.
    """
    found = nearest_landmark(places, lon, lat, kinds=kinds)
    if found is None:
        return ""
    return direction_words((found.lon, found.lat), (lon, lat), name=found.name, step=step)


def nearest_landmark(
    places: pd.DataFrame, lon: float, lat: float, *, kinds: Sequence[str] = LANDMARKS
) -> Landmark | None:
    """Return the nearest landmark of some kinds that has a name; none where none is near."""
    known = places[places["kind"].isin(kinds) & (places["name"].str.strip() != "")]
    east, north = (known[name].to_numpy(dtype=np.float64) for name in ("lon", "lat"))
    near = np.flatnonzero(around(east, north, centre=(lon, lat), metres=FARTHEST))
    if not near.size:
        return None
    first = near[metres_between(east[near], north[near], lon, lat).argmin()]
    name, kind = (" ".join(str(known[one].iloc[first]).split()) for one in ("name", "kind"))
    called = name if kind.lower() in name.lower() else f"{name} {kind}"
    return Landmark(called, float(east[first]), float(north[first]))

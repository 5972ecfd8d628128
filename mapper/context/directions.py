"""Directions in words: 120 m north-east of Queens Road health centre.

The distance is from the landmark to the middle of the place, as the crow flies; the way is the
nearest of eight, as seen from the landmark. The landmark is the nearest one that has a name and is
of a kind that people find their way by: no refuge, home or service whose address is nobody's
business, and nothing that stands at every corner. Its kind is said where its name leaves it out.
"""

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
_KILOMETRE = 1_000
LANDMARKS = (
    *("railway station", "bus or coach station", "ferry terminal", "tram or metro stop"),
    *("police station", "hospital", "health centre", "library", "school", "college"),
    *("shopping centre", "park", "place of worship", "community centre"),
)


class Heading(NamedTuple):
    """How far and which way a point lies from another."""

    metres: float
    way: str  # one of WAYS


def heading(mark: tuple[float, float], place: tuple[float, float]) -> Heading:
    """Return how far and which way a place lies from a landmark, both (lon, lat) in degrees.

    On a plane at their middle latitude: within 0.1 % of the great circle over some kilometres.
    """
    north = np.radians(place[1] - mark[1])
    east = np.radians(place[0] - mark[0]) * np.cos(np.radians((place[1] + mark[1]) / 2))
    eighth = round(float(np.degrees(np.arctan2(east, north))) / 45) % len(WAYS)
    return Heading(float(EARTH * np.hypot(north, east)), WAYS[eighth])


def direction_words(mark: tuple[float, float], place: tuple[float, float], *, name: str) -> str:
    """Say where a place lies, seen from a landmark: 120 m north-east of Elm school."""
    metres, way = heading(mark, place)
    if metres < HERE:
        return f"at {name}"
    tens = int(metres / 10 + 0.5) * 10
    far = f"{tens} m" if tens < _KILOMETRE else f"{metres / _KILOMETRE:.1f} km"
    return f"{far} {way} of {name}"


def from_landmark(places: pd.DataFrame, lon: float, lat: float) -> str:
    """Say where a point lies, seen from the nearest landmark; nothing where none is near.

    Parameters
    ----------
    places
        Columns of ``PLACE_COLUMNS``.
    """
    known = places[places["kind"].isin(LANDMARKS) & (places["name"].str.strip() != "")]
    east, north = (known[name].to_numpy(dtype=np.float64) for name in ("lon", "lat"))
    near = np.flatnonzero(around(east, north, centre=(lon, lat), metres=FARTHEST))
    if not near.size:
        return ""
    first = near[metres_between(east[near], north[near], lon, lat).argmin()]
    name, kind = (" ".join(str(known[one].iloc[first]).split()) for one in ("name", "kind"))
    called = name if kind.lower() in name.lower() else f"{name} {kind}"
    return direction_words((float(east[first]), float(north[first])), (lon, lat), name=called)

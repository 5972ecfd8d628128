"""How much of the ground may stand under a map, by who sees it.

A cell whose count is hidden is drawn all the same. With each house or street under it, a reader
sees which few homes it can mean: in the country a cell may hold one farm. So nobody outside the
operational audience gets buildings or minor streets, nor a picture so detailed that it shows them;
the public gets no roads either. What is left (main roads, rail, water, woods, names of places) is
larger than any cell and helps to read the map.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mapper.areas.ground import LAYERS
from mapper.disclosure.release import Release, is_release

_LANDSCAPE = ("woods", "water", "rivers", "places")


@dataclass(frozen=True)
class Backdrop:
    """What may be drawn under one release."""

    layers: tuple[str, ...]  # of vector tiles: names in mapper.areas.ground.LAYERS
    closest: int  # zoom of the finest pictures that may be drawn; closer in they are only enlarged


BACKDROPS: Mapping[str, Backdrop] = MappingProxyType(
    {
        "operational": Backdrop(tuple(LAYERS), 19),
        "partnership": Backdrop((*_LANDSCAPE, "rail", "roads"), 13),
        "public": Backdrop(_LANDSCAPE, 11),
    }
)


def backdrop_of(release: Release) -> Backdrop:
    """Return what may be drawn under a release."""
    return BACKDROPS[is_release(release).audience]

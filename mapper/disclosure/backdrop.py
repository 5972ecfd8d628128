"""How much of the ground may stand under a map, and which landmarks beside a place, by who sees it.

A cell whose count is hidden is drawn all the same. With each house or street under it, a reader
sees which few homes it can mean: in the country a cell may hold one farm. So nobody outside the
operational audience gets buildings or minor streets, nor a picture so detailed that it shows them;
the public gets no roads either. What is left (main roads, rail, water, woods, names of places) is
larger than any cell and helps to read the map.

Landmarks follow the same rule. Outside the operational audience a place is set beside the few that
everybody knows, for a school or a surgery is as small as a house, and to a hundred metres: the way
is worked out from the middle of the cells that the release shows, and so tells nothing that they
do not, but ten metres would be read as where an incident was. The public gets none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mapper.areas.ground import LAYERS
from mapper.context.directions import COARSE, FINE, LANDMARKS, WELL_KNOWN
from mapper.disclosure.release import Release, is_release

_LANDSCAPE = ("woods", "water", "rivers", "places")


@dataclass(frozen=True)
class Backdrop:
    """What may be drawn under one release."""

    layers: tuple[str, ...]  # of vector tiles: names in mapper.areas.ground.LAYERS
    landmarks: tuple[str, ...]  # kinds of place that may be marked, and named beside a place shown
    step: int  # metres to which it is told how far a place lies from one
    closest: int  # zoom of the finest pictures that may be drawn; closer in they are only enlarged


BACKDROPS: Mapping[str, Backdrop] = MappingProxyType(
    {
        "operational": Backdrop(tuple(LAYERS), LANDMARKS, step=FINE, closest=19),
        "partnership": Backdrop(
            (*_LANDSCAPE, "rail", "roads"), WELL_KNOWN, step=COARSE, closest=13
        ),
        "public": Backdrop(_LANDSCAPE, (), step=COARSE, closest=11),
    }
)


def backdrop_of(release: Release) -> Backdrop:
    """Return what may be drawn under a release."""
    return BACKDROPS[is_release(release).audience]

"""The ground under a map: its layers, from which zoom each is drawn, and what a record says.

One scheme whatever file it was made from, so that one style draws it and one rule says who sees
which of it. Each record has a ``name``, which may be empty, and a ``rank`` from 1, the most
important, to 5.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

DEEPEST = 14  # zoom of the finest tiles; closer in they are drawn larger


@dataclass(frozen=True)
class GroundLayer:
    """One kind of thing on the ground."""

    dimension: int  # of its shapes: 0 points, 1 lines, 2 polygons
    shallowest: int  # zoom of the first tiles that hold it


LAYERS: Mapping[str, GroundLayer] = MappingProxyType(
    {
        "woods": GroundLayer(2, 9),  # rank 1 woods, 2 parks and greens
        "water": GroundLayer(2, 8),
        "rivers": GroundLayer(1, 11),
        "buildings": GroundLayer(2, 13),
        "rail": GroundLayer(1, 10),
        "streets": GroundLayer(1, 12),  # rank 1 through roads, 2 residential, 3 paths and yards
        "roads": GroundLayer(1, 8),  # rank 1 motorways, 2 A roads, 3 B roads
        "places": GroundLayer(0, 8),  # rank 1 cities, 2 towns, 3 suburbs, 4 villages, 5 the rest
    }
)

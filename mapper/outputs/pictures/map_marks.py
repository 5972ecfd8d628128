"""What every printed map has: the way north, how far a kilometre is, the names of districts."""

from typing import TYPE_CHECKING

import numpy as np

from mapper.grid.hexagons import Cells, cells_to_points
from mapper.outputs.pictures.map_names import district_labels, placed
from mapper.outputs.pictures.paper import Paper
from mapper.outputs.pictures.svg import PAPER, SOFT, box, outline, path, text

if TYPE_CHECKING:
    import pandas as pd

INSIDE = 4.0  # units above the lower edge of a map at which its bar of kilometres lies
_SHORTEST_BAR = 30.0  # units of the drawing
_NORTH = np.array([[0.0, 0.0], [5.0, 14.0], [0.0, 10.5], [-5.0, 14.0]])  # an arrow's corners


def scale_and_north(paper: Paper, *, foot: float) -> list[str]:
    """Return a bar of some kilometres at the right, and an arrow to the north above it.

    Parameters
    ----------
    foot
        Where the bar lies, in units of the drawing from its upper edge.
    """
    one = paper.kilometre
    far = next((km for km in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20) if km * one >= _SHORTEST_BAR), 50)
    said = f"{far:g} km" if far >= 1 else f"{1000 * far:g} m"
    return [
        box(paper.width - far * one, foot, far * one, 1.5, fill=SOFT),
        text(said, paper.width, foot - 3, size=7, anchor="end"),
        path(outline([_NORTH + np.array([paper.width - 8, 4])]), fill=SOFT, stroke=PAPER),
        text("N", paper.width - 8, 26, size=8, anchor="middle", bold=True, halo=True),
    ]


def district_names(paper: Paper, cells: Cells, districts: "pd.Series[str]") -> list[str]:
    """Return the names of the districts of some cells, each where it finds room."""
    points = paper.place(np.column_stack(cells_to_points(cells)))
    labels = district_labels(districts, points)
    return placed(labels, taken=[], width=paper.width, height=paper.height)

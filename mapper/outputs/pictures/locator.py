"""The small map in the corner of a printed one: where in the whole area it lies.

Drawn where a map shows a part alone. It holds outlines of districts and the frame of the map, both
of which the map itself tells: nothing of any count.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mapper.areas.load import load_study_area
from mapper.base.errors import MapperError
from mapper.base.palette import COLOURS
from mapper.base.types import Floats
from mapper.disclosure.release import Release, is_release
from mapper.grid.hexagons import (
    cells_to_corners,
    cells_to_outline,
    cells_to_points,
    cells_to_strings,
    strings_to_cells,
)
from mapper.outputs.pictures.paper import Paper
from mapper.outputs.pictures.svg import HOT, PAPER, SOFT, box, outline, path, text

Box = tuple[float, float, float, float]  # left, top, right, bottom

_WIDE, _EDGE, _WORDS = 88.0, 4.0, 9.0  # units of the drawing; the last for the line of words
_SMALLEST = 5.0  # units: a frame that can be seen
_PART = 0.6  # of the width and height of the area: a map of more needs no locator
_NORTH = 24.0  # units at the top right corner that the arrow takes


@dataclass(frozen=True)
class Locator:
    """A small map, where it stands, and the words for it."""

    parts: list[str]
    box: Box
    words: str


def locator_of(
    release: Release, paper: Paper, middles: Floats, *, numbers: Sequence[Box]
) -> Locator | None:
    """Return the small map of a printed one; none where the map shows most of the area.

    Parameters
    ----------
    paper
        Of the map that it stands in.
    middles
        Of the cells that the map shows, in units of the drawing, shape (cells, 2).
    numbers
        Where hot spots are numbered: it covers as few of them, and of the cells, as it can.
    """
    area, title = _around(release, paper)
    corners = cells_to_corners(strings_to_cells(area["cell"].to_numpy(dtype=object)))
    low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
    west, south, east, north = paper.box
    if max((east - west) / (high[0] - low[0]), (north - south) / (high[1] - low[1])) > _PART:
        return None
    small = Paper(corners.reshape(-1, 2), width=min(_WIDE, paper.width / 4))
    wide, tall = small.width + 2 * _EDGE, small.height + 2 * _EDGE + _WORDS
    if tall > paper.height / 2:
        small = Paper(corners.reshape(-1, 2), width=small.width * paper.height / 2 / tall)
        wide, tall = small.width + 2 * _EDGE, small.height + 2 * _EDGE + _WORDS
    stands = _free_corner(paper, wide, tall, middles, numbers)
    district = _district(area, west, south, east, north)
    said = f"{district}, {title}" if district and district != title else title
    inner = [box(0, 0, wide, tall, fill=PAPER, stroke=SOFT)]
    inner.append(f'<g transform="translate({_EDGE:g} {_EDGE:g})">{_drawn(small, area, paper)}</g>')
    size = min(6.5, wide / max(len(said), 1) / 0.58)
    inner.append(text(said, wide / 2, tall - 3, size=size, anchor="middle", fill=SOFT))
    moved = f'<g transform="translate({stands[0]:.1f} {stands[1]:.1f})">{"".join(inner)}</g>'
    return Locator([moved], stands, f"The small map shows where in {title} it lies: {said}.")


def _around(release: Release, paper: Paper) -> tuple[pd.DataFrame, str]:
    """Return the cells of the area around a map: this installation's, else the release's own."""
    own = is_release(release).cells
    try:
        area = load_study_area(resolution=9)
    except MapperError:
        return own, release.area_title
    cells = area.cells["cell"].to_numpy()
    lon, lat = cells_to_points(cells)
    west, south, east, north = paper.box
    around = lon.min() <= west and lon.max() >= east and lat.min() <= south and lat.max() >= north
    if not around:
        return own, release.area_title
    return area.cells.assign(cell=cells_to_strings(cells)), area.title


def _drawn(small: Paper, area: pd.DataFrame, paper: Paper) -> str:
    """Return districts in outline and the frame of the map."""
    parts = []
    for _, group in area.groupby("district", observed=True):
        index = strings_to_cells(group["cell"].to_numpy(dtype=object))
        rings = small.rings(cells_to_outline(index))
        parts.append(path(outline(rings), fill=COLOURS["ground"], stroke=SOFT, width=0.4))
    west, south, east, north = paper.box
    (left, top), (right, bottom) = small.place(np.array([[west, north], [east, south]])).tolist()
    more = [max(0.0, _SMALLEST - size) / 2 for size in (right - left, bottom - top)]
    frame = box(
        *(left - more[0], top - more[1], right - left + 2 * more[0], bottom - top + 2 * more[1]),
        fill="none",
        stroke=HOT,
    )
    return "".join([*parts, frame])


def _district(area: pd.DataFrame, west: float, south: float, east: float, north: float) -> str:
    """Return the district that most cells of the map lie in."""
    lon, lat = cells_to_points(strings_to_cells(area["cell"].to_numpy(dtype=object)))
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    counted = area.loc[inside, "district"].astype("str").value_counts()
    return str(counted.index[0]) if len(counted) else ""


def _free_corner(
    paper: Paper, wide: float, tall: float, middles: Floats, numbers: Sequence[Box]
) -> Box:
    """Return the corner of the map where a box hides least: numbers first, then cells."""
    right, bottom = paper.width - wide, paper.height - tall
    corners = [(right, bottom), (0.0, bottom), (0.0, 0.0), (right, _NORTH)]

    def hidden(corner: tuple[float, float]) -> tuple[int, int]:
        x, y = corner
        over = sum(
            one[0] < x + wide and one[2] > x and one[1] < y + tall and one[3] > y for one in numbers
        )
        inside = (middles >= [x, y]).all(axis=1) & (middles <= [x + wide, y + tall]).all(axis=1)
        return over, int(inside.sum())

    x, y = min(corners, key=hidden)
    return x, y, x + wide, y + tall

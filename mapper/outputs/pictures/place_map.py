"""A map of the places that the rows of an answer stand for: outlined and numbered over the area."""

import numpy as np

from mapper.base.palette import COLOURS
from mapper.base.text import count
from mapper.disclosure.release import FindingRelease, is_release
from mapper.grid.hexagons import cells_to_corners, cells_to_outline
from mapper.outputs.documents.model import Picture
from mapper.outputs.pictures.map_marks import INSIDE, scale_and_north
from mapper.outputs.pictures.paper import Paper
from mapper.outputs.pictures.svg import HOT, RULE, drawing, hatch, outline, path, text

_NAMES = ("name", "ward", "district", "hotspot_id")  # the first column that is there names a place
_MARGIN = np.array([0.02, 0.012])  # degrees, about 1.3 km
_NAMED = 10  # places named in the words that stand for the map


def place_map(release: FindingRelease, *, width: float = 640.0) -> Picture | None:
    """Return the map of an answer's places, numbered in the order of its rows; none without."""
    where = is_release(release, FindingRelease).where
    if where is None or not (where.of_row >= 0).any():
        return None
    _, rows = np.unique(where.of_row[where.of_row >= 0], return_index=True)
    shown = where.of_row[where.of_row >= 0][np.sort(rows)]
    corners = cells_to_corners(where.area)
    middle = corners.mean(axis=1)
    drawn = cells_to_corners(np.concatenate([where.places[place] for place in shown]))
    low, high = drawn.min(axis=(0, 1)), drawn.max(axis=(0, 1))
    margin = np.maximum((high - low) * 0.1, _MARGIN)
    near = ((middle >= low - margin) & (middle <= high + margin)).all(axis=1)
    paper = Paper(np.concatenate([corners[near], drawn]).reshape(-1, 2), width=width)
    rings = paper.rings(cells_to_outline(where.area[near]))
    parts = [hatch("place", stroke=HOT), path(outline(rings), fill=COLOURS["ground"], stroke=RULE)]
    numbers = []
    for number, place in enumerate(shown, start=1):
        rings = paper.rings(cells_to_outline(where.places[place]))
        parts.append(path(outline(rings), fill="url(#place)", stroke=HOT, width=1.0))
        x, y = np.concatenate(rings).mean(axis=0)
        numbers.append(text(str(number), x, y + 3, size=9, anchor="middle", bold=True, halo=True))
    marks = scale_and_north(paper, foot=paper.height - INSIDE)
    svg = drawing([*parts, *numbers, *marks], width=paper.width, height=paper.height)
    told = f"{count(len(shown), 'place')}, numbered in the order of the rows"
    title = next((name for name in _NAMES if name in release.table), "")
    first = [int(np.flatnonzero(where.of_row == place)[0]) for place in shown[:_NAMED]]
    names = [str(release.table[title].iloc[row]) for row in first] if title else []
    listed = "; ".join(f"{at}. {name}" for at, name in enumerate(names, start=1))
    words = f"Map of {release.title}, {release.area_title}, {release.period}: {told}. {listed}"
    return Picture(svg, words.strip(), told)

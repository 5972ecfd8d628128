"""Names on a printed map: districts, wards and streets, none on another or on a number.

A name stands at the middle of what it names, or is left out where there is no room; districts come
first, then wards, landmarks, the streets with most incidents, and what the background names.
Streets and landmarks are named on close maps alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mapper.base.types import Floats
from mapper.outputs.pictures.svg import INK, SOFT, text

_LETTER = 0.58  # of the size: the mean width of a letter
_CLOSE = 45.0  # units of the drawing to a kilometre, from which streets are named
_MOST_WARDS = 40
_MOVES = (0.0, -1.5, 1.5, -3.0, 3.0, -4.5, 4.5)  # heights of a letter


@dataclass(frozen=True)
class Label:
    """Words, and where their middle would stand."""

    words: str
    x: float
    y: float
    size: float
    fill: str = INK
    bold: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom."""
        half = _LETTER * self.size * len(self.words) / 2
        return self.x - half, self.y - self.size, self.x + half, self.y + self.size * 0.3

    @property
    def drawn(self) -> str:
        """The words as a drawing."""
        return text(
            self.words,
            self.x,
            self.y,
            size=self.size,
            anchor="middle",
            fill=self.fill,
            bold=self.bold,
            halo=True,
        )

    def lies_on(self, other: "Label") -> bool:
        """Tell whether the words would stand on others."""
        left, top, right, bottom = self.box
        first, highest, last, lowest = other.box
        return left < last and right > first and top < lowest and bottom > highest


def names_of(
    cells: pd.DataFrame, points: Floats, streets: Iterable[Label], *, kilometre: float
) -> list[Label]:
    """Return the names that a map may hold, those that matter most first.

    Parameters
    ----------
    cells, points
        Those that are drawn, with ``district`` and ``ward``, and their middles in units of the
        drawing, shape (cells, 2).
    streets
        Those of the data, for a map close enough.
    kilometre
        In units of the drawing.
    """
    labels: list[Label] = []  # what is everywhere on the map stands in its title
    if len(pd.unique(cells["district"])) > 1:
        labels += district_labels(cells["district"], points)
    if 1 < cells["ward"].nunique() <= _MOST_WARDS:
        labels += _middles(cells["ward"], points, size=7.5, fill=SOFT)
    return labels + (list(streets) if kilometre >= _CLOSE else [])


def district_labels(districts: "pd.Series[str]", points: Floats) -> list[Label]:
    """Return the name of each district at the middle of its cells.

    Parameters
    ----------
    points
        Middles of the cells in units of the drawing, shape (cells, 2).
    """
    return list(_middles(districts, points, size=10, bold=True))


def _middles(
    names: "pd.Series[str]", points: Floats, *, size: float, fill: str = INK, bold: bool = False
) -> Iterator[Label]:
    """Yield each name at the middle of its cells."""
    known = names.astype("str").fillna("").to_numpy(dtype=object)
    for name in pd.unique(known):
        if name:
            x, y = points[known == name].mean(axis=0).tolist()
            yield Label(str(name), x, y, size, fill, bold)


def placed(
    labels: Iterable[Label],
    *,
    taken: Sequence[tuple[float, float, float, float]],
    width: float,
    height: float,
) -> list[str]:
    """Return as drawings the names that find room inside the map, in the order given.

    A name in bold, a district's, may move up or down to find it.
    """
    boxes = [np.array(one) for one in taken]
    parts = []
    for label in labels:
        moves = _MOVES if label.bold else _MOVES[:1]
        tried = (replace(label, y=label.y + move * label.size) for move in moves)
        found = next((one for one in tried if _has_room(one.box, boxes, width, height)), None)
        if found is not None:
            boxes.append(np.array(found.box))
            parts.append(found.drawn)
    return parts


def _has_room(
    box: tuple[float, float, float, float], boxes: Iterable[Floats], width: float, height: float
) -> bool:
    """Tell whether a box lies inside the map and on no other."""
    left, top, right, bottom = box
    return (left >= 0 and right <= width and top >= 0 and bottom <= height) and not any(
        left < other[2] and right > other[0] and top < other[3] and bottom > other[1]
        for other in boxes
    )

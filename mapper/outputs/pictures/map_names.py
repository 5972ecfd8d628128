"""Names on a printed map: districts, wards and streets, none on another or on a number.

A name stands at the middle of what it names, or is left out where there is no room; districts come
first, then wards, then the streets with most incidents. Streets are named on close maps alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mapper.base.types import Floats
from mapper.outputs.pictures.svg import INK, SOFT, text

_LETTER = 0.58  # of the size: the mean width of a letter
_CLOSE = 45.0  # units of the drawing to a kilometre, from which streets are named
_MOST_WARDS = 40


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
        labels += _middles(cells["district"], points, size=10, bold=True)
    if 1 < cells["ward"].nunique() <= _MOST_WARDS:
        labels += _middles(cells["ward"], points, size=7.5, fill=SOFT)
    return labels + (list(streets) if kilometre >= _CLOSE else [])


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
    labels: Iterable[Label], *, taken: Sequence[tuple[float, float, float, float]], width: float
) -> list[str]:
    """Return as drawings the names that find room inside the map, in the order given."""
    boxes = [np.array(one) for one in taken]
    parts = []
    for label in labels:
        left, top, right, bottom = label.box
        inside = left >= 0 and right <= width and top >= 0
        if inside and not any(
            left < other[2] and right > other[0] and top < other[3] and bottom > other[1]
            for other in boxes
        ):
            boxes.append(np.array(label.box))
            parts.append(
                text(
                    label.words,
                    label.x,
                    label.y,
                    size=label.size,
                    anchor="middle",
                    fill=label.fill,
                    bold=label.bold,
                    halo=True,
                )
            )
    return parts

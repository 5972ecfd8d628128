"""A map of one number for each cell: a density, a ratio, what is expected, what is left over.

The colours are those of counts, in five classes that hold as many cells each; cells without a
number, or with none to speak of, stay the colour of the ground.
"""

import numpy as np
import pandas as pd

from mapper.base.errors import OutputError
from mapper.base.palette import BLUES, COLOURS
from mapper.disclosure.release import FindingRelease, is_release
from mapper.grid.hexagons import cells_to_corners, cells_to_outline, strings_to_cells
from mapper.outputs.documents.model import Picture
from mapper.outputs.pictures.map_marks import INSIDE, district_names, scale_and_north
from mapper.outputs.pictures.paper import Paper
from mapper.outputs.pictures.svg import PAPER, SOFT, box, drawing, outline, path, text
from mapper.statistics.map_classes import class_breaks

_STEP = 118.0  # units between the words of two classes
_BOX = 12.0


def cell_map(release: FindingRelease, column: str, *, width: float = 640.0) -> Picture:
    """Return the map of a column of an answer whose rows are cells.

    Parameters
    ----------
    column
        Of numbers; what is 0 or missing has no colour.

    Raises
    ------
    OutputError
        When the rows are no cells, or there is no such column.
    """
    table = is_release(release, FindingRelease).table
    if release.unit != "cell" or column not in table:
        raise OutputError(f"{release.title} holds no {column} of cells to draw.")
    index = strings_to_cells(table["cell"].to_numpy(dtype=object))
    order = np.argsort(index)
    index, values = index[order], table[column].to_numpy(dtype=np.float64)[order]
    corners = cells_to_corners(index)
    paper = Paper(corners.reshape(-1, 2), width=width)
    parts = [path(outline(paper.rings(cells_to_outline(index))), fill=COLOURS["ground"])]
    bounds = class_breaks(values[values > 0])
    at = np.searchsorted(bounds, values)
    for number in range(bounds.size):
        rings = paper.place(corners[(values > 0) & (at == number)][:, :-1])
        if len(rings):
            fill = BLUES[number]
            parts.append(path(outline(rings), fill=fill, stroke=PAPER, width=0.2))
    district = table["district"].astype("str").to_numpy()[order]
    for name in np.unique(district):
        rings_of = paper.rings(cells_to_outline(index[district == name]))
        parts.append(path(outline(rings_of), stroke=SOFT, width=0.9))
    parts += district_names(paper, index, pd.Series(district))
    parts += scale_and_north(paper, foot=paper.height - INSIDE)
    for number, bound in enumerate(bounds.tolist()):
        x, y = number * _STEP, paper.height + 10
        parts.append(box(x, y, _BOX, 8, fill=BLUES[number]))
        parts.append(text(f"up to {bound:,.3g}", x + _BOX + 4, y + 8, size=9))
    svg = drawing(parts, width=max(paper.width, _STEP * bounds.size), height=paper.height + 26)
    words = f"Map of {column.replace('_', ' ')} by cell, {release.area_title}, {release.period}."
    if bounds.size:
        at_most = table.iloc[[int(np.nanargmax(table[column].to_numpy(dtype=np.float64)))]]
        value, ward, place = at_most[[column, "ward", "district"]].to_numpy()[0]
        words += f" The largest, {value:,.3g}, in {ward}, {place}."
    return Picture(svg, words, release.title)

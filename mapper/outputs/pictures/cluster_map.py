"""A map of the clusters of a scan: the study area, its districts, clusters outlined and numbered.

Clusters that chance does not explain are hatched as well as coloured, so a grey printer and every
eye tell them from the others.
"""

from typing import TYPE_CHECKING

import numpy as np

from mapper.areas.study_area import StudyArea
from mapper.base.errors import OutputError
from mapper.base.palette import COLOURS
from mapper.disclosure.release import FindingRelease, is_release
from mapper.grid.hexagons import cells_to_corners, cells_to_outline, strings_to_cells
from mapper.outputs.documents.model import Picture
from mapper.outputs.pictures.area_map import ground
from mapper.outputs.pictures.map_marks import INSIDE, district_names, scale_and_north
from mapper.outputs.pictures.paper import Paper
from mapper.outputs.pictures.svg import HOT, SOFT, box, drawing, hatch, outline, path, text

if TYPE_CHECKING:
    from mapper.base.types import Floats

_CLEAR = 0.05
_NAMED = 10  # clusters named in the words that stand for the map


def cluster_map(release: FindingRelease, area: StudyArea, *, width: float = 640.0) -> Picture:
    """Return the map of the clusters that a scan found.

    Parameters
    ----------
    area
        The study area of the scan: its ground and districts are drawn, nothing of its counts.

    Raises
    ------
    OutputError
        When the answer holds no clusters with their cells.
    """
    table = is_release(release, FindingRelease).table
    if "cell_list" not in table:
        raise OutputError(f"{release.title} holds no clusters to draw.")
    index = area.cells["cell"].to_numpy()
    paper = Paper(cells_to_corners(index).reshape(-1, 2), width=width)
    parts = [hatch("clear", stroke=HOT), *ground(paper, area)]
    columns = (table[name] for name in ("cluster", "cell_list", "p"))
    for number, cells, p in reversed(list(zip(*columns, strict=True))):
        parts += _cluster(paper, str(number), str(cells), clear=bool(p <= _CLEAR))
    parts += district_names(paper, index, area.cells["district"])
    parts += scale_and_north(paper, foot=paper.height - INSIDE)
    parts += _legend(paper)
    svg = drawing(parts, width=paper.width, height=paper.height + 26)
    return Picture(svg, _words(release), release.title)


def _cluster(paper: Paper, number: str, cells: str, *, clear: bool) -> list[str]:
    """Return the outline and number of one cluster."""
    listed: list[object] = [one.strip() for one in cells.replace(";", " ").split()]
    rings = paper.rings(cells_to_outline(strings_to_cells(np.array(listed, dtype=object))))
    middle: Floats = np.concatenate(rings).mean(axis=0)
    fill, edge = ("url(#clear)", HOT) if clear else (COLOURS["edge"], SOFT)
    shape = path(outline(rings), fill=fill, stroke=edge, width=1.5 if clear else 0.8)
    label = text(number, middle[0], middle[1] + 3, size=9, anchor="middle", bold=clear, halo=True)
    return [shape, label]


def _legend(paper: Paper) -> list[str]:
    """Return what the marks mean."""
    y = paper.height + 10
    return [
        box(0, y, 10, 8, fill="url(#clear)", stroke=HOT),
        text("p of 0.05 or less, with its number in the table", 14, y + 8, size=9),
        box(260, y, 10, 8, fill=COLOURS["edge"], stroke=SOFT),
        text("could be chance", 274, y + 8, size=9),
    ]


def _words(release: FindingRelease) -> str:
    """Return the words that stand for the map."""
    top = release.table.head(_NAMED)
    columns = (top[name] for name in ("cluster", "ward", "district", "p"))
    listed = "; ".join(
        f"{n}. {ward}, {district}" for n, ward, district, _ in zip(*columns, strict=True)
    )
    clear = int((release.table["p"] <= _CLEAR).sum())
    return (
        f"Map of {len(release.table)} clusters in {release.area_title}, {release.period}; {clear}"
        f" with p of 0.05 or less. {listed}."
    )

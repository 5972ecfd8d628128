"""A map of a study area: its ground, and its districts outlined and named."""

from mapper.areas.study_area import StudyArea
from mapper.base.palette import COLOURS
from mapper.grid.hexagons import cells_to_corners, cells_to_outline
from mapper.outputs.documents.model import Picture
from mapper.outputs.pictures.map_marks import INSIDE, district_names, scale_and_north
from mapper.outputs.pictures.paper import Paper
from mapper.outputs.pictures.svg import SOFT, drawing, outline, path


def area_map(area: StudyArea, *, width: float = 520.0) -> Picture:
    """Return the map of an area, to be compared with what one knows of it."""
    index = area.cells["cell"].to_numpy()
    paper = Paper(cells_to_corners(index).reshape(-1, 2), width=width)
    parts = ground(paper, area)
    parts += district_names(paper, index, area.cells["district"])
    parts += scale_and_north(paper, foot=paper.height - INSIDE)
    names = ", ".join(map(str, area.cells["district"].cat.categories))
    svg = drawing(parts, width=paper.width, height=paper.height)
    return Picture(svg, f"Map of {area.title} with its districts: {names}.", area.title)


def ground(paper: Paper, area: StudyArea) -> list[str]:
    """Return the ground of an area and the outlines of its districts."""
    index = area.cells["cell"].to_numpy()
    parts = [path(outline(paper.rings(cells_to_outline(index))), fill=COLOURS["ground"])]
    for _, group in area.cells.groupby("district", observed=True):
        rings = paper.rings(cells_to_outline(group["cell"].to_numpy()))
        parts.append(path(outline(rings), stroke=SOFT, width=0.8))
    return parts

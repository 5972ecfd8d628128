"""A campaign as files and as a map: places, actions and counts of outreach, late actions first.

What is written is what people put into the campaign's record, for those who may read it. Counts of
incidents are not in it: they leave by a release alone.
"""

import io
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mapper.areas.study_area import StudyArea
from mapper.base.lazy import Lazy
from mapper.base.palette import COLOURS
from mapper.disclosure.release import MARKINGS
from mapper.grid.hexagons import cells_to_corners, cells_to_outline, strings_to_cells
from mapper.outputs.documents.model import Picture
from mapper.outputs.exports.workbook import MADE, write_about, write_table
from mapper.outputs.pictures.map_marks import INSIDE, district_names, scale_and_north
from mapper.outputs.pictures.paper import Paper
from mapper.outputs.pictures.svg import ACCENT, HOT, SOFT, box, drawing, outline, path, text
from mapper.outputs.tables import csv_bytes
from mapper.records.actions import actions_of
from mapper.records.campaigns import (
    action_table,
    cells_of,
    coverage,
    figures,
    has_begun,
    place_table,
    untouched_in_words,
)
from mapper.records.form import Content
from mapper.records.versions import Version

if TYPE_CHECKING:
    import xlsxwriter
else:
    xlsxwriter = Lazy("xlsxwriter")

FILES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "csv": ("Actions (CSV)", "text/csv"),
        "xlsx": (
            "Campaign (Excel)",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    }
)
_WIDTH = 640.0
_SMALLEST = 9.0  # units across; a place that would be smaller is marked by a dot


def campaign_file(saved: Version, form: str, today: date) -> bytes:
    """Return a campaign as CSV (its actions) or XLSX (also its places and figures)."""
    actions = action_table(actions_of(saved.content), today)
    if form == "csv":
        rows = actions.astype(object).where(actions.notna(), None)
        return csv_bytes(actions.columns, rows.to_numpy().tolist())
    file = io.BytesIO()
    marking = MARKINGS["operational"]
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": saved.title, "keywords": marking, "created": MADE})
        write_about(book, _about(saved, today), marking)
        write_table(book, "Actions", actions, marking)
        write_table(book, "Places", place_table(saved.content), marking)
        write_table(book, "Outreach", pd.DataFrame(saved.content.get("outreach", ())), marking)
    return file.getvalue()


def _about(saved: Version, today: date) -> dict[str, object]:
    """Return what the first sheet says."""
    content = saved.content
    names = ("strand", "purpose", "population", "first", "last", "lead", "judged", "state")
    told = {name: content[name] for name in names if content.get(name)}
    reached = [f"{value} {words}" for value, words in figures(content, today)]
    begun = has_begun(content, today)
    untouched = [*coverage(content).untouched] if begun else [untouched_in_words(content, today)]
    record = f"{saved.record}, version {saved.number}, saved by {saved.author}"
    return {
        "campaign": saved.title,
        "record": record,
        **told,
        "lateness told from": today.isoformat(),
        "so far": reached,
        "untouched": untouched or ["none"],
    }


def coverage_picture(content: Content, area: StudyArea) -> Picture | None:
    """Return a map of the places visited and untouched; nothing where no place has cells."""
    covered = coverage(content)
    states = {"visited": covered.visited, "untouched": covered.untouched}
    if not cells_of(content, covered.planned):
        return None
    index = area.cells["cell"].to_numpy()
    paper = Paper(cells_to_corners(index).reshape(-1, 2), width=_WIDTH)
    parts = [path(outline(paper.rings(cells_to_outline(index))), fill=COLOURS["ground"])]
    for _, group in area.cells.groupby("district", observed=True):
        cells = group["cell"].to_numpy()
        parts.append(path(outline(paper.rings(cells_to_outline(cells))), stroke=SOFT, width=0.9))
    for state, names in states.items():
        colour = ACCENT if state == "visited" else HOT
        for name in names:
            parts += _place(paper, cells_of(content, [name]), visited=state == "visited")
        at = 12 + 150 * (state == "untouched")
        parts.append(box(at, paper.height + 8, 10, 10, fill=colour))
        parts.append(text(f"{state}: {len(names)}", at + 15, paper.height + 17))
    parts += district_names(paper, index, area.cells["district"])
    parts += scale_and_north(paper, foot=paper.height - INSIDE)
    svg = drawing(parts, width=paper.width, height=paper.height + 26)
    gone = "; ".join(covered.untouched) or "none"
    words = f"Map of the campaign: {covered.words}. Untouched: {gone}."
    return Picture(svg, words, "Places visited and untouched")


def _place(paper: Paper, cells: frozenset[str], *, visited: bool) -> list[str]:
    """Return one place: its outline, and a dot where the outline would be too small to see.

    A visited place is filled and an untouched one is an open line, for whoever prints in grey.
    """
    if not cells:
        return []
    colour = ACCENT if visited else HOT
    rings = paper.rings(cells_to_outline(strings_to_cells(sorted(cells))))
    points = np.concatenate(rings)
    fill = colour if visited else "none"
    parts = [path(outline(rings), fill=fill, stroke=colour, width=1.4)]
    if np.ptp(points, axis=0).max() < _SMALLEST:
        x, y = points.mean(axis=0)
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_SMALLEST / 2:g}" fill="{fill}"'
            f' stroke="{colour}" stroke-width="1.6"/>'
        )
    return parts

"""A map of a release as SVG for print: ground, names, counts by class, hot spots by number.

Hot spots are outlined, hatched and numbered, so that a grey printer shows them too; cells whose
counts are hidden from the audience are drawn alike, whatever they hide.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd

from mapper.base.palette import BLUES, COLOURS
from mapper.base.types import Flags
from mapper.context.places import Places
from mapper.disclosure.release import Release, is_release
from mapper.grid.hexagons import cells_to_corners, cells_to_outline, strings_to_cells
from mapper.outputs.documents.model import Picture
from mapper.outputs.maps.basemap import credit_of
from mapper.outputs.maps.drawing import count_classes
from mapper.outputs.maps.landmarks import landmark_points, landmarks_of
from mapper.outputs.pictures.locator import Locator, locator_of
from mapper.outputs.pictures.map_ground import ground_names, ground_parts
from mapper.outputs.pictures.map_marks import scale_and_north
from mapper.outputs.pictures.map_names import Label, names_of, placed
from mapper.outputs.pictures.paper import Paper, Points
from mapper.outputs.pictures.svg import (
    HOT,
    INK,
    PAPER,
    SOFT,
    box,
    clip,
    drawing,
    hatch,
    outline,
    path,
    text,
)
from mapper.outputs.tables import hotspot_outlines

_ROOM = 12.0  # units that a number takes
_SIZE = re.compile(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"')
_CLOSE = 25.0  # units of the drawing to a kilometre, from which every landmark is marked
_NAMED = 10  # hot spots named in the words that stand for the map


def map_picture(
    release: Release,
    *,
    title: str = "",
    width: float = 480.0,
    focus: str | None = None,
    ground: Path | None = None,
    places: Places | None = None,
) -> Picture:
    """Return the map of a release.

    Parameters
    ----------
    focus
        Id of a hot spot to fill the map with, its surroundings around it; all if not given.
    ground
        Vector tiles made by ``mapper area background``, to draw what the audience may see of.
    places
        Of which stations and the like are marked and named: on a close map all, else those next to
        a hot spot.
    """
    cells = is_release(release).cells
    index = strings_to_cells(cells["cell"].to_numpy(dtype=object))
    corners = cells_to_corners(index)
    shown = _near(cells, corners, focus)
    paper = Paper(corners[shown].reshape(-1, 2), width=width)
    parts = [hatch("hot", stroke=HOT), hatch("hidden", stroke=COLOURS["hatch"], gap=3)]
    parts.append(path(outline(paper.rings(cells_to_outline(index[shown]))), fill=COLOURS["ground"]))
    under, over = ([], []) if ground is None else _ground(paper, release, ground)
    drawn = _cells(paper, cells[shown], corners[shown])
    parts += [clip("map", paper.width, paper.height, under), *drawn]
    parts.append(clip("map-over", paper.width, paper.height, over))
    for _, group in cells[shown].groupby("district", observed=True):
        rings = paper.rings(cells_to_outline(index[group.index]))
        parts.append(path(outline(rings), stroke=SOFT, width=0.9))
    spots, numbers = _hotspots(paper, release, set(cells.loc[shown, "hotspot_id"]))
    middles = paper.place(corners[shown][:, :-1].mean(axis=1))
    marks, landmarks = _landmarks(paper, release, places)
    named = [*landmarks, *_streets(paper, release)]
    labels = names_of(cells[shown], middles, named, kilometre=paper.kilometre)
    labels += [] if ground is None else _ground_names(paper, release, ground)
    small = locator_of(release, paper, middles, numbers=[number.box for number in numbers])
    parts += [*spots, *marks, *(number.drawn for number in numbers)]
    taken = [*(number.box for number in numbers), *([small.box] if small else [])]
    parts += placed(labels, taken=taken, width=paper.width, height=paper.height)
    hidden = bool(_counts(cells[shown]).isna().any())
    parts += _legend(paper, hidden=hidden, landmarks=bool(marks))
    parts += small.parts if small else []
    credit = "" if ground is None else credit_of(ground)
    parts += [text(credit, paper.width, paper.height + 31, size=5.5, anchor="end", fill=SOFT)]
    svg = drawing(parts, width=paper.width, height=paper.height + (34 if credit else 24))
    return Picture(svg, _words(release, title, small), title)


def no_higher(drawn: Picture, high: float) -> Picture:
    """Return a map without its caption, narrow enough not to be higher than a share of the line."""
    found = _SIZE.search(drawn.svg)
    wide, tall = (float(found[1]), float(found[2])) if found else (1.0, 1.0)
    return Picture(drawn.svg, drawn.alt, "", width=round(min(1.0, high * wide / tall), 3))


def _near(cells: pd.DataFrame, corners: Points, focus: str | None) -> Flags:
    """Return which cells are drawn: all, or those around one hot spot."""
    every = np.ones(len(cells), dtype=bool)
    inside = (cells["hotspot_id"] == focus).to_numpy() if focus else ~every
    if not inside.any():
        return every
    middle = corners.mean(axis=1)
    low, high = middle[inside].min(axis=0), middle[inside].max(axis=0)
    margin = np.maximum((high - low) * 0.8, [0.02, 0.012])  # about 1.3 km
    near: Flags = ((middle >= low - margin) & (middle <= high + margin)).all(axis=1)
    return near


def _counts(cells: pd.DataFrame) -> "pd.Series[float]":
    """Return counts as numbers, missing where they are hidden from the audience."""
    return pd.to_numeric(cells["incidents"], errors="coerce").astype("float64")


def _cells(paper: Paper, cells: pd.DataFrame, corners: Points) -> list[str]:
    """Return cells with a count by class, and hidden ones, each class as one path."""
    counts = _counts(cells).to_numpy()
    known = np.nan_to_num(counts, nan=0.0).astype(np.int64)
    starts = count_classes(known)
    at = np.searchsorted(starts, known, side="right") - 1
    parts = []
    for number in range(len(starts)):
        which = (known > 0) & (at == number)
        rings = paper.place(corners[which][:, :-1])
        if which.any():
            parts.append(path(outline(rings), fill=BLUES[number], stroke=PAPER, width=0.2))
    hidden = np.isnan(counts)
    if hidden.any():
        parts.append(path(outline(paper.place(corners[hidden][:, :-1])), fill="url(#hidden)"))
    return parts


def _ground(paper: Paper, release: Release, file: Path) -> tuple[list[str], list[str]]:
    """Return ground to be drawn under the cells, and over them."""
    return ground_parts(file, release, paper.place, box=paper.box, kilometre=paper.kilometre)


def _ground_names(paper: Paper, release: Release, file: Path) -> list[Label]:
    """Return what the ground is called."""
    return ground_names(file, release, paper.place, box=paper.box, kilometre=paper.kilometre)


def _landmarks(
    paper: Paper, release: Release, places: Places | None
) -> tuple[list[str], list[Label]]:
    """Return stations and the like as marks, and their names beneath.

    On a map that is not close, those alone that are next to a hot spot.
    """
    if places is None:
        return [], []
    few = landmark_points(release, places) if paper.kilometre < _CLOSE else None
    marks, names = [], []
    for lon, lat, _kind, name in landmarks_of(release, places):
        if few is not None and (lon, lat) not in few:
            continue
        x, y = paper.place(np.array([lon, lat])).tolist()
        if 0 <= x <= paper.width and 0 <= y <= paper.height:
            marks.append(box(x - 2, y - 2, 4, 4, fill=INK, stroke=PAPER))
            names.append(Label(unescape(name), x, y + 9, 6.5))
    return marks, names


def _streets(paper: Paper, release: Release) -> list[Label]:
    """Return the streets that the release names, each once; none outside its audience."""
    if release.streets is None or release.streets.empty:
        return []
    first = release.streets.drop_duplicates("street")
    points = paper.place(first[["lon", "lat"]].to_numpy())
    return [
        Label(str(name), x, y, 6.5)
        for name, (x, y) in zip(first["street"], points.tolist(), strict=True)
        if 0 <= x <= paper.width and 0 <= y <= paper.height
    ]


def _hotspots(paper: Paper, release: Release, shown: set[str]) -> tuple[list[str], list[Label]]:
    """Return hot spots as outline and hatching, and their numbers."""
    outlines = hotspot_outlines(release)
    parts: list[str] = []
    numbers: list[Label] = []
    for number, spot in enumerate(release.hotspots["hotspot_id"], start=1):
        if spot not in shown or spot not in outlines:
            continue
        rings = paper.rings(outlines[spot])
        parts.append(path(outline(rings), fill="url(#hot)", stroke=HOT, width=1.4))
        numbers.append(_number(number, np.concatenate(rings), numbers))
    return parts, numbers


def _number(number: int, corners: Points, others: Sequence[Label]) -> Label:
    """Return a hot spot's number: in it, or beside a small one so as not to hide it.

    It stands on no other number, as far as one of four sides is free.
    """
    x, y = corners.mean(axis=0).tolist()
    label = Label(str(number), x, y + 3, 9, bold=True)
    wide, tall = np.ptp(corners, axis=0).tolist()
    aside, off = wide / 2 + _ROOM / 2, tall / 2 + _ROOM / 2
    sides = [(aside, 0.0), (-aside, 0.0), (0.0, -off), (0.0, off)]
    tried = [] if wide < _ROOM else [label]
    tried += [replace(label, x=label.x + right, y=label.y + down) for right, down in sides]
    free = (one for one in tried if not any(one.lies_on(other) for other in others))
    return next(free, tried[0])


def _legend(paper: Paper, *, hidden: bool, landmarks: bool) -> list[str]:
    """Return what the marks mean, in one line under the map, and a bar of some kilometres."""
    y = paper.height + 10
    parts = [
        box(0, y, 10, 8, fill="url(#hot)", stroke=HOT),
        text("Hot spot, with its number in the list", 14, y + 8, size=8),
        box(172, y, 10, 8, fill=BLUES[1]),
        box(182, y, 10, 8, fill=BLUES[4]),
        text("Fewer to more incidents", 196, y + 8, size=8),
    ]
    if hidden:
        parts.append(box(300, y, 10, 8, fill="url(#hidden)"))
        parts.append(text("Hidden", 314, y + 8, size=8))
    if landmarks:
        parts.append(box(349, y + 2, 4, 4, fill=INK, stroke=PAPER))
        parts.append(text("Landmark", 356, y + 8, size=8))
    return parts + scale_and_north(paper, foot=y + 6)


def _words(release: Release, title: str, small: Locator | None) -> str:
    """Return the words that stand for the map."""
    names = [str(name) for name in release.hotspots["name"].head(_NAMED)]
    listed = "; ".join(f"{at}. {name}" for at, name in enumerate(names, start=1))
    more = len(release.hotspots) - len(names)
    rest = f"; and {more} more" if more > 0 else ""
    spots = f"Hot spots: {listed}{rest}." if names else "No hot spot."
    where = f" {small.words}" if small else ""
    return (
        f"Map of {title or release.title}, {release.area_title}, {release.period}. {spots}{where}"
    )

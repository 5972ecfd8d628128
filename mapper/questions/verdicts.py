"""Verdicts that the data itself forbids: which rows of an answer over time cannot be judged.

A doubt that vetoes (:mod:`mapper.incidents.doubt`) takes the verdict from every place that it
touches: one of whose incidents at least a twentieth, in either window, belong to a part that stops
or starts between or inside the windows, or are rows told twice; every place where a gap of the data
takes a quarter of a window or more (a shorter one is left out of the rates, and said); and every
place finer than a district where the points were replaced. How a column is written forbids a
verdict under lenses alone that look at it. Where records of a district or ward had stopped before
the windows, or start after them, what little is left there is no count of it; nor is anything known
of ground that the data does not reach at all.
"""

import numpy as np
import numpy.typing as npt

from mapper.analysis.study import Study
from mapper.base.text import day_in_words
from mapper.base.types import Flags, Integers
from mapper.base.weights import sums
from mapper.incidents.doubt import GROUND, Doubt
from mapper.questions.windows import Window

TOUCHED = 0.05  # share of a place's incidents in a part from which it cannot be judged
GAP = 0.25  # share of a window's days that are missing
COARSE = ("district", "area")
CANNOT = "cannot be told"
_WRITTEN = frozenset({"values renamed", "column constant"})  # the same rows count all the same
Reasons = npt.NDArray[np.object_]  # one for each place, empty where it can be judged


def vetoes(
    study: Study, group: Integers, number: int, windows: tuple[Window, ...], *, by: str
) -> Reasons:
    """Return why places cannot be judged over some windows; shape (places,).

    Parameters
    ----------
    group
        Number of the place of each cell, -1 for none; shape (cells,).
    by
        What places are: only districts and the area bear replaced points.
    """
    reasons = np.full(number, "", dtype=object)
    reasons[_unreached(study, group, number)] = f"{CANNOT}: the data holds nothing at all there"
    for doubt in study.doubts:
        if doubt.effect != "veto" or (doubt.finest and by in COARSE) or _other_column(study, doubt):
            continue
        touched, words = np.zeros(number, dtype=bool), doubt.words
        if doubt.kind in GROUND and all(doubt.lacks(one.first, one.last) for one in windows):
            touched, words = _lies_in(study, doubt, group, number), _lacking(doubt)
        elif _breaks(doubt, windows):
            touched = _touched(study, doubt, group, number, windows)
        reasons[touched & (reasons == "")] = f"{CANNOT}: {words}"
    return reasons


def _other_column(study: Study, doubt: Doubt) -> bool:
    """Tell whether a doubt concerns how a column is written that the lens does not look at."""
    looked_at = {column for rule in study.lens.rules for column, _, _ in rule.conditions}
    return doubt.code in _WRITTEN and doubt.kind not in {"coordinates", *looked_at}


def _lacking(doubt: Doubt) -> str:
    """Say that records of a district or ward lie on the other side of the windows."""
    does, side = ("stop", "before") if doubt.code == "part stops" else ("start", "after")
    day = day_in_words(doubt.since)
    return f"records of “{doubt.part}” ({doubt.kind}) {does} on {day}, {side} these days"


def _unreached(study: Study, group: Integers, number: int) -> Flags:
    """Tell which places lie wholly on ground that the data does not reach."""
    known = (group >= 0) & ~study.uncovered
    return np.asarray(np.bincount(group[known], minlength=number) == 0)


def _lies_in(study: Study, doubt: Doubt, group: Integers, number: int) -> Flags:
    """Tell which places have a twentieth of their cells in the district or ward of a doubt."""
    names = study.area.cells[doubt.kind].astype("str").to_numpy()
    inside = group >= 0
    whole = np.bincount(group[inside], minlength=number)
    part = np.bincount(group[inside & (names == doubt.part)], minlength=number)
    return np.asarray(part > TOUCHED * np.maximum(whole, 1))


def veto_of(study: Study, cells: Flags, windows: tuple[Window, ...]) -> str:
    """Return why some cells together cannot be judged; empty where they can."""
    group = np.where(cells, 0, -1).astype(np.int64)
    return str(vetoes(study, group, 1, windows, by="cell")[0]).removeprefix(f"{CANNOT}: ")


def _breaks(doubt: Doubt, windows: tuple[Window, ...]) -> bool:
    """Tell whether a gap takes much of a window, rows lie in one, or a step inside or between."""
    if doubt.until is None:
        return doubt.parts(windows[0].first, windows[-1].last)
    if doubt.rows.size:
        return any(doubt.parts(window.first, window.last) for window in windows)
    return any(_missing(doubt, window) >= GAP * window.days for window in windows)


def _missing(doubt: Doubt, window: Window) -> int:
    """Return how many days of a window lie in a gap."""
    if doubt.since is None or doubt.until is None:
        return 0
    first, last = max(doubt.since, window.first), min(doubt.until, window.last)
    return max((last - first).days + 1, 0)


def _touched(
    study: Study, doubt: Doubt, group: Integers, number: int, windows: tuple[Window, ...]
) -> Flags:
    """Tell which places a doubt touches."""
    if doubt.finest or not doubt.rows.size or doubt.kind == "day":  # whose dates are wrong
        return np.ones(number, dtype=bool)
    study = study.dated
    among = study.rows_of(doubt)
    times = study.part(np.arange(among.size))
    start = study.incidents.table["start"].to_numpy().astype("datetime64[D]")
    place = np.append(group, -1)[study.counts.position]
    found = np.zeros(number, dtype=bool)
    for window in windows:
        inside = study.counted & (place >= 0)
        inside &= (start >= np.datetime64(window.first)) & (start <= np.datetime64(window.last))
        whole = sums(place[inside], times[inside], size=number)
        part = sums(place[inside & among], times[inside & among], size=number)
        found |= part > TOUCHED * np.maximum(whole, 1)
    return found

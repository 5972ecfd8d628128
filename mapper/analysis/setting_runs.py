"""Runs of many settings: what is hot under each, with as little work as possible.

Incidents are placed once for each resolution and counted once for each weighting; one exact table
serves both nulls and every alpha; tables are made in threads. What each setting gives equals what
an analysis under it would find (a test holds this).
"""

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Literal

import numpy as np

from mapper.analysis.examine import examine_area
from mapper.analysis.expectation import base_of
from mapper.analysis.study import Study
from mapper.analysis.variations import NamedWindow, Setting
from mapper.areas.resolution import CELL_SIZES
from mapper.areas.study_area import StudyArea
from mapper.base.files import Progress
from mapper.base.types import Flags, Floats, Integers
from mapper.grid.counts import count_by_period, locate
from mapper.grid.neighbours import Neighbours, find_neighbours
from mapper.lenses.classify import classify
from mapper.lenses.lens import Lens
from mapper.statistics.clusters import Null
from mapper.statistics.concentrated import busiest_p
from mapper.statistics.false_discovery import adjust
from mapper.statistics.fewest import FEWEST_IN_DISC, FEWEST_INCIDENTS
from mapper.statistics.permutation import conditional_tail, subset_tails, total_tail
from mapper.statistics.scores import score_counts
from mapper.statistics.unusual import find_unusual


@dataclass(frozen=True, eq=False)
class SettingResult:
    """What one setting gives."""

    number: int
    incidents: int
    hot: int  # cells
    kept: Floats  # part of each hot spot's weight in hot cells, shape (hot spots,)


@dataclass(frozen=True, eq=False)
class _Placing:
    """What all settings of one resolution share."""

    position: Integers  # cell of each incident, -1 outside
    near: Mapping[int, Neighbours]  # by rings
    known: Flags  # cells that the data reaches, shape (cells,)
    known_near: Mapping[int, Neighbours]  # of those alone, by rings
    spots: int  # number of hot spots
    spot: Integers  # pairs of hot spot ...
    cell: Integers  # ... and cell ...
    part: Floats  # ... and the part of the hot spot's weight that lies there


@dataclass(frozen=True, eq=False)
class _Job:
    """Settings that share one exact table."""

    ground: _Placing
    incidents: Integers  # shape (cells,)
    weighted: Integers
    base: Floats | None  # what unusual places are expected to follow; none where concentrated
    settings: tuple[tuple[int, Setting], ...]  # with their numbers
    correction: Literal["bh", "by"]


def run_settings(
    study: Study,
    group: Integers,
    settings: tuple[Setting, ...],
    *,
    areas: Mapping[int, StudyArea],
    variants: Mapping[str, Lens],
    progress: Progress,
) -> list[SettingResult]:
    """Return what each setting gives, in the order of the settings.

    Parameters
    ----------
    study
        The base run.
    group
        Row of the hot spot of each of its cells, -1 for none, shape (cells,).
    settings
        Already checked.
    areas
        The study area at every resolution of the settings.
    variants
        The lens and its variants by name.
    progress
        Called after each group of settings; what it raises stops the work.
    """
    return _run_all(_jobs(study, group, settings, areas, variants, progress), progress)


def _jobs(
    study: Study,
    group: Integers,
    settings: tuple[Setting, ...],
    areas: Mapping[int, StudyArea],
    variants: Mapping[str, Lens],
    progress: Progress,
) -> list[_Job]:
    """Return the work, settings that share a table together."""
    numbered = sorted(enumerate(settings), key=lambda item: (_counted(item[1]), _table(item[1])))
    weights: dict[tuple[str, bool], Integers] = {}
    grounds: dict[int, _Placing] = {}
    everything: dict[int, dict[NamedWindow, Integers]] = {}
    jobs = []
    for (resolution, weighting, police), same in groupby(numbered, key=lambda i: _counted(i[1])):
        size = CELL_SIZES.get(resolution, f"cells of resolution {resolution}")
        progress(f"Counting for settings of “{size}”", 0.0)
        if resolution not in grounds:
            grounds[resolution] = _ground(study, group, areas[resolution])
        if (weighting, police) not in weights:
            weights[weighting, police] = classify(
                study.incidents.table,
                variants[weighting],
                include_police_generated=police,
            )
        members = list(same)
        windows = {item[1].window for item in members}
        counts = _count(study, grounds[resolution], weights[weighting, police], windows)
        if resolution not in everything and any(item[1].expected == "demand" for item in members):
            ones, every = np.ones_like(study.weights), {one.window for one in settings}
            counted = _count(study, grounds[resolution], ones, every)
            everything[resolution] = {window: one for window, (one, _) in counted.items()}
        for _, shared in groupby(members, key=lambda item: _table(item[1])):
            alike = tuple(shared)
            window = alike[0][1].window
            demand = everything.get(resolution, {}).get(window)
            known = grounds[resolution].known
            base = _base(study, alike[0][1], areas[resolution], counts[window][0], demand, known)
            told = (alike, study.request.correction)
            jobs.append(_Job(grounds[resolution], *counts[window], base, *told))
    return jobs


def _base(
    study: Study,
    setting: Setting,
    area: StudyArea,
    incidents: Integers,
    demand: Integers | None,
    known: Flags,
) -> Floats | None:
    """Return what the incidents of a setting are expected to follow."""
    if not setting.expected:
        return None
    everything = incidents if demand is None else demand
    chosen = base_of(
        setting.expected, study=study, area=area, total=int(incidents.sum()), demand=everything
    )
    return np.where(known, chosen.base, np.nan)


def _counted(setting: Setting) -> tuple[int, str, bool]:
    """Return what decides which incidents are counted where."""
    return setting.resolution, setting.weighting, setting.police_generated


def _table(setting: Setting) -> tuple[str, str, str, int, str]:
    """Return what decides, with the counts, which exact table is needed."""
    window = setting.window
    return (
        f"{window.first} {window.last}",
        window.name,
        setting.score,
        setting.rings,
        setting.expected,
    )


def _ground(study: Study, group: Integers, area: StudyArea) -> _Placing:
    """Place incidents at one resolution, and the base run's hot spots by their incidents."""
    table, cells = study.incidents.table, area.cells["cell"].to_numpy()
    position = study.counts.position
    if area.resolution != study.area.resolution or len(cells) != study.near.size:
        lon, lat = table["lon"].to_numpy(), table["lat"].to_numpy()
        position = locate(lon, lat, cells=cells, resolution=area.resolution)
    number = int(group.max(initial=-1)) + 1
    rows = np.flatnonzero(study.counted)
    rows = rows[group[study.counts.position[rows]] >= 0]
    spot, weight = group[study.counts.position[rows]], study.weights[rows]
    whole = np.bincount(spot, weights=weight, minlength=number)
    inside = position[rows] >= 0  # the part of a hot spot outside counts as never hot
    pairs = spot[inside] * len(cells) + position[rows][inside]
    found, which = np.unique(pairs, return_inverse=True)
    held = np.bincount(which, weights=weight[inside], minlength=found.size)
    known = ~examine_area(study.incidents, area).coverage.uncovered
    near = {rings: find_neighbours(cells, rings=rings) for rings in (1, 2)}
    alone = {rings: find_neighbours(cells[known], rings=rings) for rings in (1, 2)}
    return _Placing(
        position=position,
        spots=number,
        near=near,
        known=known,
        known_near=near if known.all() else alone,
        spot=found // len(cells),
        cell=found % len(cells),
        part=held / whole[found // len(cells)],
    )


def _count(
    study: Study, ground: _Placing, weights: Integers, windows: set[NamedWindow]
) -> dict[NamedWindow, tuple[Integers, Integers]]:
    """Return incidents and weighted counts of every cell for each window.

    Incidents are counted once between all edges of windows; a window is a run of those.
    """
    edges = sorted({day for w in windows for day in (w.first, w.last + timedelta(days=1))})
    marks = np.array(edges, dtype="datetime64[us]")
    start = study.incidents.table["start"].to_numpy()
    between = (np.searchsorted(marks, start, side="right") - 1).astype(np.int64)
    size = {"size": ground.near[1].size, "periods": len(edges) - 1}
    once = (weights > 0).astype(np.int64)
    incidents = count_by_period(ground.position, once, between, **size)
    weighted = incidents
    if not np.array_equal(once, weights):
        weighted = count_by_period(ground.position, weights, between, **size)
    runs = {
        w: slice(edges.index(w.first), edges.index(w.last + timedelta(days=1))) for w in windows
    }
    return {
        w: (incidents[:, run].sum(axis=1), weighted[:, run].sum(axis=1)) for w, run in runs.items()
    }


def _run_all(jobs: list[_Job], progress: Progress) -> list[SettingResult]:
    """Run all work in threads and return what each setting gives, in the order of settings."""
    findings: list[SettingResult] = []
    whole = sum(len(job.settings) for job in jobs)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        waiting = [pool.submit(_run, job) for job in jobs]
        try:
            for future in waiting:
                findings.extend(future.result())
                progress(f"{len(findings):,} of {whole:,} settings", len(findings) / whole)
        except BaseException:
            for future in waiting:
                future.cancel()
            raise
    return sorted(findings, key=lambda finding: finding.number)


def _run(job: _Job) -> list[SettingResult]:
    """Find the hot cells under every setting that shares one exact table."""
    first = job.settings[0][1]
    near, total = job.ground.near[first.rings], int(job.incidents.sum())
    number = job.ground.spots
    if total < FEWEST_INCIDENTS:
        nothing = np.zeros(number)
        return [SettingResult(place, total, 0, nothing) for place, _ in job.settings]
    if job.base is None:
        tail_of = _concentrated(job, job.ground.known_near[first.rings])
    else:
        tail_of = _unusual(job, job.base, near)
    busy = job.incidents + near.ring_sums(job.incidents) >= FEWEST_IN_DISC
    adjusted: dict[str, Floats] = {}
    findings = []
    for place, setting in job.settings:
        if setting.null not in adjusted:
            p = tail_of(setting.null)
            adjusted[setting.null] = np.nan_to_num(adjust(p, correction=job.correction), nan=1.0)
        hot = (adjusted[setting.null] <= setting.alpha) & busy
        within = job.ground.part * hot[job.ground.cell]
        kept = np.bincount(job.ground.spot, weights=within, minlength=number).astype(np.float64)
        findings.append(SettingResult(place, total, int(hot.sum()), kept))
    return findings


def _unusual(job: _Job, base: Floats, near: Neighbours) -> Callable[[Null], Floats]:
    """Return the p of every cell against the base, the same whatever the null."""
    p = find_unusual(job.incidents, base, near).p
    return lambda _null: p


def _concentrated(job: _Job, near: Neighbours) -> Callable[[Null], Floats]:
    """Return p of every disc by the null, of one of the busiest cells its own where smaller.

    Both nulls are answered from one exact table of the known cells.
    """
    known = job.ground.known
    scores = score_counts(job.weighted[known], score=job.settings[0][1].score)
    busiest = busiest_p(job.incidents[known], scores)
    scores = scores - scores.min()  # moves every subset of one size alike; a smaller table
    ring, degree = near.ring_sums(scores), near.degree
    table = subset_tails(scores, largest=min(int(degree.max(initial=0)) + 1, scores.size))

    def tail_of(null: Null) -> Floats:
        p = np.full(known.size, np.nan)
        if null == "total":
            p[known] = total_tail(scores + ring, degree, table)
        else:
            p[known] = conditional_tail(scores, ring, degree, table)
        p[known] = np.fmin(p[known], busiest)
        return p

    return tail_of

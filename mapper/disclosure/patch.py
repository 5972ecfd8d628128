"""What a viewer may see of a patch: the release of their wards, and what is told of each place.

Only those who see operational detail see a patch at all. The wards asked for must be among the
viewer's own, or the viewer sees everything. Months, hours, names, patterns and phases are then
made anew from incidents and cells of the release alone, so nothing of a neighbour's ward is in
them; of a hot spot that crosses the edge they tell its own part.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.analysis.place_names import KINDS_OF_PLACE
from mapper.analysis.result import AnalysisResult
from mapper.analysis.study import Study
from mapper.base.errors import RefusedError
from mapper.base.tables import HOTSPOT_COLUMNS
from mapper.base.text import count
from mapper.base.types import Flags, Floats, Integers
from mapper.context.near import RINGS, near_places
from mapper.context.needs import needs_at_places
from mapper.context.week import peak_shifts, shift_spread, shift_weights
from mapper.disclosure.make import release, signed_by
from mapper.disclosure.own_wards import narrowed
from mapper.disclosure.people import Viewer, in_wards, require, scope_of
from mapper.disclosure.release import FindingRelease, Release
from mapper.grid.hexagons import cells_to_points, strings_to_cells
from mapper.questions.finding import Finding, only_rows
from mapper.questions.patch import PatchStudy, phases_of
from mapper.questions.periods import counts_by_period
from mapper.questions.where_next import NOTES_ON_FORECAST
from mapper.statistics.aoristic import WEEK_HOURS

Phases = Mapping[str, Mapping[str, Any]]

_WIDE = 0.08  # degrees, over 4 km: beyond every ring that is counted


@dataclass(frozen=True)
class Nearby:
    """One kind of place in or around a hot spot."""

    side: str  # risk, both or protective
    kind: str
    number: int  # within about a kilometre
    metres: float  # to the nearest, 0 inside
    nearest: str


@dataclass(frozen=True, eq=False)
class PatchPlace:
    """What a viewer is told of one hot spot beside its row of the release."""

    hotspot_id: str
    whole: bool  # all of it lies in the wards shown
    months: tuple[int, ...]  # incidents by month, as PatchRelease.months names them
    hours: Floats  # by hour of the week, Monday 00:00 first; shape (168,)
    shifts: Floats  # by shift of the week, Monday's early first; shape (21,)
    peaks: Flags  # shifts busier than an even spread explains; shape (21,)
    pattern: str  # persistent hot spot; empty where not told
    phase: str
    rule: str
    reason: str  # of the phase, or why none is told
    near: tuple[Nearby, ...]
    needs: Mapping[str, int]  # incidents that tell of each need that the lens looks for together


@dataclass(frozen=True, eq=False)
class PatchRelease:
    """A release of a patch with what belongs to each of its hot spots. Made here alone."""

    shown: Release
    needs_together: int  # so many needs meet; 0 where the lens looks for none
    places: tuple[PatchPlace, ...]  # in the order of the release's hot spots
    months: tuple[str, ...]  # 2024-03; only months that the files hold
    counts: Integers  # incidents by cell of the release and month; shape (cells, months)
    incidents: Integers  # incidents of the period by cell of the release; shape (cells,)
    invented_places: bool


def release_patch(viewer: Viewer, study: PatchStudy, *, wards: Iterable[str] = ()) -> PatchRelease:
    """Return what a viewer may see of some wards.

    Parameters
    ----------
    wards
        Of those asked for; none stands for all that the viewer may see.

    Raises
    ------
    RefusedError
        When the viewer sees no operational detail, or a ward is not theirs.
    """
    asked = tuple(wards)
    allowed_wards(viewer, study.result.cells, asked)
    result = study.result
    everything = scope_of(viewer) == "everything"
    chosen = asked or (() if everything else tuple(viewer.wards))
    if chosen:
        result = _named(narrowed(result, chosen), study)
    shown = release(result, audience="operational", made_by=viewer.name)
    own = in_release(study, shown)
    months, counts = _months(study, own)
    phases = _own_phases(study, result, own)
    return PatchRelease(
        shown=shown,
        needs_together=result.lens.needs_together,
        places=_places(study, shown, counts, phases),
        months=months,
        counts=counts,
        incidents=result.incidents,
        invented_places=bool(study.places and study.places.synthetic),
    )


def patch_for(viewer: Viewer, patch: PatchRelease) -> PatchRelease:
    """Return a patch as it is released to somebody of the same roles and wards as the first."""
    return replace(patch, shown=signed_by(patch.shown, viewer.name))


def release_outlook(viewer: Viewer, finding: Finding, patch: PatchRelease) -> FindingRelease:
    """Return what is expected in the cells of a patch, of a forecast of every cell.

    Its notes are those on the forecast: others, and the record, count the whole area.

    Raises
    ------
    RefusedError
        When the viewer sees no operational detail.
    """
    require(viewer, "see own wards")
    own = finding.table["cell"].isin(patch.shown.cells["cell"]).to_numpy()
    told = finding.notes[:NOTES_ON_FORECAST]
    part = replace(only_rows(finding, own), notes=told, record=MappingProxyType({}))
    return release(part, made_by=viewer.name)


def allowed_wards(viewer: Viewer, cells: pd.DataFrame, asked: Iterable[str] = ()) -> list[str]:
    """Return the wards that a viewer may choose, as "Anfield, Liverpool", in order.

    Parameters
    ----------
    cells
        With columns ``district`` and ``ward``.
    asked
        Wards that must be among them.

    Raises
    ------
    RefusedError
        When the viewer sees no operational detail, has no ward, or asks for another's.
    """
    require(viewer, "see own wards")
    scope = scope_of(viewer)
    if scope == "partnership":
        raise RefusedError("My patch shows operational detail, which your sign-in does not.")
    mine = cells if scope == "everything" else cells[in_wards(cells, viewer.wards)]
    pairs = mine[["ward", "district"]].astype("str").drop_duplicates()
    names = sorted(f"{ward}, {district}" for ward, district in pairs.to_numpy() if ward)
    if strange := sorted(set(asked) - set(names)):
        raise RefusedError(
            f"{'; '.join(strange)}: not among your wards. Choose from your own, or ask your"
            " administrator to add it."
        )
    return names


def in_release(study: PatchStudy, shown: Release) -> Flags:
    """Tell which cells of a study are in a release, shape (cells,); both in the area's order."""
    index = strings_to_cells(shown.cells["cell"].to_numpy(dtype=object))
    return np.isin(study.history.cells, index)


def _months(study: PatchStudy, own: Flags) -> tuple[tuple[str, ...], Integers]:
    """Return the months that the files hold, and the incidents of own cells in each."""
    if study.months is None:
        return (), np.zeros((int(own.sum()), 0), dtype=np.int64)
    held = study.months.held
    names = tuple(name for name, has in zip(study.months.names, held, strict=True) if has)
    return names, counts_by_period(study.history, study.months)[:, held][own]


def _own_phases(study: PatchStudy, own: AnalysisResult, cells: Flags) -> Phases:
    """Return pattern and phase of each hot spot, of the own part where it crosses the edge."""
    if study.months is None or own.hotspots.empty:
        return {}
    ids = study.result.cells["hotspot_id"].where(cells, "").astype("str")
    part = replace(
        study.result, cells=study.result.cells.assign(hotspot_id=ids), hotspots=own.hotspots
    )
    return phases_of(study.history, part, study.places)


def _places(
    study: PatchStudy, shown: Release, counts: Integers, phases: Phases
) -> tuple[PatchPlace, ...]:
    """Return what is told of each hot spot of a release."""
    ids = pd.Index(shown.hotspots["hotspot_id"])
    if ids.empty:
        return ()
    row = ids.get_indexer(shown.cells["hotspot_id"])
    own = in_release(study, shown)
    hours, spread = _hours(study.week, own, row, len(ids))
    shifts = shift_weights(hours)
    peaks = peak_shifts(shifts, spread=spread)
    needs = _needs(study.now, own, row, len(ids))
    size = study.result.cells["hotspot_id"].value_counts()
    cells = strings_to_cells(shown.cells["cell"].to_numpy(dtype=object))
    found = []
    for at, hotspot in enumerate(ids):
        mine = row == at
        told = phases.get(hotspot, {})
        found.append(
            PatchPlace(
                hotspot_id=hotspot,
                whole=int(mine.sum()) == int(size[hotspot]),
                months=tuple(counts[mine].sum(axis=0).tolist()),
                hours=hours[at],
                shifts=shifts[at],
                peaks=peaks[at],
                pattern=str(told.get("pattern", "")),
                phase=str(told.get("phase", "")),
                rule=str(told.get("rule", "")),
                reason=_phase_reason(told) or study.silence,
                near=_near(study, cells[mine]),
                needs=needs[at],
            )
        )
    return tuple(found)


def _phase_reason(told: Mapping[str, Any]) -> str:
    """Return why a phase is suggested, and from how many incidents; or why none is."""
    reason = str(told.get("reason", ""))
    if not told.get("phase"):
        return reason
    return f"{reason} Told from {count(int(told['incidents']), 'incident')} over the year behind."


def _groups(study: Study, own: Flags, row: Integers) -> Integers:
    """Return the hot spot of each incident that counts, -1 for none; shape (incidents,)."""
    of_cell = np.full(own.size, -1, dtype=np.int64)
    of_cell[own] = row
    position = study.counts.position
    return np.where(study.counted, of_cell[np.where(position >= 0, position, 0)], -1)


def _hours(week: Study, own: Flags, row: Integers, number: int) -> tuple[Floats, Floats]:
    """Return the weight of each hour of the week at each hot spot, and how much its shifts vary.

    Shapes (hot spots, 168) and (hot spots, shifts of a week).
    """
    group = _groups(week, own, row)
    known = week.counted & ~week.no_hour
    start = week.incidents.table["start"].to_numpy()
    spread = shift_spread(start[known], group[known], groups=number)
    if not (group >= 0).any():
        return np.zeros((number, WEEK_HOURS)), spread
    return week.week_clocks(group, groups=number).weights, spread


def _needs(now: Study, own: Flags, row: Integers, number: int) -> tuple[Mapping[str, int], ...]:
    """Return how many incidents that count tell of each need of the lens, by hot spot."""
    group = _groups(now, own, row)
    return needs_at_places(now.incidents.table, now.lens, group=group, places=number)


def _near(study: PatchStudy, cells: npt.NDArray[np.uint64]) -> tuple[Nearby, ...]:
    """Return what lies in and around a hot spot, by kind, risks first, nearest first."""
    if study.places is None or study.places.table.empty:
        return ()
    resolution = study.result.area.resolution
    lon, lat = cells_to_points(cells)
    around = study.places.table
    around = around[
        around["lon"].between(lon.min() - _WIDE, lon.max() + _WIDE)
        & around["lat"].between(lat.min() - _WIDE, lat.max() + _WIDE)
    ]
    if around.empty:
        return ()
    table = near_places(around, cells, resolution=resolution, rings=RINGS)
    rows = table[table["within"] > 0]
    return tuple(
        Nearby(side, kind, number, metres, nearest)
        for side, kind, number, metres, nearest in zip(
            *(rows[name].tolist() for name in ("side", "kind", "within", "nearest_m", "nearest")),
            strict=True,
        )
    )


def _named(own: AnalysisResult, study: PatchStudy) -> AnalysisResult:
    """Return a result whose hot spots that cross the edge are named by their own streets."""
    size = study.result.cells["hotspot_id"].value_counts()
    spots = own.hotspots.copy()
    names = spots["name"].astype(object).tolist()
    for at, row in enumerate(spots.to_dict("records")):
        if int(row["cells"]) < int(size[row["hotspot_id"]]):
            cells = own.cells.loc[own.cells["hotspot_id"] == row["hotspot_id"], "cell"]
            street = _street(study.history, strings_to_cells(cells.to_numpy(dtype=object)))
            names[at] = f"{row['ward']}: {street or 'edge of a hot spot'} (part)"
    spots["name"] = pd.array(names, dtype="str")
    return replace(own, hotspots=spots.astype(dict(HOTSPOT_COLUMNS)))


def _street(study: Study, cells: npt.NDArray[np.uint64]) -> str:
    """Return the commonest street label of the incidents in some cells, or nothing."""
    table = study.incidents.table
    if "location" not in table:
        return ""
    inside = np.isin(study.cells, cells)
    mine = study.counted & inside[np.where(study.counts.position >= 0, study.counts.position, 0)]
    labels = table["location"][mine].dropna().astype("str")
    labels = labels.str.removeprefix("On or near ").str.strip()
    labels = labels[(labels != "") & ~labels.str.lower().isin(list(KINDS_OF_PLACE))]
    return str(labels.value_counts().sort_index().idxmax()) if len(labels) else ""

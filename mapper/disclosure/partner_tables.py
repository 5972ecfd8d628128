"""The tables of every audience but the operational one, made from printed counts and nothing else.

Hot cells, outlines, names, evidence and totals are worked out again from what is printed (a hidden
count stands as one fixed number, whatever it is). So they cannot give away more than the printed
counts do: nobody can learn from the outline of a hot spot, or from its total, what a cell hides.
The price is that the list can differ from the operational one where hidden counts decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mapper.analysis.expectation import residents_of
from mapper.analysis.hotspots import HotspotInputs, describe_hotspots, place_ids
from mapper.analysis.place_names import busiest_cells, region_words
from mapper.analysis.place_tests import (
    PlaceTest,
    concentrated_places,
    explained_by,
    unusual_places,
)
from mapper.analysis.request import AnalysisRequest
from mapper.analysis.result import AnalysisResult
from mapper.areas.study_area import StudyArea
from mapper.base.tables import (
    PARTNER_CELL_COLUMNS,
    PARTNER_DISTRICT_COLUMNS,
    PARTNER_HOTSPOT_COLUMNS,
    check_columns,
)
from mapper.base.text import count
from mapper.base.types import Flags, Integers
from mapper.base.week import SHIFTS, WEEKDAYS
from mapper.context.phases import shipped_phase_rules
from mapper.context.week import peak_shifts
from mapper.disclosure.map_finding import COUNT
from mapper.disclosure.prepare import Prepared
from mapper.disclosure.release import Release
from mapper.disclosure.rules import AudienceRule
from mapper.disclosure.suppression import BY_DISTRICT, HIDDEN, NONE, WITHHELD, Printed, kind_words
from mapper.grid.counts import Counts
from mapper.grid.hexagons import strings_to_cells
from mapper.grid.neighbours import find_band, find_neighbours
from mapper.questions.finding import Finding, Role
from mapper.statistics.clusters import find_clusters
from mapper.statistics.scores import score_counts

_FREE_TEXT = ("name", "reason", "location")  # can hold a street, or counts in words
_HOTSPOT_CLASSES = ("pattern", "trend", "phase")  # say nothing of one count
_SHIFTS_A_WEEK = len(WEEKDAYS) * len(SHIFTS)
_EVIDENCE = ((0.001, "very strong"), (0.01, "strong"), (1.0, "clear"))


@dataclass(frozen=True, eq=False)
class MapTables:
    """What an audience sees of a map: cells, hot spots, and partners sums by district."""

    cells: pd.DataFrame  # PARTNER_CELL_COLUMNS outside the operational audience
    hotspots: pd.DataFrame  # PARTNER_HOTSPOT_COLUMNS there
    districts: pd.DataFrame | None = None  # PARTNER_DISTRICT_COLUMNS
    streets: pd.DataFrame | None = None  # STREET_COLUMNS; none outside the operational audience


def map_tables(result: AnalysisResult, prepared: Prepared, rule: AudienceRule) -> MapTables:
    """Return what an audience sees of a map of which no more than some counts is printed."""
    printed = prepared.printed[COUNT]
    if prepared.finding.unit == "cell":
        return _by_cell(result, printed, rule)
    return _by_district(result, prepared.finding.table["district"].tolist(), printed, rule)


def finding_table(
    prepared: Prepared, rule: AudienceRule, shown: Release | None
) -> tuple[pd.DataFrame, dict[str, Role]]:
    """Return what an audience sees of an answer, and the roles of its columns.

    Whatever is computed from counts is left out, classes too: a class made of exact counts would
    sharpen the rounded ones beside it. Of hot spots classes alone are told, and no name or reason
    that could hold a street or a count.

    Parameters
    ----------
    shown
        The audience's map whose hot spots the rows are about.
    """
    finding = prepared.finding
    table: dict[str, Any] = {}
    roles: dict[str, Role] = {}
    classes = None
    if finding.unit == "hotspot" and shown is not None:
        known = shown.hotspots.loc[shown.hotspots["incidents"].notna(), "hotspot_id"]
        classes = finding.table["hotspot_id"].isin(set(known))
    for name, role in finding.roles.items():
        column = finding.table[name]
        if name in prepared.printed:
            one = prepared.printed[name]
            table |= {name: _counts(one), f"{name}_shown": pd.array(one.words(rule), dtype="str")}
            roles |= {name: "count", f"{name}_shown": "class"}
            continue
        if role in {"key", "fact"} and name not in _FREE_TEXT:
            table[name] = column
        elif name == "peak" and finding.unit == "shift":
            table[name] = _peaks(prepared.printed, rule)
        elif name in _HOTSPOT_CLASSES and role == "class" and classes is not None:
            told = classes & ~_near_the_line(finding, shown) if name == "phase" else classes
            table[name] = column.astype("str").where(told, "not shown")
        else:
            continue
        roles[name] = role
    return pd.DataFrame(table, index=finding.table.index), roles


def _near_the_line(finding: Finding, shown: Release | None) -> Flags:
    """Tell of which hot spots a phase would sharpen the count: it takes a fewest of incidents.

    Where all that the map prints of a place leaves the count on one side of the fewest, the phase
    says nothing of it; where it leaves both open, the phase would tell which.
    """
    if shown is None or COUNT not in shown.printed:
        return np.ones(len(finding.table), dtype=bool)
    fewest = int(finding.choices.get("fewest", shipped_phase_rules().fewest))
    printed, spots = shown.printed[COUNT], shown.cells["hotspot_id"].astype("str").to_numpy()
    near = []
    for spot in finding.table["hotspot_id"].astype("str"):
        inside = spots == spot
        near.append(int(printed.low[inside].sum()) < fewest <= int(printed.high[inside].sum()))
    return np.array(near, dtype=bool)


def _peaks(printed: Mapping[str, Printed], rule: AudienceRule) -> Any:
    """Return which shifts are peaks by what is printed: a hidden count stands as one number."""
    (one,) = printed.values()
    hidden = np.where(one.kind == HIDDEN, rule.smallest_count // 2, one.value)
    sums = np.where(one.kind == NONE, 0, hidden).reshape(-1, _SHIFTS_A_WEEK).astype(np.float64)
    return pd.array(np.where(peak_shifts(sums).ravel(), "peak", ""), dtype="str")


def _by_cell(result: AnalysisResult, printed: Printed, rule: AudienceRule) -> MapTables:
    """Return the tables of counts printed by cell."""
    area = result.area
    stand_in = _stand_in(printed, rule)
    counts = Counts(stand_in, stand_in, np.zeros(0, dtype=np.int64), 0)
    tested = _tested(area, stand_in, result.request)
    places = tested.places
    group = places.number
    ids = place_ids(area, counts, group)
    names = np.array([*ids, ""], dtype=object)  # group -1 takes the last, empty one
    cells = _cells(result, printed, rule)
    cells["hot"] = group >= 0
    cells["hotspot_id"] = pd.array(names[group], dtype="str")
    described = describe_hotspots(
        HotspotInputs(area, counts, group, places.q, tested.standard, places.region), ids
    )
    return MapTables(
        cells=check_columns(cells, PARTNER_CELL_COLUMNS, name="partner cells"),
        hotspots=_hotspots(described, cells, printed, rule),
        districts=_sums_by_district(cells, printed),
    )


def _by_district(
    result: AnalysisResult, names: list[str], printed: Printed, rule: AudienceRule
) -> MapTables:
    """Return the tables of counts printed for whole districts and for nothing smaller."""
    nothing = Printed(*(np.zeros(len(result.cells), dtype=np.int64) for _ in range(4)))
    cells = _cells(result, nothing, rule)
    cells["incidents"] = pd.array([pd.NA] * len(cells), dtype="Int64")
    cells["shown"] = pd.Categorical([BY_DISTRICT] * len(cells))
    cells["hot"] = False
    cells["hotspot_id"] = pd.array([""] * len(cells), dtype="str")
    empty = {name: pd.Series(dtype=dtype) for name, dtype in PARTNER_HOTSPOT_COLUMNS.items()}
    districts = pd.DataFrame(
        {
            "district": pd.array(names, dtype="str"),
            "incidents": _counts(printed),
            "shown": pd.array(printed.words(rule), dtype="str"),
            "cells_hidden": np.zeros(len(names), dtype=np.int64),
        }
    )
    return MapTables(
        cells=check_columns(cells, PARTNER_CELL_COLUMNS, name="partner cells"),
        hotspots=pd.DataFrame(empty),
        districts=check_columns(districts, PARTNER_DISTRICT_COLUMNS, name="districts"),
    )


def _stand_in(printed: Printed, rule: AudienceRule) -> Integers:
    """Return one number for each printed count: one for all hidden, one for all withheld."""
    return np.where(printed.kind == WITHHELD, rule.smallest_count, printed.stand_in)


def printed_standard(result: AnalysisResult) -> str:
    """Return what the places of an audience's map have more than, in words."""
    if result.request.asks == "concentrated":
        return result.standard.words
    return explained_by(residents_of(result.area).words)


def _tested(area: StudyArea, counts: Integers, request: AnalysisRequest) -> PlaceTest:
    """Ask the request's question of printed counts.

    All demand is not printed, so nothing is compared with it: residents are known to everybody.
    """
    cells = area.cells["cell"].to_numpy()
    near = find_band(cells, inner=request.inner, outer=request.rings)
    touching = find_neighbours(cells)
    if request.asks == "concentrated":
        scores = score_counts(counts, score=request.score)
        clusters = find_clusters(scores, near, null=request.null)
        return concentrated_places(
            counts, scores, clusters, near=near, touching=touching, area=area, request=request
        )
    chosen = residents_of(area)
    return unusual_places(
        counts,
        chosen.base,
        near=near,
        touching=touching,
        area=area,
        request=request,
        words=chosen.words,
    )


def _cells(result: AnalysisResult, printed: Printed, rule: AudienceRule) -> pd.DataFrame:
    """Return the columns of cells that are known or printed."""
    return pd.DataFrame(
        {
            "cell": result.cells["cell"],
            "district": result.cells["district"],
            "ward": result.cells["ward"],
            "residents": result.cells["residents"],
            "incidents": _counts(printed),
            "shown": _shown(printed, rule),
        }
    )


def _shown(printed: Printed, rule: AudienceRule) -> Any:
    """Return how each count is printed, with every word that there is."""
    words, known = printed.words(rule), list(kind_words(rule).values())
    return pd.Categorical(words, categories=[*known, *sorted(set(words) - set(known))])


def _counts(printed: Printed) -> "pd.array[pd.Int64Dtype]":  # type: ignore[valid-type]  # pandas has no type for it
    """Return printed counts; missing where hidden or withheld."""
    return pd.arrays.IntegerArray(printed.value.astype(np.int64), printed.unsaid)


def _hotspots(
    described: pd.DataFrame, cells: pd.DataFrame, printed: Printed, rule: AudienceRule
) -> pd.DataFrame:
    """Return the list of hot spots: sums of rounded counts, and classes of evidence."""
    parts = pd.DataFrame(
        {"id": cells["hotspot_id"], "sum": printed.value, "hidden": printed.unsaid.astype(np.int64)}
    )
    sums = parts.groupby("id")[["sum", "hidden"]].sum().reindex(described["hotspot_id"])
    total = sums["sum"].to_numpy(dtype=np.int64)
    known = ("hotspot_id", "name", "district", "ward", "cells", "area_km2", "region")
    table = described[[*known, "region_places", "region_km2"]].assign(
        incidents=pd.arrays.IntegerArray(total, total == 0),
        cells_hidden=sums["hidden"].to_numpy(dtype=np.int64),
        evidence=pd.array([_evidence(q) for q in described["q"]], dtype="str"),
        busiest=_busiest(cells, printed, described["hotspot_id"]),
        lon=described["lon"],
        lat=described["lat"],
        order=-total,
    )
    table = table.sort_values(["order", "hotspot_id"], ignore_index=True)
    table["number"] = np.arange(1, len(table) + 1, dtype=np.int64)
    table["reason"] = pd.array(_reasons(table, rule), dtype="str")
    return check_columns(table, PARTNER_HOTSPOT_COLUMNS, name="partner hot spots")


def _busiest(cells: pd.DataFrame, printed: Printed, ids: pd.Series) -> Any:
    """Return the busiest cells of each hot spot among those whose counts are printed."""
    place = pd.Index(ids).get_indexer(cells["hotspot_id"])
    index = strings_to_cells(cells["cell"].to_numpy(dtype=object))
    told = busiest_cells(index, printed.value, place)
    return pd.array([*told, *[""] * (len(ids) - len(told))], dtype="str")


def _evidence(q: float) -> str:
    """Return the class of evidence that a hot spot is no chance find."""
    return next(words for most, words in _EVIDENCE if q <= most)


def _reasons(table: pd.DataFrame, rule: AudienceRule) -> list[str]:
    """Say in one or two plain sentences each what is printed of a hot spot."""
    said = []
    names = ("cells", "incidents", "cells_hidden", "evidence", "region_places", "region_km2")
    columns = (table[name] for name in names)
    for cells, incidents, hidden, evidence, places, km2 in zip(*columns, strict=True):
        where = count(cells, "cell", "touching cells")
        how_many = (
            f"Too few to print in its {where}"
            if pd.isna(incidents)
            else f"About {incidents:,} incidents in {where}"
        )
        unsaid = f"; {hidden:,} of them not counted in ({rule.hidden_words} or withheld)"
        region = region_words(places, km2, "")
        said.append(f"{how_many}{unsaid if hidden else ''}. The evidence is {evidence}.{region}")
    return said


def _sums_by_district(cells: pd.DataFrame, printed: Printed) -> pd.DataFrame:
    """Return sums of rounded counts by district: they say no more than their parts."""
    parts = pd.DataFrame(
        {
            "district": cells["district"].astype("str").fillna(""),
            "incidents": printed.value,
            "cells_hidden": printed.unsaid.astype(np.int64),
        }
    )
    table = parts.groupby("district", as_index=False).sum()
    table["incidents"] = table["incidents"].astype("Int64")
    table["shown"] = pd.array(["sum of rounded counts"] * len(table), dtype="str")
    return check_columns(table, PARTNER_DISTRICT_COLUMNS, name="districts")

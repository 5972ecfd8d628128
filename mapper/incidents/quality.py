"""How good the data is: what was rejected, how incidents spread, and how finely they are placed.

A *point* is a longitude and latitude to six decimals (about 10 cm). Many sources move incidents to
a fixed set of snap points; a map finer than those points shows the set, not the incidents. The
finest resolution the data supports is therefore the finest H3 resolution at which the middle
(median) cell with at least two incidents holds at least two distinct points. When the snap set
itself was replaced between two years, fine comparison of the two is invalid. That is looked for by
the share of a year's incidents that lie at points of any earlier year, over the cells of resolution
8 where earlier years have incidents, so that data of another area is not taken for a change.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.base.months import months_of
from mapper.base.types import Integers
from mapper.base.weights import sums
from mapper.grid.hexagons import RESOLUTIONS, points_to_cells
from mapper.incidents.faults import CHOSEN, REASONS
from mapper.incidents.table import Incidents

BUSIEST = 10  # points listed
LEAST_POINTS = 2  # distinct points that the median cell must hold
SNAPPED_MEAN = 5.0  # incidents per point from which points are taken for snap points
SHARED_GROUND = 8  # resolution of the cells over which years are compared
SAME_SET = 0.5  # share at earlier points below which the snap set counts as replaced
_MICRODEGREES = 1_000_000

# Labels that mark a place where incidents are recorded rather than happen, or where many distinct
# places share one point: words in the label -> kind of place.
SINK_LABELS: Mapping[str, str] = {
    "police": "police station",
    "custody": "custody",
    "hospital": "hospital",
    "infirmary": "hospital",
    "supermarket": "supermarket",
    "shopping area": "shopping area",
    "nightclub": "nightclub",
    "prison": "prison",
    "court house": "court",
    "magistrates": "court",
    "petrol station": "petrol station",
    "parking area": "parking area",
}


@dataclass(frozen=True)
class BusyPoint:
    """One of the points that hold most incidents."""

    lon: float
    lat: float
    incidents: int
    share: float  # of all incidents
    label: str  # commonest location text there, empty where the data has none
    kind: str  # police station, hospital, ... where the label says so, else empty


@dataclass(frozen=True)
class YearPoints:
    """How a year's points agree with those of all earlier years."""

    year: int
    incidents: int
    points: int
    on_shared_ground: int  # of its incidents, in cells where earlier years have some
    share_at_earlier_points: float | None  # of those; missing where there are none


@dataclass(frozen=True)
class Quality:
    """The quality report: plain numbers and texts, ready for JSON."""

    files: int
    rows_read: int
    accepted: int
    rejected: int
    by_reason: dict[str, int]  # every reason that occurs, in the order of REASONS
    by_month: dict[str, int]  # accepted incidents, YYYY-MM
    by_type: dict[str, int]  # commonest first; blank types under "(blank)"
    by_month_and_type: dict[str, dict[str, int]]
    by_precision: dict[str, int]
    unknown: dict[str, float]  # flag -> share of incidents of which it is said to be not known
    points: int
    incidents_per_point: dict[str, float]  # mean, median, largest
    points_per_cell: dict[str, float]  # resolution -> median among cells with 2 or more incidents
    finest_resolution: int
    resolution_reason: str
    busiest: tuple[BusyPoint, ...]
    busiest_share: float  # of all incidents, at the points in busiest
    sinks: dict[str, float]  # kind of place -> share of incidents at points so labelled
    years: tuple[YearPoints, ...]
    snap_points_changed: bool
    snap_points_reason: str
    notes: tuple[str, ...]

    def to_json(self) -> str:
        """Return the report as JSON text."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"


@dataclass(frozen=True, eq=False)
class Points:
    """The distinct points of a table of incidents."""

    of: Integers  # point of each incident
    incidents: Integers  # at each point
    first: Integers  # one incident at each point

    @property
    def mean(self) -> float:
        """Incidents per point."""
        return float(self.incidents.mean()) if self.incidents.size else 0.0


def quality_report(incidents: Incidents) -> Quality:
    """Return how good the data is."""
    table = incidents.table
    points = distinct_points(table)
    per_cell = {r: _points_per_cell(table, points, r) for r in RESOLUTIONS}
    finest = max((r for r, n in per_cell.items() if n >= LEAST_POINTS), default=min(RESOLUTIONS))
    labels = point_labels(table, points)
    busiest = _busiest(table, points, labels)
    years = points_by_year(table, points)
    changed, why = changed_points(years, points)
    months = table["start"].dt.strftime("%Y-%m").astype("category")
    types = table["type"].astype("str").fillna("(blank)").astype("category")
    return Quality(
        files=len(incidents.files),
        rows_read=incidents.rows_read,
        accepted=len(table),
        rejected=len(incidents.rejected),
        by_reason=_by_reason(incidents.rejected),
        by_month=_counts(months.value_counts().sort_index()),
        by_type=_counts(types.value_counts()),
        by_month_and_type=_cross(months, types),
        by_precision=_counts(table["precision"].value_counts()),
        unknown={f: round(n / max(len(table), 1), 6) for f, n in incidents.unknown.items()},
        points=points.incidents.size,
        incidents_per_point=_spread(points),
        points_per_cell={str(r): n for r, n in per_cell.items()},
        finest_resolution=finest,
        resolution_reason=_resolution_reason(per_cell, finest),
        busiest=busiest,
        busiest_share=round(sum(point.share for point in busiest), 6),
        sinks=_sinks(points, labels),
        years=years,
        snap_points_changed=changed,
        snap_points_reason=why,
        notes=incidents.notes,
    )


def distinct_points(table: pd.DataFrame, times: Integers | None = None) -> Points:
    """Return the distinct points of incidents.

    Parameters
    ----------
    times
        How many incidents each row stands for; one where not given.
    """
    lon = np.rint(table["lon"].to_numpy() * _MICRODEGREES).astype(np.int64)
    lat = np.rint(table["lat"].to_numpy() * _MICRODEGREES).astype(np.int64)
    key = lon * (360 * _MICRODEGREES) + lat
    of, keys = pd.factorize(key, sort=True)  # by hash: several times faster than sorting all rows
    first = np.empty(keys.size, dtype=np.int64)
    first[of[::-1]] = np.arange(of.size - 1, -1, -1)  # the first of a point is written last
    number = sums(of, times, size=keys.size)
    return Points(of.astype(np.int64), number, first)


def _points_per_cell(table: pd.DataFrame, points: Points, resolution: int) -> float:
    """Return the median of distinct points over cells with at least two incidents."""
    lon = table["lon"].to_numpy()[points.first]
    lat = table["lat"].to_numpy()[points.first]
    cells = points_to_cells(lon, lat, resolution=resolution)
    _, of, number = np.unique(cells, return_inverse=True, return_counts=True)
    incidents = np.bincount(of, weights=points.incidents, minlength=number.size)
    filled = number[incidents >= LEAST_POINTS]
    return float(np.median(filled)) if filled.size else 0.0


def _resolution_reason(per_cell: Mapping[int, float], finest: int) -> str:
    """Return why a resolution is the finest the data supports."""
    if not any(per_cell.values()):
        return "No two incidents share a cell: there is too little data to say."
    rule = (
        f"At resolution {finest} the median cell with at least two incidents holds"
        f" {per_cell[finest]:g} distinct points"
    )
    finer = finest + 1
    if finer not in per_cell:
        return f"{rule}; finer cells than that are not used."
    return (
        f"{rule}, at {finer} only {per_cell[finer]:g}: a finer map would show the points that"
        " incidents were moved to, not the incidents."
    )


def point_labels(
    table: pd.DataFrame, points: Points, times: Integers | None = None
) -> npt.NDArray[np.object_]:
    """Return the commonest location text of each point, empty where there is none.

    Parameters
    ----------
    times
        How many incidents each row stands for; one where not given.
    """
    labels = np.full(points.incidents.size, "", dtype=object)
    if "location" not in table:
        return labels
    texts = table["location"].cat
    codes = texts.codes.to_numpy().astype(np.int64)
    known = codes >= 0
    width = len(texts.categories) + 1
    pairs, of = np.unique(points.of[known] * width + codes[known], return_inverse=True)
    number = sums(of, None if times is None else times[known], size=pairs.size)
    order = np.argsort(number, kind="stable")  # the commonest of a point is written last
    pairs = pairs[order]
    labels[pairs // width] = texts.categories.to_numpy()[pairs % width]
    return labels


def kind_of_sink(label: str) -> str:
    """Return the kind of place that a label names, or nothing."""
    lowered = label.lower()
    return next((kind for words, kind in SINK_LABELS.items() if words in lowered), "")


def _busiest(
    table: pd.DataFrame, points: Points, labels: npt.NDArray[np.object_]
) -> tuple[BusyPoint, ...]:
    """Return the points with most incidents, the most first."""
    top = np.argsort(-points.incidents, kind="stable")[:BUSIEST]
    lon, lat = table["lon"].to_numpy(), table["lat"].to_numpy()
    return tuple(
        BusyPoint(
            lon=round(float(lon[points.first[p]]), 6),
            lat=round(float(lat[points.first[p]]), 6),
            incidents=int(points.incidents[p]),
            share=round(int(points.incidents[p]) / len(table), 6),
            label=str(labels[p]),
            kind=kind_of_sink(str(labels[p])),
        )
        for p in top.tolist()
    )


def _sinks(points: Points, labels: npt.NDArray[np.object_]) -> dict[str, float]:
    """Return the share of incidents at points whose label names a kind of sink."""
    kinds = pd.Series([kind_of_sink(str(label)) for label in labels], dtype="str")
    incidents = pd.Series(points.incidents).groupby(kinds).sum()
    total = max(int(points.incidents.sum()), 1)
    shares = (incidents.drop("", errors="ignore") / total).sort_values(ascending=False)
    return {str(kind): round(float(share), 6) for kind, share in shares.items()}


def points_by_year(table: pd.DataFrame, points: Points) -> tuple[YearPoints, ...]:
    """Return how each year's points agree with those of all earlier years."""
    year = months_of(table["start"].to_numpy()).astype(np.int64) // 12 + 1970
    lon, lat = (table[name].to_numpy()[points.first] for name in ("lon", "lat"))
    cells = points_to_cells(lon, lat, resolution=SHARED_GROUND)
    _, cell = np.unique(cells, return_inverse=True)
    seen = np.zeros(points.incidents.size, dtype=bool)
    ground = np.zeros(points.incidents.size, dtype=bool)  # by cell, of which there are no more
    found = []
    for one in range(int(year.min()), int(year.max()) + 1) if year.size else ():
        here = points.of[year == one]
        if not here.size:
            continue
        shared = here[ground[cell[here]]]
        share = round(float(seen[shared].mean()), 6) if shared.size else None
        distinct = np.flatnonzero(np.bincount(here, minlength=seen.size))
        found.append(YearPoints(int(one), here.size, distinct.size, shared.size, share))
        seen[distinct] = True
        ground[cell[distinct]] = True
    return tuple(found)


def changed_points(years: Sequence[YearPoints], points: Points) -> tuple[bool, str]:
    """Return whether the set of snap points was replaced between years, and why it is thought."""
    if points.mean < SNAPPED_MEAN:
        return False, (
            f"Not a fixed set of points: {points.mean:.1f} incidents per point, under"
            f" {SNAPPED_MEAN:g}."
        )
    shares = {y.year: s for y in years if (s := y.share_at_earlier_points) is not None}
    return changed_shares(shares)


def changed_shares(shares: Mapping[int, float]) -> tuple[bool, str]:
    """Return the same of snap points, by the share of each year's incidents at earlier points."""
    if not shares:
        return False, "No two years cover the same ground, so the set of points cannot be compared."
    year, share = min(shares.items(), key=lambda pair: pair[1])
    words = (
        f"{share:.0%} of the incidents of {year} on shared ground lie at points of earlier years"
    )
    if share < SAME_SET:
        return True, f"Only {words}: the set was replaced, and fine comparison is invalid."
    return False, f"At least {words}: the set of points was kept."


def _by_reason(rejected: pd.DataFrame) -> dict[str, int]:
    """Return rejected rows by reason, in the order of the fixed list."""
    found = rejected["reason"].value_counts()
    reasons = (*REASONS, *CHOSEN)
    return {reason: int(found[reason]) for reason in reasons if reason in found.index}


def _counts(counts: "pd.Series[int]") -> dict[str, int]:
    """Return counts as plain numbers, zeros left out."""
    return {str(name): int(n) for name, n in counts.items() if n}


def _cross(months: pd.Series, types: pd.Series) -> dict[str, dict[str, int]]:
    """Return incidents by month and type."""
    counts = pd.crosstab(months, types)
    return {str(month): _counts(row) for month, row in counts.iterrows()}


def _spread(points: Points) -> dict[str, float]:
    """Return how many incidents a point holds."""
    if not points.incidents.size:
        return {"mean": 0.0, "median": 0.0, "largest": 0.0}
    return {
        "mean": round(points.mean, 3),
        "median": float(np.median(points.incidents)),
        "largest": float(points.incidents.max()),
    }

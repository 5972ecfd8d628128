"""Points that mislead: a geocoder's default, and a set of snap points that was replaced.

A *default point* holds at least 20 incidents and 0.1 % of all, and either its label says that no
place is known; or it carries ten and more different labels, of three incidents each at most, and
holds three times what 95 % of points do; or it has no label, 1 % of all incidents, and five times
those of any other point.

A set of points is *replaced* in the month whose incidents lie at earlier points half as often as
those of the month before, or less; or in the year of which under half do (where months are too far
apart to be set against one another).
"""

import re
from dataclasses import replace
from itertools import islice, pairwise

import numpy as np
import pandas as pd

from mapper.analysis.place_names import KINDS_OF_PLACE
from mapper.base.months import months_of
from mapper.base.types import Flags, Integers
from mapper.context.sinks import FEWEST, LEAST_SHARE
from mapper.incidents.doubt import Doubt, caveat
from mapper.incidents.quality import (
    SAME_SET,
    SNAPPED_MEAN,
    Points,
    changed_points,
    distinct_points,
    kind_of_sink,
    point_labels,
    points_by_year,
)

_NOWHERE = re.compile(
    r"(?i)\b(?:no fixed(?: \w+)?|no (?:known )?(?:location|address|place|trace)"
    r"|not (?:known|stated|given)|unknown|unspecified|unmapped|ungeocod|default"
    r"|address not|n/?a|tbc|to be confirmed)\b"
)
_LABELS = 10  # different ones at one point
_EACH = 3  # incidents to a label at most
_OUTLYING, _MOST = 3, 0.95  # times what this share of points hold at most
_ALONE = 0.01, 5  # share of all incidents, and times the next point, without any label
_SHOWN = 3
_CROWDED = 0.005, 3  # of all incidents, and times the next
_LOOKED_AT = 200  # points that hold most
_STREET = 0.01  # of all incidents
_ALL_OVER = 0.015  # degrees of latitude from the middle: 1.7 km


def point_doubts(table: pd.DataFrame, coarse: Flags, *, named: bool) -> tuple[Doubt, ...]:
    """Return default points, and the year from which the set of points is another one.

    Parameters
    ----------
    coarse
        Which rows lie at points that stand for a square; shape (incidents,).
    named
        Whether streets are recorded all the time.
    """
    points = distinct_points(table)
    default = _default_points(table, points, coarse)
    told = np.append(default[0].rows if default else [], np.flatnonzero(coarse)).astype(np.int64)
    crowded = [*_crowded_point(table, points, told), *_crowded_street(table)] if named else []
    return (*default, *crowded, *_replaced(table, points))


def _crowded_point(table: pd.DataFrame, points: Points, told: Integers) -> list[Doubt]:
    """Name the point that holds far more than any other, of those that name no kind of place."""
    top = np.argsort(-points.incidents, kind="stable")[:_LOOKED_AT]
    there, names = _at(points, top), [name for name in ("location",) if name in table]
    labels = point_labels(table[names].iloc[there], replace(points, of=points.of[there]))
    plain = [one for one in top.tolist() if not _is_kind(str(labels[one]))]
    known = set(np.unique(points.of[told]).tolist())
    plain = [one for one in plain if one not in known]
    if len(plain) < 2:  # noqa: PLR2004 - one has nothing to be set against
        return []
    first, second = (int(points.incidents[one]) for one in plain[:2])
    if first < max(FEWEST, _CROWDED[0] * len(table), _CROWDED[1] * second):
        return []
    rows = np.flatnonzero(points.of == plain[0])
    lon, lat = (table[name].iloc[rows[0]] for name in ("lon", "lat"))
    words = (
        f"{first:,} incidents ({first / len(table):.1%}) lie at one point, {lon:.5f}, {lat:.5f},"
        f" {first / second:.0f} times what any other like it holds: perhaps where it is recorded."
    )
    remedy = "find out what the point stands for, and decide on it under geocode sinks"
    share = first / len(table)
    return [caveat("one point", words, rows, share, kind="coordinates", remedy=remedy)]


def _at(points: Points, some: Integers) -> Integers:
    """Return the rows at some points."""
    among = np.zeros(points.incidents.size, dtype=bool)
    among[some] = True
    return np.flatnonzero(among[points.of])


def _crowded_street(table: pd.DataFrame) -> list[Doubt]:
    """Say when one street holds far more than any other, all over the ground."""
    if "location" not in table:
        return []
    held = table["location"].value_counts()
    streets = list(islice((name for name in held.index if not _is_kind(str(name))), 2))
    top = held[streets].tolist()
    if len(top) < 2 or top[0] < max(  # noqa: PLR2004 - as above
        FEWEST, _STREET * len(table), _CROWDED[1] * top[1]
    ):
        return []
    rows = np.flatnonzero((table["location"] == streets[0]).to_numpy())
    lon, lat = (table[name].to_numpy()[rows] for name in ("lon", "lat"))
    away = np.hypot((lon - np.median(lon)) * np.cos(np.radians(lat)), lat - np.median(lat))
    if np.median(away) < _ALL_OVER:
        return []
    share = rows.size / len(table)
    words = (
        f"{rows.size:,} incidents ({share:.1%}) carry one and the same street and lie all over the"
        f" ground, {top[0] / top[1]:.0f} times what any other does: that text stands"
        " for “not known”, and no place is named by it rightly."
    )
    remedy = "leave the street blank where it is not known, or leave these rows out"
    return [caveat("one street", words, rows, share, kind="location", remedy=remedy)]


def _is_kind(label: str) -> bool:
    """Tell whether a label names a kind of place, of which there are many, or nothing."""
    plain = label.lower().removeprefix("on or near ").strip()
    return not plain or plain in KINDS_OF_PLACE or bool(kind_of_sink(plain))


def _default_points(table: pd.DataFrame, points: Points, coarse: Flags) -> list[Doubt]:
    """Return the default points as one doubt."""
    many = points.incidents >= max(FEWEST, LEAST_SHARE * len(table))
    many[points.of[coarse]] = False
    large = np.flatnonzero(many)
    if not large.size:
        return []
    rows = _at(points, large)
    frame = pd.DataFrame({"point": points.of[rows], "label": ""})
    if "location" in table:
        frame["label"] = table["location"].iloc[rows].astype("str").fillna("").to_numpy()
    default, names = [], []
    outlying = _OUTLYING * float(np.quantile(points.incidents, _MOST))
    second = int(np.sort(points.incidents)[-2]) if points.incidents.size > 1 else 0
    for point, labels in frame.groupby("point")["label"]:
        best = str(labels.mode().iloc[0])
        if why := _why(labels, best, second, len(table), outlying):
            default.append(int(str(point)))
            at = int(points.first[int(str(point))])
            lon, lat = (table[name].iloc[at] for name in ("lon", "lat"))
            names.append((len(labels), f"{len(labels):,} at {lon:.5f}, {lat:.5f} ({why})"))
    if not default:
        return []
    mine = np.flatnonzero(np.isin(points.of, default))
    shown = "; ".join(words for _, words in sorted(names, reverse=True)[:_SHOWN])
    return [
        Doubt(
            code="default point",
            effect="caveat",
            words=(
                f"{mine.size:,} incidents ({mine.size / len(table):.1%}) lie where a system puts"
                f" what it cannot place: {shown}. A place there is no place."
            ),
            rows=mine,
            share=mine.size / len(table),
            kind="coordinates",
            part=shown,
            remedy="move these incidents out by a choice about geocode sinks",
        )
    ]


def _why(labels: "pd.Series[str]", best: str, second: int, total: int, outlying: float) -> str:
    """Say why a point stands for no place; nothing where it does not."""
    size = len(labels)
    if said := _NOWHERE.search(best):
        return f"label “{said.group(0).lower()}”"
    different = labels[labels != ""].nunique()
    if different >= _LABELS and size <= _EACH * different and size >= outlying:
        return f"{different} different labels"
    if not best and size >= _ALONE[0] * total and size >= _ALONE[1] * second:
        return "no label"
    return ""


def _replaced(table: pd.DataFrame, points: Points) -> list[Doubt]:
    """Return the month or year from which points are others than before."""
    months = months_of(table["start"].to_numpy())
    since, words = _drop_of_a_month(months, points)
    if since is None and _has_a_gap(months):
        since, words = _drop_of_a_year(table, points)
    if since is None:
        return []
    first = since.astype("datetime64[D]").astype(object)
    mine = np.flatnonzero(months >= since)
    return [
        Doubt(
            code="points replaced",
            effect="veto",
            words=f"{words} A place finer than a district cannot be compared across it.",
            rows=mine,
            share=mine.size / len(table),
            kind="coordinates",
            part=str(since),
            since=first,
            finest=True,
            remedy=f"choose days from {first:%d %B %Y} on, or rows of districts",
            from_day=first,
        )
    ]


def _drop_of_a_month(
    months: "np.ndarray[tuple[int], np.dtype[np.datetime64]]", points: Points
) -> tuple[np.datetime64 | None, str]:
    """Return the month whose share at earlier points falls to half of the month before, or less."""
    if points.mean < SNAPPED_MEAN:
        return None, ""
    number = (months - months.min()).astype(np.int64)
    order = np.argsort(number.astype(np.int16), kind="stable")  # few months: a radix sort
    ends = np.searchsorted(number[order], np.arange(int(number.max()) + 2))
    seen, before = np.zeros(points.incidents.size, dtype=bool), 0.0
    for one, (low, high) in enumerate(pairwise(ends.tolist())):
        here = points.of[order[low:high]]
        share = float(seen[here].mean()) if here.size else before
        if before >= SAME_SET and share <= before / 2:
            month = months.min() + one
            words = (
                f"{share:.0%} of the incidents of {pd.Timestamp(month):%B %Y} lie at points of"
                f" earlier months, after {before:.0%} in the month before: the set of points was"
                " replaced."
            )
            return month, words
        before = share
        seen[here] = True
    return None, ""


def _has_a_gap(months: "np.ndarray[tuple[int], np.dtype[np.datetime64]]") -> bool:
    """Tell whether months are missing, so that one cannot be set against the month before it."""
    number = (months - months.min()).astype(np.int64)
    return bool((np.bincount(number) == 0).any())


def _drop_of_a_year(table: pd.DataFrame, points: Points) -> tuple[np.datetime64 | None, str]:
    """Return the first month of the year whose points are others than before."""
    years = points_by_year(table, points)
    changed, words = changed_points(years, points)
    if not changed:
        return None, ""
    shares = [(s, one.year) for one in years if (s := one.share_at_earlier_points) is not None]
    year = min(shares)[1]
    first = table["start"][(table["start"].dt.year >= year).to_numpy()].min()
    return np.datetime64(first, "M"), words

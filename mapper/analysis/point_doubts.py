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
from itertools import pairwise

import numpy as np
import pandas as pd

from mapper.context.sinks import FEWEST, LEAST_SHARE
from mapper.incidents.doubt import Doubt
from mapper.incidents.quality import (
    SAME_SET,
    SNAPPED_MEAN,
    Points,
    changed_points,
    distinct_points,
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


def point_doubts(table: pd.DataFrame) -> tuple[Doubt, ...]:
    """Return default points, and the year from which the set of points is another one."""
    points = distinct_points(table)
    return (*_default_points(table, points), *_replaced(table, points))


def _default_points(table: pd.DataFrame, points: Points) -> list[Doubt]:
    """Return the default points as one doubt."""
    large = np.flatnonzero(points.incidents >= max(FEWEST, LEAST_SHARE * len(table)))
    if not large.size:
        return []
    rows = np.flatnonzero(np.isin(points.of, large))
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
    months = table["start"].to_numpy().astype("datetime64[M]")
    since, words = _drop_of_a_month(months, points)
    if since is None:
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
    order = np.argsort(number, kind="stable")
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

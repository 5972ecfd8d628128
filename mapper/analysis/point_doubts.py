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
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

import numpy as np
import pandas as pd

from mapper.analysis.place_names import KINDS_OF_PLACE
from mapper.base.months import months_of
from mapper.base.text import day_in_words
from mapper.base.types import Flags, Integers
from mapper.base.weights import median_of, sums
from mapper.context.sinks import FEWEST, LEAST_SHARE
from mapper.incidents.doubt import Doubt, caveat
from mapper.incidents.quality import (
    SAME_SET,
    SNAPPED_MEAN,
    Points,
    changed_shares,
    distinct_points,
    kind_of_sink,
    point_labels,
    points_by_year,
)
from mapper.incidents.time_blocks import Times

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
    return (*crowd_doubts(table, points, coarse, named=named), *_replaced(table, points))


def crowd_doubts(
    table: pd.DataFrame,
    points: Points,
    coarse: Flags,
    *,
    named: bool,
    times: Integers | None = None,
) -> tuple[Doubt, ...]:
    """Return default points, and the point and the street that hold far more than any other.

    Parameters
    ----------
    coarse, named
        As for :func:`point_doubts`.
    times
        How many incidents each row stands for; one where not given.
    """
    default = _default_points(table, points, coarse, times)
    told = np.append(default[0].rows if default else [], np.flatnonzero(coarse)).astype(np.int64)
    if not named:
        return tuple(default)
    crowded = _crowded_point(table, points, told, times)
    return (*default, *crowded, *_crowded_street(table, times))


def _crowded_point(
    table: pd.DataFrame, points: Points, told: Integers, times: Integers | None
) -> list[Doubt]:
    """Name the point that holds far more than any other, of those that name no kind of place."""
    total = int(points.incidents.sum())
    top = np.argsort(-points.incidents, kind="stable")[:_LOOKED_AT]
    there, names = _at(points, top), [name for name in ("location",) if name in table]
    some = None if times is None else times[there]
    labels = point_labels(table[names].iloc[there], replace(points, of=points.of[there]), some)
    plain = [one for one in top.tolist() if not _is_kind(str(labels[one]))]
    known = set(np.unique(points.of[told]).tolist())
    plain = [one for one in plain if one not in known]
    if len(plain) < 2:  # noqa: PLR2004 - one has nothing to be set against
        return []
    first, second = (int(points.incidents[one]) for one in plain[:2])
    if first < max(FEWEST, _CROWDED[0] * total, _CROWDED[1] * second):
        return []
    rows = np.flatnonzero(points.of == plain[0])
    lon, lat = (table[name].iloc[rows[0]] for name in ("lon", "lat"))
    words = (
        f"{first:,} incidents ({first / total:.1%}) lie at one point, {lon:.5f}, {lat:.5f},"
        f" {first / second:.0f} times what any other like it holds: perhaps where it is recorded."
    )
    remedy = "find out what the point stands for, and decide on it under default points"
    found = caveat("one point", words, rows, first / total, kind="coordinates", remedy=remedy)
    return [replace(found, number=first)]


def _at(points: Points, some: Integers) -> Integers:
    """Return the rows at some points."""
    among = np.zeros(points.incidents.size, dtype=bool)
    among[some] = True
    return np.flatnonzero(among[points.of])


def _crowded_street(table: pd.DataFrame, times: Integers | None) -> list[Doubt]:
    """Say when one street holds far more than any other, all over the ground."""
    if "location" not in table:
        return []
    names = table["location"].cat.categories.astype(object)
    codes = table["location"].cat.codes.to_numpy().astype(np.int64)
    held = sums(codes + 1, times, size=len(names) + 1)[1:]  # the first has no street
    order = np.argsort(-held, kind="stable")
    order = order[held[order] > 0]
    streets = list(islice((one for one in order.tolist() if not _is_kind(str(names[one]))), 2))
    top = held[streets].tolist()
    total = len(table) if times is None else int(times.sum())
    if len(top) < 2 or top[0] < max(  # noqa: PLR2004 - as above
        FEWEST, _STREET * total, _CROWDED[1] * top[1]
    ):
        return []
    rows = np.flatnonzero(codes == streets[0])
    some = None if times is None else times[rows]
    lon, lat = (table[name].to_numpy()[rows] for name in ("lon", "lat"))
    middle = median_of(lon, some), median_of(lat, some)
    away = np.hypot((lon - middle[0]) * np.cos(np.radians(lat)), lat - middle[1])
    if median_of(away, some) < _ALL_OVER:
        return []
    share = top[0] / total
    words = (
        f"{top[0]:,} incidents ({share:.1%}) carry one and the same street and lie all over the"
        f" ground, {top[0] / top[1]:.0f} times what any other does: that text stands"
        " for “not known”, and no place is named by it rightly."
    )
    remedy = "leave the street blank where it is not known, or leave these rows out"
    found = caveat("one street", words, rows, share, kind="location", remedy=remedy)
    return [replace(found, number=top[0])]


def _is_kind(label: str) -> bool:
    """Tell whether a label names a kind of place, of which there are many, or nothing."""
    plain = label.lower().removeprefix("on or near ").strip()
    return not plain or plain in KINDS_OF_PLACE or bool(kind_of_sink(plain))


def _default_points(
    table: pd.DataFrame, points: Points, coarse: Flags, times: Integers | None
) -> list[Doubt]:
    """Return the default points as one doubt."""
    total = int(points.incidents.sum())
    many = points.incidents >= max(FEWEST, LEAST_SHARE * total)
    many[points.of[coarse]] = False
    large = np.flatnonzero(many)
    if not large.size:
        return []
    rows = _at(points, large)
    frame = pd.DataFrame({"point": points.of[rows], "label": "", "n": 1})
    if times is not None:
        frame["n"] = times[rows]
    if "location" in table:
        frame["label"] = table["location"].iloc[rows].astype("str").fillna("").to_numpy()
    default, names = [], []
    outlying = _OUTLYING * float(np.quantile(points.incidents, _MOST))
    second = int(np.sort(points.incidents)[-2]) if points.incidents.size > 1 else 0
    held = frame.groupby(["point", "label"])["n"].sum()
    for point, labels in held.groupby(level="point"):
        if why := _why(labels.droplevel("point"), second, total, outlying):
            default.append(int(str(point)))
            at, size = int(points.first[int(str(point))]), int(labels.sum())
            lon, lat = (table[name].iloc[at] for name in ("lon", "lat"))
            names.append((size, f"{size:,} at {lon:.5f}, {lat:.5f} ({why})"))
    if not default:
        return []
    mine = np.flatnonzero(np.isin(points.of, default))
    number = int(points.incidents[default].sum())
    shown = "; ".join(words for _, words in sorted(names, reverse=True)[:_SHOWN])
    return [
        Doubt(
            code="default point",
            effect="caveat",
            words=(
                f"{number:,} incidents ({number / total:.1%}) lie where a system puts"
                f" what it cannot place: {shown}. A place there is no place."
            ),
            rows=mine,
            number=number,
            share=number / total,
            kind="coordinates",
            part=shown,
            remedy="move these incidents out by a choice about default points",
        )
    ]


def _why(labels: "pd.Series[int]", second: int, total: int, outlying: float) -> str:
    """Say why a point stands for no place; nothing where it does not.

    Parameters
    ----------
    labels
        Incidents by label, in the order of labels.
    """
    size, best = int(labels.sum()), str(labels.idxmax())
    if said := _NOWHERE.search(best):
        return f"label “{said.group(0).lower()}”"
    different = int((labels.index != "").sum())
    if different >= _LABELS and size <= _EACH * different and size >= outlying:
        return f"{different} different labels"
    if not best and size >= _ALONE[0] * total and size >= _ALONE[1] * second:
        return "no label"
    return ""


def _replaced(table: pd.DataFrame, points: Points) -> list[Doubt]:
    """Return the month or year from which points are others than before."""
    months = months_of(table["start"].to_numpy())
    number = (months - months.min()).astype(np.int64)
    first = np.full(points.incidents.size, number.max(), dtype=np.int64)
    np.minimum.at(first, points.of, number)
    new = np.bincount(number[number == first[points.of]], minlength=int(number.max()) + 1)
    held = np.bincount(number)
    since, words = drop_of_a_month(months.min(), held, new, points)
    if since is None and not held.all():
        since, words = _drop_of_a_year(table, points)
    if since is None:
        return []
    mine = np.flatnonzero(months >= since)
    return [replaced_from(since, words, mine, len(table), mine.size)]


def replaced_from(
    since: np.datetime64, words: str, rows: Integers, total: int, number: int
) -> Doubt:
    """Return the doubt that points are others from a month on.

    Parameters
    ----------
    rows, number
        What lies there, and how many incidents that is, of the total.
    """
    first = since.astype("datetime64[D]").astype(object)
    return Doubt(
        code="points replaced",
        effect="veto",
        words=f"{words} A place finer than a district cannot be compared across it.",
        rows=rows,
        number=number,
        share=number / total,
        kind="coordinates",
        part=str(since),
        since=first,
        finest=True,
        remedy=f"choose days from {day_in_words(first)} on, or rows of districts",
        from_day=first,
    )


def drop_of_a_month(
    earliest: np.datetime64, held: Integers, new: Integers, points: Points
) -> tuple[np.datetime64 | None, str]:
    """Return the month whose share at earlier points falls to half of the month before, or less.

    Parameters
    ----------
    held, new
        Incidents of each month from the earliest on, and those of them at points of which it is
        the first month; shape (months,).
    """
    if points.mean < SNAPPED_MEAN:
        return None, ""
    before = 0.0
    for one, (every, fresh) in enumerate(zip(held.tolist(), new.tolist(), strict=True)):
        share = (every - fresh) / every if every else before
        if before >= SAME_SET and share <= before / 2:
            month = earliest + one
            words = (
                f"{share:.0%} of the incidents of {pd.Timestamp(month):%B %Y} lie at points of"
                f" earlier months, after {before:.0%} in the month before: the set of points was"
                " replaced."
            )
            return month, words
        before = share
    return None, ""


def _drop_of_a_year(table: pd.DataFrame, points: Points) -> tuple[np.datetime64 | None, str]:
    """Return the first month of the year whose points are others than before."""
    if points.mean < SNAPPED_MEAN:
        return None, ""
    years = points_by_year(table, points)
    shares = {y.year: s for y in years if (s := y.share_at_earlier_points) is not None}
    return drop_of_a_year(table["start"].to_numpy(), shares)


def drop_of_a_year(start: Times, shares: Mapping[int, float]) -> tuple[np.datetime64 | None, str]:
    """Return the first month of the year whose points are others than before.

    Parameters
    ----------
    start
        Times of incidents, or all the different ones.
    shares
        Of each year's incidents, how many lie at points of earlier years.
    """
    changed, words = changed_shares(shares)
    if not changed:
        return None, ""
    year = min((share, one) for one, share in shares.items())[1]
    late = start[start >= np.datetime64(f"{year}-01-01")]
    return late.min().astype("datetime64[M]"), words

"""The plot of each answer, drawn from its release alone, and the words that stand for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import altair as alt
import pandas as pd

from mapper.disclosure.finding_release import FindingRelease, is_finding_release
from mapper.questions.clock import DAYS
from mapper.ui.workbench_marks import BLUE, HOT, bars, heat, intervals, share, sized

MOST = 25  # rows that a plot shows; the table has them all
_POINTS = 400  # of a curve
_HALF = 0.5
_LATER = ("treated", "buffer", "control")


@dataclass(frozen=True, eq=False)
class Plot:
    """One drawing and what it says in words."""

    chart: Any
    words: str


def plot_of(shown: FindingRelease, *, place: str = "") -> Plot | None:
    """Return the plot of an answer, nothing where a table says it better.

    Parameters
    ----------
    place
        The place drawn, of those :func:`places_of` names; the first if not given.
    """
    draw = _PLOTS.get(is_finding_release(shown).id)
    if draw is None or shown.table.empty:
        return None
    names = places_of(shown)
    table, of = shown.table, ""
    if names:
        chosen = place if place in names else names[0]
        table, of = table[_place_names(table) == chosen], f"{chosen}, "
    found = draw(table, shown)
    if found is None:
        return None
    words = f"{shown.title}, {of}{shown.lens_title}, {shown.area_title}, {shown.period}. {found[1]}"
    return Plot(found[0], words)


def places_of(shown: FindingRelease) -> list[str]:
    """Return the places whose plots are drawn one at a time."""
    if shown.id not in _ONE_AT_A_TIME:
        return []
    return list(dict.fromkeys(_place_names(shown.table)))


def _place_names(table: pd.DataFrame) -> pd.Series:
    """Return the name of each row's place."""
    for name in ("name", "ward", "district", "area", "cells"):
        if name in table:
            own = table[name].astype("str")
            ids = table["hotspot_id"].astype("str") if "hotspot_id" in table else None
            return own if ids is None else own + " (" + ids + ")"
    return pd.Series("All", index=table.index)


Drawn = tuple[Any, str] | None


def _concentration(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    if "jaccard" in table:
        return _stability(table)
    if "share_of_incidents" not in table:
        return None
    step = max(1, len(table) // _POINTS)
    thin = pd.concat([table.iloc[::step], table.iloc[[-1]]]).drop_duplicates("cells")
    axes = {
        "x": share("x", "share_of_cells", title="Share of cells, quietest first"),
        "y": share("y", "share_of_incidents", title="Share of incidents"),
    }
    curve = alt.Chart(thin).mark_line(color=BLUE, strokeWidth=2.5).encode(**axes)
    even = pd.DataFrame({"share_of_cells": [0.0, 1.0], "share_of_incidents": [0.0, 1.0]})
    line = alt.Chart(even).mark_line(color="#1c2429", strokeDash=[4, 3]).encode(**axes)
    half = float(table["share_of_incidents"][table["share_of_cells"] <= _HALF].max())
    words = (
        f"Lorenz curve far below the dashed line of an even spread: the quieter half of cells holds"
        f" {half:.0%} of incidents."
    )
    return sized(line + curve, height=340), words


def _stability(table: pd.DataFrame) -> Drawn:
    rows = table.assign(top=[f"Top {value:.0%}" for value in table["top_share"]])
    chart = (
        alt.Chart(rows)
        .mark_line(point=alt.OverlayMarkDef(size=50, filled=True))
        .encode(
            x=alt.X("to_period:N", title="Period", sort=None),
            y=share("y", "kept", title="Kept from the period before"),
            strokeDash=alt.StrokeDash("top:N", title=None),
            shape=alt.Shape("top:N", title=None),
            color=alt.Color("top:N", title=None, scale=alt.Scale(range=[BLUE, HOT])),
        )
    )
    mean = float(table["kept"].mean())
    words = f"Of the top cells, {mean:.0%} on average were top cells in the period before too."
    return sized(chart, height=300), words


def _accuracy(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    base = alt.Chart(table).encode(
        x=share("x", "area_share", title="Share of the area", scale=alt.Scale(type="log")),
        color=alt.Color("ranking:N", title=None, legend=alt.Legend(orient="right")),
        tooltip=["ranking", alt.Tooltip("area_share", format=".1%"), _percent("hit_rate"),
                 _percent("hit_rate_low"), _percent("hit_rate_high"),
                 alt.Tooltip("pai", format=".2f")],
    )  # fmt: skip
    lines = base.mark_line(strokeWidth=1.8).encode(
        y=share("y", "hit_rate", title="Share of later incidents"),
        strokeDash=alt.StrokeDash("ranking:N", title=None),
    )
    marks = base.mark_point(filled=True, size=55).encode(
        y="hit_rate:Q", shape=alt.Shape("ranking:N", title=None)
    )
    spans = base.mark_rule(opacity=0.45, strokeWidth=2).encode(
        y="hit_rate_low:Q", y2="hit_rate_high:Q"
    )
    small = table[table["area_share"] == table["area_share"].min()]
    told = [f"{row.ranking} {row.hit_rate:.1%}" for row in small.itertuples()]
    words = f"Share of later incidents in the first {small['area_share'].iloc[0]:.0%} of the area: "
    words += f"{', '.join(told)}."
    return sized(spans + lines + marks, height=360), words


def _percent(name: str) -> Any:
    return alt.Tooltip(name, format=".1%")


def _near_repeat(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    same = table["metres_to"] == 0
    near = [
        "Same place" if at else f"{'to' if pd.isna(low) else f'{low:,.0f} to'} {high:,.0f} m"
        for at, low, high in zip(same, table["metres_over"], table["metres_to"], strict=True)
    ]
    soon = [
        f"{low:g} to {high:g} days"
        for low, high in zip(table["days_over"], table["days_to"], strict=True)
    ]
    sure = ["*" if p <= 0.05 else "" for p in table["p"]]  # noqa: PLR2004 - the usual threshold
    grid = pd.DataFrame({"x": soon, "y": near, "value": table["ratio"].to_numpy()})
    grid["label"] = [f"{r:.2f}{s}" for r, s in zip(table["ratio"], sure, strict=True)]
    clear = int((table["p"] <= 0.05).sum())  # noqa: PLR2004 - as above
    words = (
        f"Pairs of incidents over those expected, by distance and delay; * marks p of 0.05 or less:"
        f" {clear} of {len(table)} squares."
    )
    return heat(grid, title="Times expected", middle=1.0), words


def _clock(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    grid = pd.DataFrame(
        {"x": table["hour"], "y": table["day"], "value": table["share"] / table["even_share"]}
    )
    grid["label"] = [f"{value:.1f}" for value in grid["value"]]
    top = table.sort_values("share", ascending=False).head(3)
    busy = "; ".join(f"{row.day} {row.hour:02d}:00" for row in top.itertuples())
    words = f"Times an even week, for each hour. Busiest hours: {busy}."
    return heat(grid, title="Times an even week", text=False), words


def _shifts(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    grid = pd.DataFrame(
        {"x": table["shift"], "y": table["day"], "value": table["share"] / table["even_share"]}
    )
    peaks = (table["peak"] == "peak").to_numpy()
    grid["label"] = [
        f"{v:.1f}{'*' if p else ''}" for v, p in zip(grid["value"], peaks, strict=True)
    ]
    order = pd.Categorical(grid["y"], DAYS, ordered=True)
    grid = grid.iloc[order.argsort(kind="stable")]
    named = [f"{row.day} {row.shift}" for row in table[peaks].itertuples()]
    words = f"Times an even week, for each shift; * marks a peak: {', '.join(named) or 'none'}."
    return heat(grid, title="Times an even week"), words


def _patterns(table: pd.DataFrame, shown: FindingRelease) -> Drawn:
    if "name" not in table:
        counts = table["pattern"].value_counts()
        rows = pd.DataFrame({"name": counts.index.astype("str"), "value": counts.to_numpy()})
        words = "; ".join(
            f"{r.name_}: {r.value:,} cells"
            for r in rows.rename(columns={"name": "name_"}).itertuples()
        )
        return bars(rows, axis="Cells"), f"{words}."
    top = table.head(MOST)
    hot = [set(filter(None, str(each).split("; "))) for each in top["hot_in"]]
    periods = _periods(set().union(*hot), str(shown.choices.get("every", "")))
    rows = pd.DataFrame(
        [
            (
                f"{row.rank}. {row.name_}",
                period,
                "hot" if period in held else "not hot",
                row.pattern,
            )
            for row, held in zip(
                top.rename(columns={"name": "name_"}).itertuples(), hot, strict=True
            )
            for period in periods
        ],
        columns=["name", "period", "state", "pattern"],
    )
    kinds = alt.Scale(domain=["hot", "not hot"], range=[HOT, "#e8ecee"])
    chart = (
        alt.Chart(rows)
        .mark_point(filled=True, size=190, opacity=1)
        .encode(
            x=alt.X("period:N", title=None, sort=None, axis=alt.Axis(orient="top", labelAngle=-45)),
            y=alt.Y(
                "name:N", title=None, sort=None, axis=alt.Axis(labelLimit=260, labelOverlap=False)
            ),
            color=alt.Color("state:N", scale=kinds, legend=alt.Legend(orient="top", title=None)),
            shape=alt.Shape(
                "state:N", scale=alt.Scale(domain=["hot", "not hot"], range=["square", "circle"])
            ),
            tooltip=["name", "period", "state", "pattern"],
        )
    )
    words = "; ".join(
        f"{row.name_}: {row.pattern}" for row in top.rename(columns={"name": "name_"}).itertuples()
    )
    return sized(chart, height=22 * len(top) + 110), f"{words}."


def _periods(named: set[str], every: str) -> list[str]:
    """Return the periods in order, months that no place was hot in included."""
    if every == "month" and named:
        whole = pd.period_range(min(named), max(named), freq="M")
        return [str(month) for month in whole]
    return sorted(named)


def _change(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    rows = table.rename(columns={"ratio": "value", "ratio_low": "low", "ratio_high": "high"})
    rows = rows.assign(name=_place_names(table) if "cell" not in table else table["cell"])
    rows = rows.assign(sure=["clear" if flag else "not clear" for flag in table["clear"]])
    biggest = (rows["before"] + rows["after"]).sort_values(ascending=False).index[:MOST]
    known = _drawable(rows.loc[biggest])
    clear = rows[rows["sure"] == "clear"]
    words = f"{len(clear):,} of {len(rows):,} places clearly changed; those with most incidents are drawn."  # noqa: E501 - one sentence
    return intervals(known, axis="Times the window before, with interval"), words


def _evaluate(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    if "figure" not in table:
        return None
    names = ("rate ratio of treated", "ratio of ratios", "ratio of ratios of buffer")
    rows = table[table["figure"].isin(names)].rename(columns={"figure": "name"})
    sure = [
        "clear" if low > 1 or high < 1 else "not clear"
        for low, high in zip(rows["low"], rows["high"], strict=True)
    ]
    rows = _drawable(rows.assign(sure=sure))
    words = "; ".join(
        f"{row.name_} {row.value:.2f} ({row.low:.2f} to {row.high:.2f})"
        for row in rows.rename(columns={"name": "name_"}).itertuples()
    )
    return intervals(rows, axis="Ratio, with interval: under 1 is fewer"), f"{words}."


def _days(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    rows = table.rename(columns={"ratio": "value"}).assign(name=table["contrast"])
    sure = [low > 1 or high < 1 for low, high in zip(rows["low"], rows["high"], strict=True)]
    rows = _drawable(rows.assign(sure=["clear" if flag else "not clear" for flag in sure]))
    words = "; ".join(f"{row.contrast}: {row.value:.2f} times" for row in rows.itertuples())
    return intervals(rows, axis="Times other days, with interval"), f"{words}."


def _signature(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    rows = table.rename(columns={"ratio": "value"}).assign(name=table["indicator"])
    clear = [str(word).startswith("clear") for word in table["sure"]]
    rows = _drawable(rows.assign(sure=["clear" if flag else "not clear" for flag in clear]))
    words = " ".join(str(each) for each in table["words"].head(5))
    return intervals(rows, axis="Times the rest of the area, with interval"), words


def _drawable(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows a logarithmic axis can show, their intervals cut where they have no end."""
    known = rows[(rows["value"] > 0) & rows["value"].lt(float("inf"))].copy()
    known["low"] = known["low"].clip(lower=0.02)
    known["high"] = known["high"].clip(upper=50.0)
    return known[
        ["name", "value", "low", "high", "sure"] + (["contrast"] if "contrast" in known else [])
    ]


def _robustness(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    if "stays_hot" not in table:
        return None
    top = table.head(MOST)
    rows = pd.DataFrame({"name": top["name"].astype("str"), "value": top["share"].to_numpy()})
    rows["name"] = [f"{n}. {one}" for n, one in enumerate(rows["name"], start=1)]
    least = float(table["share"].min())
    words = f"Share of settings under which each hot spot stays hot; the least steady {least:.0%}."
    return bars(rows, axis="Share of settings", form=".0%"), words


def _scan(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    top = table.head(MOST)
    sure = ["p at most 0.05" if p <= 0.05 else "could be chance" for p in top["p"]]  # noqa: PLR2004 - the usual threshold
    rows = pd.DataFrame(
        {
            "name": [f"{n}. {ward}" for n, ward in zip(top["cluster"], top["ward"], strict=True)],
            "first": pd.to_datetime(top["first_day"]).to_numpy(),
            "last": pd.to_datetime(top["last_day"]).to_numpy(),
            "sure": sure,
            "label": [
                f"{o:,} where {e:.1f} expected"
                for o, e in zip(top["incidents"], top["expected"], strict=True)
            ],
        }
    )
    kinds = alt.Scale(domain=["p at most 0.05", "could be chance"], range=[HOT, "#9aa4a9"])
    base = alt.Chart(rows).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=260, labelOverlap=False))
    )
    spans = base.mark_bar(height=12).encode(
        x=alt.X("first:T", title=None),
        x2="last:T",
        color=alt.Color("sure:N", scale=kinds, legend=alt.Legend(orient="top", title=None)),
        tooltip=["name", "first", "last", "label", "sure"],
    )
    clear = sum(word.startswith("p") for word in sure)
    words = f"When each cluster ran: {clear} of {len(rows)} with p of 0.05 or less."
    return sized(spans, height=24 * len(rows) + 80), words


def _counted(column: str, axis: str) -> Callable[[pd.DataFrame, FindingRelease], Drawn]:
    """Return a drawing of one count for each place, the largest first."""

    def draw(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
        if column not in table:
            return None
        top = table.sort_values(column, ascending=False, kind="stable").head(MOST)
        rows = pd.DataFrame({"name": _place_names(top), "value": top[column].to_numpy()})
        first = rows.iloc[0]
        words = f"{axis}: most at {first['name']}, {first['value']:,.0f}."
        return bars(rows, axis=axis), words

    return draw


def _children(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    rows = pd.DataFrame({"name": _place_names(table), "value": table["child_share"]}).head(MOST)
    words = "; ".join(f"{n} {v:.0%}" for n, v in zip(rows["name"], rows["value"], strict=True))
    return bars(rows, axis="Share with a child", form=".0%"), f"{words}."


def _reports(names: list[str], top: pd.DataFrame) -> Drawn:
    rows = pd.DataFrame({"name": names, "value": top["reports"].to_numpy()})
    words = "; ".join(f"{n}: {v}" for n, v in zip(names[:5], rows["value"], strict=False))
    return bars(rows, axis="Reports"), f"{words}."


def _corridor_totals(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    top = table.sort_values("reports", ascending=False, kind="stable").head(MOST)
    ends = zip(top["from_district"], top["to_district"], strict=True)
    names = [f"{out} to {into}" for out, into in ends]
    return _reports(names, top)


def _corridors(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    top = table.head(MOST)
    names = [
        f"{a or b} to {c or d}"
        for a, b, c, d in zip(top["from_ward"], top["from"], top["to_ward"], top["to"], strict=True)
    ]
    return _reports(names, top)


_ONE_AT_A_TIME = frozenset({"clock", "shifts", "days", "signature"})
_PLOTS: Mapping[str, Callable[[pd.DataFrame, FindingRelease], Drawn]] = MappingProxyType(
    {
        "signals": _counted("incidents", "Incidents"),
        "concentration": _concentration,
        "patterns": _patterns,
        "change": _change,
        "scan": _scan,
        "near-repeat": _near_repeat,
        "clock": _clock,
        "accuracy": _accuracy,
        "robustness": _robustness,
        "evaluate": _evaluate,
        "proactivity": _counted("incidents", "Incidents"),
        "children": _children,
        "signature": _signature,
        "corridors": _corridors,
        "corridors-by-district": _corridor_totals,
        "phases": _counted("incidents", "Incidents"),
        "shifts": _shifts,
        "days": _days,
    }
)

"""Plots of where incidents gather, and of what surrounds a place."""

from collections.abc import Callable
from itertools import islice

import altair as alt
import pandas as pd

from mapper.app.workbench.plots.marks import (
    BLUE,
    HOT,
    INK,
    NAMES,
    ROW,
    bars,
    intervals,
    share,
    sized,
)
from mapper.app.workbench.plots.rows import BARS, Drawn, place_names, ratio_rows, told_apart
from mapper.disclosure.release import FindingRelease

_POINTS = 400  # of a curve
_HALF = 0.5
_TOP = 80  # pixels that an axis with its title takes


def concentration(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    """Draw the Lorenz curve, or how many top cells stay."""
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
    line = alt.Chart(even).mark_line(color=INK, strokeDash=[4, 3]).encode(**axes)
    half = float(table["share_of_incidents"][table["share_of_cells"] <= _HALF].max())
    words = (
        "Lorenz curve beside the dashed line of an even spread: the quieter half of cells holds"
        f" {half:.0%} of incidents."
    )
    return sized(line + curve, height=340), words


def _stability(table: pd.DataFrame) -> Drawn:
    """Draw the share of top cells kept from period to period."""
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


def counted(
    column: str, axis: str, *, kind: str = ""
) -> Callable[[pd.DataFrame, FindingRelease], Drawn]:
    """Return a drawing of one count for each place, the largest first.

    Parameters
    ----------
    kind
        A column whose words stand after the number: the phase, the signals.
    """

    def draw(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
        if column not in table:
            return None
        top = table.sort_values(column, ascending=False, kind="stable").head(BARS)
        rows = pd.DataFrame({"name": place_names(top), "value": top[column].to_numpy()})
        if kind and kind in table:
            rows["kind"] = [str(word) or "none" for word in top[kind]]
        first = rows.iloc[0]
        left = len(table) - len(top)
        words = f"{axis}: most at {first['name']}, {first['value']:,.0f}."
        return bars(rows, axis=axis), words + _of_more(left)

    return draw


def where_next(table: pd.DataFrame, shown: FindingRelease) -> Drawn:
    """Draw what is expected of the busiest places, with its interval."""
    top = table.head(BARS).reset_index(drop=True)
    places = place_names(top)
    names = [f"{number}. {name}" for number, name in enumerate(places, start=1)]
    rows = top.assign(name=names)[["name", "expected", "low", "high", "last_year"]]
    base = alt.Chart(rows).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=NAMES),
        tooltip=["name", alt.Tooltip("expected", format=".1f"), "low", "high", "last_year"],
    )
    spans = base.mark_rule(strokeWidth=2, color=BLUE).encode(
        x=alt.X("low:Q", title="Incidents expected"), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=70, opacity=1, color=HOT).encode(x="expected:Q")
    first = rows.iloc[0]
    words = (
        f"Expected in {shown.choices['foretold']}: most at {places.iloc[0]},"
        f" {first['expected']:,.1f}, between {first['low']:,.0f} and {first['high']:,.0f}."
    )
    chart = sized(spans + points, height=_TOP + ROW * len(rows))
    return chart, words + _of_more(len(table) - len(top))


def _of_more(left: int) -> str:
    """Say how many rows are in the table alone."""
    return f" The first {BARS} are drawn, {left:,} more are in the table." if left > 0 else ""


def children(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    """Draw in what share of incidents a child was present."""
    rows = pd.DataFrame({"name": place_names(table), "value": table["child_share"]}).head(BARS)
    words = "; ".join(f"{n} {v:.0%}" for n, v in zip(rows["name"], rows["value"], strict=True))
    return bars(rows, axis="Share with a child", form=".0%"), f"{words}."


def corridor_totals(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    """Draw the corridors between districts with most reports."""
    top = table.sort_values("reports", ascending=False, kind="stable").head(BARS)
    ends = zip(top["from_district"], top["to_district"], strict=True)
    return _reports([f"{out} to {into}" for out, into in ends], top)


def corridors(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    """Draw the corridors between cells and hubs with most reports."""
    top = table.head(BARS)
    columns = (top[name] for name in ("from_ward", "from", "to_ward", "to"))
    names = [
        f"{_short(out or out_cell)} to {_short(into or into_cell)}"
        for out, out_cell, into, into_cell in zip(*columns, strict=True)
    ]
    ends = top["from"].astype("str") + " to " + top["to"].astype("str")
    return _reports(told_apart(pd.Series(names, index=top.index), ends).tolist(), top)


def _short(place: str) -> str:
    """Return a place without its district."""
    return str(place).split(", ", maxsplit=1)[0]


def _reports(names: list[str], top: pd.DataFrame) -> Drawn:
    rows = pd.DataFrame({"name": names, "value": top["reports"].to_numpy()})
    words = "; ".join(f"{n}: {v}" for n, v in zip(names[:5], rows["value"], strict=False))
    return bars(rows, axis="Reports"), f"{words}."


def risk_terrain(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    """Draw how many times the incidents of cells alike go with each kind of place."""
    if "kind" not in table:
        return None
    told = table.rename(
        columns={"kind": "name", "ratio": "value", "ratio_low": "low", "ratio_high": "high"}
    )
    nothing = {"none_else": "none elsewhere", "none_here": "none near"}
    rows = ratio_rows(told[["name", "value", "low", "high"]], clear=table["clear"], **nothing)
    words = "; ".join(f"{row.name_}: {row.told}" for row in rows.rename(columns={"name": "name_"})
                      .itertuples())  # fmt: skip
    return intervals(rows, axis="Times the incidents of cells alike"), f"{words}."


def near(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    """Draw how many places of each kind lie around one place."""
    rows = pd.DataFrame(
        {
            "name": table["kind"].astype("str"),
            "value": table["within"],
            "kind": table["side"].astype("str"),
        }
    )
    rows = rows[rows["value"] > 0].sort_values("value", ascending=False, kind="stable").head(BARS)
    if rows.empty:
        return None
    told = (f"{row.name_}: {row.value:,}" for row in rows.rename(columns={"name": "name_"})
            .itertuples())  # fmt: skip
    words = f"Places in and around it: {'; '.join(islice(told, 5))}."
    return bars(rows, axis="Places in and around it"), words

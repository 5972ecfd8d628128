"""The few kinds of drawing that all plots of the workbench are made of.

Each tells its parts apart by shape, place or number as well as by colour, and stands beside the
table it was drawn from; the page gives it words for screen readers.
"""

from typing import Any

import altair as alt
import pandas as pd

BLUE, HOT, SOFT, LINE = "#0b4f94", "#96300c", "#5d686e", "#d3dade"
ROW = 24  # pixels of one row of names
_NAMES = alt.Axis(labelLimit=260, labelOverlap=False)
_ROOM = 80  # pixels that axis and legend take


def sized(chart: Any, *, height: int) -> Any:
    """Return a chart as wide as its column."""
    return chart.properties(width="container", height=height)


def intervals(table: pd.DataFrame, *, axis: str, log: bool = True) -> Any:
    """Return estimates with their intervals, one row a name, and a line where nothing changes.

    Parameters
    ----------
    table
        Columns ``name``, ``value``, ``low``, ``high`` and ``sure`` (clear, or not clear).
    """
    scale = alt.Scale(type="log") if log else alt.Scale()
    names = alt.Y("name:N", sort=None, title=None, axis=_NAMES)
    tips: list[Any] = ["name", alt.Tooltip("value", format=".2f"), alt.Tooltip("low", format=".2f")]
    tips += [alt.Tooltip("high", format=".2f"), "sure"]
    kinds = alt.Scale(domain=["clear", "not clear"], range=[HOT, SOFT])
    shapes = alt.Scale(domain=["clear", "not clear"], range=["diamond", "circle"])
    base = alt.Chart(table).encode(y=names, tooltip=tips)
    colour = alt.Color("sure:N", scale=kinds, title=None, legend=alt.Legend(orient="top"))
    bars = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", scale=scale, title=axis), x2="high:Q", color=colour
    )
    points = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=alt.X("value:Q", scale=scale), color=colour, shape=alt.Shape("sure:N", scale=shapes)
    )
    even = alt.Chart(pd.DataFrame({"at": [1.0 if log else 0.0]}))
    line = even.mark_rule(strokeDash=[4, 3], color="#1c2429").encode(x="at:Q")
    return sized(line + bars + points, height=_ROOM + ROW * max(len(table), 2))


def heat(table: pd.DataFrame, *, title: str, middle: float | None = None, text: bool = True) -> Any:
    """Return a grid of numbers, darker where they are larger.

    Parameters
    ----------
    table
        Columns ``x``, ``y``, ``value`` and ``label`` (what is written in the square), in order.
    middle
        Where colours change from less to more; none for numbers that only grow.
    """
    scheme = alt.Scale(scheme="blues")
    if middle is not None:
        furthest = max(abs(table["value"].dropna() - middle).max(), 0.1)
        scheme = alt.Scale(
            domain=[middle - furthest, middle, middle + furthest], range=["#8c6d31", "#fff", BLUE]
        )
    base = alt.Chart(table).encode(
        x=alt.X("x:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, orient="top")),
        y=alt.Y("y:N", sort=None, title=None),
        tooltip=["y", "x", alt.Tooltip("value", format=".3f", title=title), "label"],
    )
    squares = base.mark_rect(stroke="#fff").encode(
        color=alt.Color("value:Q", scale=scheme, title=title, legend=None if text else alt.Legend())
    )
    height = _ROOM // 2 + 34 * max(table["y"].nunique(), 2)
    if not text:
        return sized(squares, height=height)
    dark = table["value"].max() * 0.6 if middle is None else middle + 0.6 * furthest
    ink = alt.condition(alt.datum.value > float(dark), alt.value("#fff"), alt.value("#1c2429"))
    return sized(
        squares + base.mark_text(fontSize=12).encode(text="label", color=ink), height=height
    )


def bars(table: pd.DataFrame, *, axis: str, form: str = ",.0f") -> Any:
    """Return horizontal bars with their numbers at the end.

    Parameters
    ----------
    table
        Columns ``name`` and ``value``, in order.
    """
    base = alt.Chart(table).encode(
        x=alt.X("value:Q", title=axis),
        y=alt.Y("name:N", sort=None, title=None, axis=_NAMES),
        tooltip=["name", alt.Tooltip("value", format=form)],
    )
    drawn = base.mark_bar(color=BLUE)
    numbers = base.mark_text(align="left", dx=4).encode(text=alt.Text("value:Q", format=form))
    return sized(drawn + numbers, height=_ROOM + ROW * max(len(table), 2))


def share(text: str, name: str, **more: Any) -> Any:
    """Return an axis of a share, in per cent."""
    kinds = {"x": alt.X, "y": alt.Y}
    return kinds[text](f"{name}:Q", axis=alt.Axis(format=".0%"), **more)

"""The few kinds of drawing that all plots of the workbench are made of.

Each tells its parts apart by shape, place or number as well as by colour, and stands beside the
table it was drawn from; the page gives it words for screen readers.
"""

from typing import Any

import altair as alt
import pandas as pd

from mapper.base.palette import COLOURS

BLUE, HOT, INK = COLOURS["link"], COLOURS["hot-dark"], COLOURS["ink"]
SOFT, PAPER = COLOURS["soft"], COLOURS["paper"]
_QUIET = COLOURS["quiet"]
ROW = 24  # pixels of one row of names
ENDS = ("low", "high")  # of an interval
NAMES = alt.Axis(labelLimit=260, labelOverlap=False, labelBaseline="middle")
_ROOM, _KEY = 80, 50  # pixels that an axis with its title takes, and a legend above
_LEAST_SPREAD = 0.25  # a grid's colours never stretch over less than this on either side


def sized(chart: Any, *, height: int) -> Any:
    """Return a chart as wide as its column, its words dark enough to read."""
    return (
        chart.properties(width="container", height=height, background=PAPER)
        .configure_axis(labelColor=_QUIET, titleColor=_QUIET, labelFontSize=12)
        .configure_legend(labelColor=INK, titleColor=_QUIET, labelFontSize=12)
    )


def intervals(table: pd.DataFrame, *, axis: str) -> Any:
    """Return ratios with their intervals, one row a name, and a line where nothing changes.

    Parameters
    ----------
    table
        As :func:`mapper.app.workbench.plots.rows.ratio_rows` returns it.
    """
    scale = alt.Scale(type="log")
    names = alt.Y("name:N", sort=None, title=None, axis=NAMES)
    tips: list[Any] = ["name", alt.Tooltip("told", title="value"), "sure"]
    tips += [alt.Tooltip(side, format=".2f", title=f"{side}, as far as drawn") for side in ENDS]
    kinds = alt.Scale(domain=["clear", "not clear"], range=[HOT, SOFT])
    shapes = alt.Scale(domain=["clear", "not clear"], range=["diamond", "circle"])
    base = alt.Chart(table).encode(y=names, tooltip=tips)
    colour = alt.Color("sure:N", scale=kinds, title=None, legend=alt.Legend(orient="top"))
    bars = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", scale=scale, title=axis), x2="high:Q", color=colour
    )
    points = (
        base.transform_filter("datum.beyond == ''")
        .mark_point(filled=True, size=70, opacity=1)
        .encode(
            x=alt.X("value:Q", scale=scale), color=colour, shape=alt.Shape("sure:N", scale=shapes)
        )
    )
    even = alt.Chart(pd.DataFrame({"at": [1.0]}))
    line = even.mark_rule(strokeDash=[4, 3], color=INK).encode(x="at:Q")
    drawn = line + bars + points
    ends = base.transform_filter("datum.beyond != ''").encode(
        x=alt.X("value:Q", scale=scale), text="beyond:N"
    )
    drawn += ends.transform_filter("datum.value > 1").mark_text(align="right", dy=-8, color=INK)
    drawn += ends.transform_filter("datum.value < 1").mark_text(align="left", dy=-8, color=INK)
    return sized(drawn, height=_ROOM + _KEY + ROW * max(len(table), 2))


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
        furthest = max(abs(table["value"].dropna() - middle).max(), _LEAST_SPREAD)
        scheme = alt.Scale(
            domain=[middle - furthest, middle, middle + furthest],
            range=[COLOURS["ochre-light"], PAPER, BLUE],
            interpolate="rgb",  # else colours between pass through others
        )
    base = alt.Chart(table).encode(
        x=alt.X("x:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, orient="top")),
        y=alt.Y("y:N", sort=None, title=None, axis=NAMES),
        tooltip=["y", "x", alt.Tooltip("value", format=".3f", title=title), "label"],
    )
    squares = base.mark_rect(stroke=PAPER).encode(
        color=alt.Color("value:Q", scale=scheme, title=title, legend=None if text else alt.Legend())
    )
    height = _ROOM // 2 + 34 * max(table["y"].nunique(), 2)
    if not text:
        return sized(squares, height=height)
    dark = table["value"].max() * 0.6 if middle is None else middle + 0.6 * furthest
    ink = alt.condition(alt.datum.value > float(dark), alt.value(PAPER), alt.value(INK))
    return sized(
        squares + base.mark_text(fontSize=12).encode(text="label", color=ink), height=height
    )


def bars(table: pd.DataFrame, *, axis: str, form: str = ",.0f") -> Any:
    """Return horizontal bars with their numbers at the end.

    Parameters
    ----------
    table
        Columns ``name`` and ``value``, in order; where there is a column ``kind`` it is written
        after the number.
    form
        How numbers are written; shares of a whole reach over the whole axis.
    """
    whole = form.endswith("%")
    scale = alt.Scale(domain=[0, 1]) if whole else alt.Scale()
    ticks = alt.Axis(format=form) if whole else alt.Axis(format=form, tickMinStep=1)
    tips: list[Any] = ["name", alt.Tooltip("value", format=form)]
    if "kind" in table:
        tips.append("kind")
    base = alt.Chart(table).encode(
        x=alt.X("value:Q", title=axis, scale=scale, axis=ticks),
        y=alt.Y("name:N", sort=None, title=None, axis=NAMES),
        tooltip=tips,
    )
    after = f"format(datum.value, '{form}')" + (" + ' · ' + datum.kind" if "kind" in table else "")
    numbers = (
        base.transform_calculate(after=after)
        .mark_text(align="left", dx=4, color=INK)
        .encode(text="after:N")
    )
    drawn = base.mark_bar(color=BLUE) + numbers
    return sized(drawn, height=_ROOM + ROW * max(len(table), 2))


def parts(table: pd.DataFrame, *, axis: str, kinds: tuple[str, str]) -> Any:
    """Return horizontal bars of two parts, dark and pale, with the whole at the end.

    Parameters
    ----------
    table
        Columns ``name``, ``value`` and ``kind`` (one of ``kinds``), each name twice, in order.
    """
    scale = alt.Scale(domain=list(kinds), range=[BLUE, COLOURS["blue-2"]])
    base = alt.Chart(table).encode(y=alt.Y("name:N", sort=None, title=None, axis=NAMES))
    drawn = base.mark_bar(stroke=BLUE, strokeWidth=0.6).encode(
        x=alt.X("value:Q", title=axis, axis=alt.Axis(tickMinStep=1)),
        color=alt.Color("kind:N", scale=scale, title=None, legend=alt.Legend(orient="top")),
        order=alt.Order("part:Q"),
        tooltip=["name", "kind", alt.Tooltip("value", format=",.0f")],
    )
    numbers = (
        base.transform_aggregate(whole="sum(value)", groupby=["name"])
        .mark_text(align="left", dx=4, color=INK)
        .encode(x="whole:Q", text=alt.Text("whole:Q", format=",.0f"))
    )
    height = _ROOM + _KEY + ROW * max(table["name"].nunique(), 2)
    return sized(drawn + numbers, height=height)


def share(text: str, name: str, **more: Any) -> Any:
    """Return an axis of a share, in per cent."""
    kinds = {"x": alt.X, "y": alt.Y}
    return kinds[text](f"{name}:Q", axis=alt.Axis(format=".0%"), **more)

"""Plots of when: periods, change, clusters in time, the hours and shifts of the week."""

import altair as alt
import pandas as pd

from mapper.app.shell.cell_names import cell_names
from mapper.app.workbench.plots.marks import HOT, NAMES, bars, heat, intervals, sized
from mapper.app.workbench.plots.rows import CLEAR, MOST, Drawn, in_words, place_names, ratio_rows
from mapper.base.palette import COLOURS
from mapper.disclosure.release import FindingRelease
from mapper.questions.clock import DAYS


def patterns(table: pd.DataFrame, shown: FindingRelease) -> Drawn:
    """Draw in which periods each place was hot."""
    if "name" not in table:
        return _pattern_counts(table)
    top = table.head(MOST)
    names = [f"{rank}. {name}" for rank, name in zip(top["rank"], top["name"], strict=True)]
    hot = [set(filter(None, str(each).split("; "))) for each in top["hot_in"]]
    every = str(shown.choices.get("every", ""))
    periods = _periods(set().union(*hot), every)
    rows = pd.DataFrame(
        [
            (name, _called(period, every), "hot" if period in held else "not hot", pattern)
            for name, held, pattern in zip(names, hot, top["pattern"], strict=True)
            for period in periods
        ],
        columns=["name", "period", "state", "pattern"],
    )
    kinds = alt.Scale(domain=["hot", "not hot"], range=[HOT, COLOURS["faint"]])
    chart = (
        alt.Chart(rows)
        .mark_point(filled=True, size=190, opacity=1)
        .encode(
            x=alt.X("period:N", title=None, sort=None, axis=alt.Axis(orient="top", labelAngle=-45)),
            y=alt.Y("name:N", title=None, sort=None, axis=NAMES),
            color=alt.Color("state:N", scale=kinds, legend=alt.Legend(orient="top", title=None)),
            shape=alt.Shape(
                "state:N", scale=alt.Scale(domain=["hot", "not hot"], range=["square", "circle"])
            ),
            tooltip=["name", "period", "state", "pattern"],
        )
    )
    words = "; ".join(f"{n}: {each}" for n, each in zip(top["name"], top["pattern"], strict=True))
    return sized(chart, height=24 * len(top) + 130), f"{words}."


def _pattern_counts(table: pd.DataFrame) -> Drawn:
    """Draw how many cells have each pattern."""
    counts = table["pattern"].astype("str").value_counts()
    rows = pd.DataFrame({"name": counts.index, "value": counts.to_numpy()})
    words = "; ".join(f"{name}: {number:,} cells" for name, number in counts.items())
    return bars(rows, axis="Cells"), f"{words}."


def _periods(named: set[str], every: str) -> list[str]:
    """Return the periods in order, months that no place was hot in included."""
    if every == "month" and named:
        whole = pd.period_range(min(named), max(named), freq="M")
        return [str(month) for month in whole]
    return sorted(named)


def _called(period: str, every: str) -> str:
    """Return a period as people call it: Sep 2021."""
    return f"{pd.Period(period, freq='M'):%b %Y}" if every == "month" else period


def change(table: pd.DataFrame, shown: FindingRelease) -> Drawn:
    """Draw how each place changed, with its interval."""
    rows = table.rename(columns={"ratio": "value", "ratio_low": "low", "ratio_high": "high"})
    named = cell_names(table["cell"], shown) if "cell" in table else place_names(table)
    rows = rows.assign(name=named)
    biggest = (rows["before"] + rows["after"]).sort_values(ascending=False).index[:MOST]
    known = ratio_rows(
        rows.loc[biggest],
        clear=table.loc[biggest, "clear"],
        none_else="none before",
        none_here="none after",
    )
    clear = int(table["clear"].sum())
    words = (
        f"{clear:,} of {len(rows):,} places clearly changed; those with most incidents are drawn."
    )
    return intervals(known, axis="Times the window before, with interval"), words


def scan(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    """Draw when each cluster ran."""
    top = table.head(MOST)
    sure = ["p at most 0.05" if p <= CLEAR else "could be chance" for p in top["p"]]
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
    kinds = alt.Scale(domain=["p at most 0.05", "could be chance"], range=[HOT, COLOURS["hatch"]])
    base = alt.Chart(rows).encode(y=alt.Y("name:N", sort=None, title=None, axis=NAMES))
    spans = base.mark_bar(height=12).encode(
        x=alt.X("first:T", title=None),
        x2="last:T",
        color=alt.Color("sure:N", scale=kinds, legend=alt.Legend(orient="top", title=None)),
        tooltip=["name", "first", "last", "label", "sure"],
    )
    clear = int((top["p"] <= CLEAR).sum())
    words = f"When each cluster ran: {clear} of {len(rows)} with p of 0.05 or less."
    return sized(spans, height=24 * len(rows) + 110), words


def near_repeat(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    """Draw the grid of distance and delay."""
    same = table["metres_to"] == 0
    near = [
        "Same place" if at else f"{'to' if pd.isna(low) else f'{low:,.0f} to'} {high:,.0f} m"
        for at, low, high in zip(same, table["metres_over"], table["metres_to"], strict=True)
    ]
    soon = [
        f"{low:g} to {high:g} days"
        for low, high in zip(table["days_over"], table["days_to"], strict=True)
    ]
    sure = ["*" if p <= CLEAR else "" for p in table["p_all_bands"]]
    grid = pd.DataFrame({"x": soon, "y": near, "value": table["ratio"].to_numpy()})
    grid["label"] = [f"{r:.2f}{s}" for r, s in zip(table["ratio"], sure, strict=True)]
    clear = int((table["p_all_bands"] <= CLEAR).sum())
    words = (
        f"Pairs of incidents over those expected, by distance and delay; * marks p of 0.05 or less"
        f" over all squares together: {clear} of {len(table)}."
    )
    return heat(grid, title="Times expected", middle=1.0), words


def clock(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    """Draw the hours of the week."""
    grid = pd.DataFrame(
        {"x": table["hour"], "y": table["day"], "value": table["share"] / table["even_share"]}
    )
    grid["label"] = [f"{value:.1f}" for value in grid["value"]]
    top = table.sort_values("share", ascending=False).head(3)
    busy = "; ".join(f"{row.day} {row.hour:02d}:00" for row in top.itertuples())
    words = f"Times an even week, for each hour. Busiest hours: {busy}."
    return heat(grid, title="Times an even week", text=False), words


def shifts(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    """Draw the shifts of the week."""
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


def days(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    """Draw how kinds of day differ."""
    rows = table.rename(columns={"ratio": "value"}).assign(name=table["contrast"])
    rows = ratio_rows(
        rows,
        clear=(rows["low"] > 1) | (rows["high"] < 1),
        none_else="none on other days",
        none_here="none on these days",
    )
    return intervals(rows, axis="Times other days, with interval"), f"{in_words(rows)}."

"""Plots of how sure an answer is, of what worked, and of what drives a place."""

from typing import Any

import altair as alt
import pandas as pd

from mapper.app.workbench.plots.marks import BLUE, HOT, INK, bars, intervals, parts, share, sized
from mapper.app.workbench.plots.rows import BARS, MOST, Drawn, place_names, ratio_rows
from mapper.base.palette import COLOURS
from mapper.context.signature import CLEAR, LESS
from mapper.disclosure.release import FindingRelease

OWN, LAST, BEST = "cluster p, capped counts", "last period's count", "best possible"


def accuracy(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    """Draw how much of what came later each ranking held, the telling ones named."""
    told = _told_apart(table)
    base = alt.Chart(table).encode(
        x=share("x", "area_share", title="Share of the area", scale=alt.Scale(type="log")),
        y=share("y", "hit_rate", title="Share of later incidents"),
        detail="ranking:N",
        tooltip=["ranking", alt.Tooltip("area_share", format=".1%"), _percent("hit_rate"),
                 _percent("hit_rate_low"), _percent("hit_rate_high"),
                 alt.Tooltip("pai", format=".2f")],
    )  # fmt: skip
    named = base.transform_filter(alt.FieldOneOfPredicate("ranking", told))
    colours = alt.Scale(domain=told, range=[INK, HOT, BLUE, COLOURS["ochre"]][: len(told)])
    look = {
        "color": alt.Color("ranking:N", title=None, scale=colours, sort=told),
        "shape": alt.Shape("ranking:N", title=None, scale=alt.Scale(domain=told), sort=told),
    }
    others = base.mark_line(strokeWidth=1.2, color=COLOURS["heavy"], opacity=0.8)
    spans = named.mark_rule(opacity=0.45, strokeWidth=2).encode(
        y="hit_rate_low:Q", y2="hit_rate_high:Q", color=look["color"]
    )
    dashes = alt.StrokeDash("ranking:N", title=None, scale=alt.Scale(domain=told), sort=told)
    lines = named.mark_line(strokeWidth=2.2).encode(color=look["color"], strokeDash=dashes)
    marks = named.mark_point(filled=True, size=60, opacity=1).encode(**look)
    small = table[table["area_share"] == table["area_share"].min()]
    figures = [f"{row.ranking} {row.hit_rate:.1%}" for row in small.itertuples()]
    words = (
        f"Share of later incidents in the first {small['area_share'].iloc[0]:.0%} of the area:"
        f" {', '.join(figures)}."
    )
    chart = (others + spans + lines + marks).resolve_scale(shape="shared")
    return sized(chart, height=380), words


def _told_apart(table: pd.DataFrame) -> list[str]:
    """Return the few rankings a reader compares: the best possible, the best, ours, the last."""
    small = table[table["area_share"] == table["area_share"].min()]
    order = small.sort_values("hit_rate", ascending=False)["ranking"].astype("str")
    others = [name for name in order if name != BEST]
    wanted = [BEST, *others[:1], OWN, LAST]
    return [name for name in dict.fromkeys(wanted) if name in set(order)]


def _percent(name: str) -> Any:
    return alt.Tooltip(name, format=".1%")


def robustness(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    """Draw under what share of settings each hot spot stays."""
    if "stays_hot" not in table:
        return None
    top = table.head(MOST)
    rows = pd.DataFrame({"name": top["name"].astype("str"), "value": top["share"].to_numpy()})
    rows["name"] = [f"{n}. {one}" for n, one in enumerate(rows["name"], start=1)]
    least = float(table["share"].min())
    words = f"Share of settings under which each hot spot stays hot; the least steady {least:.0%}."
    return bars(rows, axis="Share of settings", form=".0%"), words


def proactivity(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    """Draw how much of each hot spot is where officers worked."""
    if "police_generated" not in table or "incidents" not in table:
        return None
    top = table.head(BARS)
    share_of = top["police_generated"].fillna(0.0)
    generated = (top["incidents"] * share_of).round().astype("int64")
    kinds = ("reported to the police", "police-generated")
    names = place_names(top)
    rows = pd.concat(
        [
            pd.DataFrame({"name": names, "value": top["incidents"] - generated, "part": 0}),
            pd.DataFrame({"name": names, "value": generated, "part": 1}),
        ]
    )
    rows["kind"] = [kinds[part] for part in rows["part"]]
    told = [f"{name} {each:.0%}" for name, each in zip(names, share_of, strict=True)]
    words = f"Share that is police-generated: {'; '.join(told)}."
    return parts(rows, axis="Incidents", kinds=kinds), words


def evaluate(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    """Draw the ratios of an evaluation."""
    if "figure" not in table:
        return None
    names = ("rate ratio of treated", "treated against expected", "buffer against expected")
    rows = table[table["figure"].isin(names)].dropna(subset=["value"])
    rows = rows.rename(columns={"figure": "name"})
    told = zip(rows["name"], rows["value"], rows["low"], rows["high"], strict=True)
    words = "; ".join(f"{name} {at:.2f} ({low:.2f} to {high:.2f})" for name, at, low, high in told)
    drawn = ratio_rows(
        rows,
        clear=rows["code"].isin(("fewer", "more", "displacement", "spread of benefit")),
        none_else="without end",
        none_here="nothing left",
    )
    return intervals(drawn, axis="Ratio, with interval: under 1 is fewer"), f"{words}."


def signature(table: pd.DataFrame, _shown: FindingRelease) -> Drawn:
    """Draw which indicators stand out at a place."""
    rows = table.rename(columns={"ratio": "value"}).assign(name=table["indicator"])
    rows = ratio_rows(
        rows,
        clear=rows["sure"].isin((CLEAR, LESS)),
        none_else="none elsewhere",
        none_here="none here",
    )
    words = " ".join(str(each) for each in table["words"].head(5))
    return intervals(rows, axis="Times the rest of the area, with interval"), words

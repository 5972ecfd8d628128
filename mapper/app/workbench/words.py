"""The answer in one plain sentence, said before any plot or table."""

from collections.abc import Callable, Mapping
from datetime import date
from math import isinf
from types import MappingProxyType

import pandas as pd

from mapper.base.text import count
from mapper.context.signature import CLEAR
from mapper.disclosure.release import FindingRelease, is_release
from mapper.outputs.briefing.content import window_in_words
from mapper.questions.verdicts import CANNOT
from mapper.questions.windows import Window

_CLEAR = 0.05
_ALIKE = 1e-9  # weights that differ by rounding alone


def sentence_of(shown: FindingRelease) -> str:
    """Return what an answer says, in one or two sentences."""
    say = _SENTENCES.get(is_release(shown, FindingRelease).id)
    told = say(shown.table, shown) if say and len(shown.table) else ""
    return told or (shown.notes[0] if shown.notes else f"{count(len(shown.table), 'row')}.")


def _signals(table: pd.DataFrame, shown: FindingRelease) -> str:
    if "place_id" not in table:
        return ""
    alone = int((table["kind"] != "hot spot").sum())
    return (
        f"{count(len(table) - alone, 'hot spot')} and {count(alone, 'single place')} stand out"
        f" in {shown.area_title}."
    )


def _where_next(table: pd.DataFrame, shown: FindingRelease) -> str:
    top = table.iloc[0]
    where = ", ".join(str(top[name]) for name in ("name", "ward", "district") if name in table)
    return (
        f"Expected busiest in {shown.choices['foretold']}: {where or shown.area_title}, about"
        f" {top['expected']:,.1f} (between {top['low']:,.0f} and {top['high']:,.0f})."
    )


def _patterns(table: pd.DataFrame, _shown: FindingRelease) -> str:
    tally = table["pattern"].astype("str").str.removesuffix(" hot spot").value_counts()
    named = ", ".join(f"{number:,} {name}" for name, number in tally.items())
    return f"Of {count(len(table), 'hot spot' if 'name' in table else 'cell')}: {named}."


def _change(table: pd.DataFrame, _shown: FindingRelease) -> str:
    ways = table["direction"].value_counts()
    more, fewer = int(ways.get("more", 0)), int(ways.get("fewer", 0))
    told = f"{more:,} clearly have more incidents and {fewer:,} clearly fewer"
    if untold := int(ways.get(CANNOT, 0)):
        told += f", and of {untold:,} nothing can be told"
    return f"Of {count(len(table), 'place')}, {told}; elsewhere there is no clear change."


def _scan(table: pd.DataFrame, shown: FindingRelease) -> str:
    top = table.iloc[0]
    where = f"{top['ward']}, {top['district']}"
    days = window_in_words(Window(*(_day(top[name]) for name in ("first_day", "last_day"))))
    told = (
        f"The most likely cluster is at {where}, {days}: {count(top['incidents'], 'incident')}"
        f" where {top['expected']:,.1f} were expected (p {top['p']:.3g})."
    )
    return f"{_beyond_words(table, shown)} {told}"


def _scan_table(table: pd.DataFrame, shown: FindingRelease) -> str:
    top = table.iloc[0]
    days = ""
    if top["first_day"]:
        ends = (_day(top[name]) for name in ("first_day", "last_day"))
        days = f", {window_in_words(Window(*ends))}"
    return (
        f"{_beyond_words(table, shown)} The most likely cluster is round {top['place']}{days}:"
        f" {count(top['cases'], 'case')} where {top['expected']:,.1f} were expected"
        f" (p {top['p']:.3g})."
    )


def _beyond_words(table: pd.DataFrame, shown: FindingRelease) -> str:
    """Say how many clusters are beyond chance, as far as the random runs can tell."""
    runs = int(shown.choices["runs"])
    if 1 / (runs + 1) > _CLEAR:
        return f"{count(runs, 'random run')} cannot tell a cluster from chance: ask for 99 or more."
    clear = int((table["p"] <= _CLEAR).sum())
    return f"{count(clear, 'cluster')} beyond chance." if clear else "No cluster is beyond chance."


def _day(value: object) -> date:
    """Return a day of a table."""
    return pd.Timestamp(str(value)).date()


def _near_repeat(table: pd.DataFrame, shown: FindingRelease) -> str:
    if 1 / (int(shown.choices["runs"]) + 1) > _CLEAR:
        return "So few random runs cannot tell pairs from chance: ask for 99 or more."
    clear = table[table["p_all_bands"] <= _CLEAR]
    if clear.empty:
        return "No band of distance and delay clearly has more pairs than chance makes."
    top = clear.sort_values("ratio", ascending=False).iloc[0]
    where = f"{top['metres_over']:,.0f} to {top['metres_to']:,.0f} m away"
    if top["metres_to"] == 0:
        where = "at the same place"
    elif not top["metres_over"] > 0:
        where = f"within {top['metres_to']:,.0f} m"
    return (
        f"Most beyond chance: {where}, {top['days_over']:g} to {top['days_to']:g} days after an"
        f" incident there are {top['ratio']:.2f} times the pairs expected"
        f" (p {top['p_all_bands']:.3g} over all bands)."
        f" {count(len(clear), 'band')} of {len(table)} have more than chance."
    )


def _signature(table: pd.DataFrame, _shown: FindingRelease) -> str:
    more = table[table["sure"].eq(CLEAR) & table["ratio"].gt(1)]
    if more.empty:
        return "No indicator clearly has a larger share at one place than in the rest of the area."
    top = more.sort_values("ratio", ascending=False).iloc[0]
    place = next(
        (str(top[name]) for name in ("name", "ward", "cell") if name in table), "one place"
    )
    if isinf(top["ratio"]):
        return f"What stands out most: “{top['indicator']}” at {place}, and none anywhere else."
    return (
        f"What stands out most: “{top['indicator']}” at {place}, {top['ratio']:.1f} times its share"
        f" in the rest of the area ({top['low']:.1f} to {top['high']:.1f})."
    )


def _context(table: pd.DataFrame, shown: FindingRelease) -> str:
    key = next(iter(table.columns))
    first = table[table[key] == table[key].iloc[0]]
    most = first[first["within"] > 0].sort_values("within", ascending=False, kind="stable").head(3)
    place = str(first["name"].iloc[0]) if "name" in table else str(first[key].iloc[0])
    if most.empty:
        return f"Nothing of what was looked for lies in or around {place}."
    told = ", ".join(f"{kind} {n:,}" for n, kind in zip(most["within"], most["kind"], strict=True))
    return f"In and around {place}: {told}. {shown.notes[0] if shown.notes else ''}".strip()


def _clock(table: pd.DataFrame, _shown: FindingRelease) -> str:
    whole = table.groupby(["hour_of_week", "day", "hour"], sort=True)["weight"].sum()
    alike = whole.index[whole >= whole.max() * (1 - _ALIKE)]
    if len(alike) > 1:
        return f"No one hour is busiest: {len(alike)} hours share the most."
    busiest = alike[0]
    times = float(whole.max() / whole.sum() * len(whole))
    return f"Busiest hour: {busiest[1]} {busiest[2]:02d}:00, {times:.1f} times an even week."


def _accuracy(table: pd.DataFrame, _shown: FindingRelease) -> str:
    small = table[table["area_share"] == table["area_share"].min()]
    best = small[small["ranking"] == "best possible"].iloc[0]
    others = small[small["ranking"] != "best possible"].sort_values("hit_rate", ascending=False)
    top = others.iloc[0]
    return (
        f"In {top['area_share']:.0%} of the area, “{top['ranking']}” held {top['hit_rate']:.1%} of"
        f" later incidents ({top['hit_rate_low']:.1%} to {top['hit_rate_high']:.1%}); the best"
        f" possible choice held {best['hit_rate']:.1%}."
    )


def _robustness(table: pd.DataFrame, _shown: FindingRelease) -> str:
    if "stays_hot" not in table:
        return ""
    steady = int((table["share"] >= 0.9).sum())  # noqa: PLR2004 - nine settings in ten
    return (
        f"{steady:,} of {count(len(table), 'hot spot')} stay hot under nine settings in ten or"
        f" more; the least steady under {table['share'].min():.0%}."
    )


def _shifts(table: pd.DataFrame, _shown: FindingRelease) -> str:
    peaks = table[table["peak"] == "peak"]
    if peaks.empty:
        return "No single day and shift of the week stands out from the others anywhere."
    top = peaks.groupby(["day", "shift"]).size().sort_values(ascending=False)
    day, shift = top.index[0]
    return f"{count(len(peaks), 'peak')} in all; most often {day} {shift} ({count(int(top.iloc[0]), 'place')})."  # noqa: E501 - one sentence


def _days(table: pd.DataFrame, _shown: FindingRelease) -> str:
    busier, quieter = int((table["low"] > 1).sum()), int((table["high"] < 1).sum())
    return (
        f"Of {len(table):,} comparisons of kinds of day, {busier:,} are clearly busier and"
        f" {quieter:,} clearly quieter."
    )


def _children(table: pd.DataFrame, _shown: FindingRelease) -> str:
    every, child = int(table["incidents"].sum()), int(table["with_child"].sum())
    baby = int(table["with_baby"].sum())
    return (
        f"A child was present in {child:,} of {every:,} incidents of domestic abuse, a baby under"
        f" one in {baby:,}."
    )


def _risk_terrain(table: pd.DataFrame, _shown: FindingRelease) -> str:
    if "kind" not in table:
        return ""
    clear = table[table["clear"].astype(bool)]
    if clear.empty:
        return "No kind of place nearby clearly goes with more or fewer incidents."
    named = "; ".join(f"{row.kind} {row.ratio:.1f} times" for row in clear.itertuples())
    return f"Goes with clearly more or fewer incidents nearby: {named}. None is shown to cause it."


def _phases(table: pd.DataFrame, _shown: FindingRelease) -> str:
    tally = table["phase"].replace("", "no phase").value_counts()
    named = ", ".join(f"{number:,} {name}" for name, number in tally.items())
    people = [one for one in ("ward", "district") if one in table and "hotspot_id" not in table]
    what = next(iter(people), "hot spot")
    service = next((one for one in table.get("service", ()) if one), "")
    through = f" For everybody, through: {service}." if service else ""
    return f"Suggested for {count(len(table), what)}: {named}. People decide.{through}"


_SENTENCES: Mapping[str, Callable[[pd.DataFrame, FindingRelease], str]] = MappingProxyType(
    {
        "signals": _signals,
        "where-next": _where_next,
        "patterns": _patterns,
        "change": _change,
        "scan": _scan,
        "scan-table": _scan_table,
        "near-repeat": _near_repeat,
        "clock": _clock,
        "accuracy": _accuracy,
        "robustness": _robustness,
        "shifts": _shifts,
        "days": _days,
        "children": _children,
        "signature": _signature,
        "context": _context,
        "phases": _phases,
        "risk-terrain": _risk_terrain,
    }
)

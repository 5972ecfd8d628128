"""Patterns: which of 17 time classes each cell or hot spot shows, and the phase it suggests.

A hot spot is hot in a period when what it holds as a whole is more than the map expects there,
given all incidents of the area in that period and how much its own periods vary; it is cold when it
is fewer. Cells are tested by themselves, against an even spread. A pattern needs periods that
follow each other: those before the last gap in the data are left out, in words. It suggests a
prevention phase by the rule table of :mod:`mapper.context.phases`, which is shown with the rule: a
suggestion, never a decision.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd

from mapper.analysis.analyse import find_hotspots
from mapper.analysis.result import AnalysisResult
from mapper.analysis.study import Study
from mapper.base.choices import choice
from mapper.base.text import count
from mapper.base.types import Integers
from mapper.context.phases import suggest_phase
from mapper.grid.hexagons import cells_to_strings
from mapper.questions.answer import answer
from mapper.questions.choices import Choices
from mapper.questions.finding import Finding, Role, where_named
from mapper.questions.periods import Periods, counts_by_period, left_out, unbroken_periods
from mapper.questions.question import Question
from mapper.questions.usual_choices import every
from mapper.questions.verdicts import CANNOT, vetoes
from mapper.questions.windows import Window
from mapper.statistics.emerging import PATTERN_NAMES
from mapper.statistics.hot_periods import HotPeriods, find_hot_periods, find_place_periods
from mapper.statistics.trend import smallest_p, too_few_periods

TREND_WORDS = ("falling", "no clear trend", "rising")
_SHARED: Mapping[str, Role] = MappingProxyType(
    {
        "incidents": "count",
        "pattern": "class",
        "trend": "class",
        "trend_s": "derived",
        "trend_p": "derived",
        "periods": "fact",
        "hot_periods": "derived",
        "cold_periods": "derived",
        "hot_in": "derived",
    }
)
CELL_ROLES: Mapping[str, Role] = MappingProxyType(
    {"cell": "key", "district": "key", "ward": "key", "hotspot_id": "class", **_SHARED}
)
HOTSPOT_ROLES: Mapping[str, Role] = MappingProxyType(
    {
        "rank": "derived",
        "hotspot_id": "key",
        "name": "key",
        "district": "key",
        "ward": "key",
        **_SHARED,
        "phase": "class",
        "phase_rule": "class",
        "phase_reason": "class",
        "phase_unknown": "class",
    }
)


@dataclass(frozen=True, kw_only=True)
class PatternsChoices(Choices):
    """What is chosen for patterns over time."""

    by: Literal["hotspot", "cell"] = choice(
        "hotspot",
        "Rows",
        help="Rows: hot spots of the whole time, or cells.",
        of={"hotspot": "Hot spots", "cell": "Cells"},
    )
    every: str = every()
    window: int = choice(
        1,
        "Periods in each test",
        help="Periods in the test of each, looking back only.",
        least=1,
        most=60,
    )


def ask_patterns(
    study: Study, choices: PatternsChoices, *, result: AnalysisResult | None = None
) -> Finding:
    """Return the pattern of every hot spot, or of every cell.

    Parameters
    ----------
    choices
        Rows, periods, and how many periods are tested together.
    result
        The hot spots of the study, found anew when not given.
    """
    periods = unbroken_periods(study, every=choices.every)
    counts = counts_by_period(study, periods)[:, periods.unbroken]
    result = result or find_hotspots(study)
    rows = _cells if choices.by == "cell" else _hotspots
    table = rows(study, result, counts, periods, choices.window)
    table = _judged(study, table, result, by=choices.by)
    return answer(
        study,
        QUESTION,
        table,
        CELL_ROLES if choices.by == "cell" else HOTSPOT_ROLES,
        unit=choices.by,
        choices=choices.told(),
        notes=_notes(study, periods, choices.by),
        where=where_named(study.cells, result.hotspot_cells, table["hotspot_id"])
        if choices.by == "hotspot"
        else None,
    )


def _judged(
    study: Study, table: pd.DataFrame, result: AnalysisResult, *, by: Literal["hotspot", "cell"]
) -> pd.DataFrame:
    """Return the rows without the pattern, trend and phase that the data itself forbids."""
    if by == "cell":
        group = np.arange(study.near.size, dtype=np.int64)
    else:
        ids = pd.Index(table["hotspot_id"])
        group = ids.get_indexer(result.cells["hotspot_id"]).astype(np.int64)
    window = Window(study.first, study.last)
    reasons = vetoes(study, group, len(table), (window,), by=by)
    silent = reasons != ""
    told = {"pattern": CANNOT, "trend": CANNOT, "trend_s": np.nan, "trend_p": np.nan}
    if by == "hotspot":
        told |= {"phase": "", "phase_rule": "", "phase_reason": reasons, "phase_unknown": ""}
    changed = {name: table[name].mask(silent, value) for name, value in told.items()}
    return table.assign(**changed)


def _found(study: Study, counts: Integers, periods: Periods, window: int) -> HotPeriods:
    """Test every period of every cell by the choices of the study."""
    request = study.request
    return find_hot_periods(
        counts,
        study.near,
        weighted=counts_by_period(study, periods, weighted=True)[:, periods.unbroken],
        window=window,
        score=request.score,
        null=request.null,
        alpha=request.alpha,
        correction=request.correction,
    )


def _cells(
    study: Study,
    result: AnalysisResult,
    counts: Integers,
    periods: Periods,
    window: int,
) -> pd.DataFrame:
    """Return one row per cell."""
    known = study.area.cells
    own = {
        "cell": pd.array(cells_to_strings(study.cells), dtype="str"),
        "district": known["district"],
        "ward": known["ward"],
        "hotspot_id": result.cells["hotspot_id"],
    }
    return pd.DataFrame({**own, **_shared(counts, _found(study, counts, periods, window), periods)})


def _hotspots(
    study: Study,
    result: AnalysisResult,
    counts: Integers,
    periods: Periods,
    window: int,
) -> pd.DataFrame:
    """Return one row per hot spot, best rank first, with the phase its pattern suggests."""
    listed, request = result.hotspots, study.request
    rows = pd.Index(listed["hotspot_id"]).get_indexer(result.cells["hotspot_id"])
    inside = rows >= 0
    sums = np.zeros((len(listed), counts.shape[1]), dtype=np.int64)
    np.add.at(sums, rows[inside], counts[inside])
    found = find_place_periods(
        sums,
        listed["expected"].to_numpy() / max(int(result.incidents.sum()), 1),
        counts.sum(axis=0),
        periods.lengths[periods.unbroken],
        window=window,
        alpha=request.alpha,
        correction=request.correction,
    )
    own = listed[["rank", "hotspot_id", "name", "district", "ward"]]
    shared = pd.DataFrame(_shared(sums, found, periods))
    return pd.concat([own, shared, _phases(found, shared["incidents"])], axis=1)


def _shared(counts: Integers, found: HotPeriods, periods: Periods) -> dict[str, object]:
    """Return the columns that cells and hot spots share."""
    names = np.array(periods.names, dtype=object)[periods.unbroken]
    words = np.array(TREND_WORDS, dtype=object)
    return {
        "incidents": counts.sum(axis=1),
        "pattern": np.array(PATTERN_NAMES, dtype=object)[found.pattern],
        "trend": words[found.direction + 1],
        "trend_s": found.trend.s,
        "trend_p": found.trend.p,
        "periods": np.full(len(counts), counts.shape[1]),
        "hot_periods": found.hot.sum(axis=1),
        "cold_periods": found.cold.sum(axis=1),
        "hot_in": ["; ".join(names[flags]) for flags in found.hot],
    }


def _phases(patterns: HotPeriods, incidents: pd.Series) -> pd.DataFrame:
    """Return the suggested phase of each pattern with its rule, reason and what was not known."""
    found = [
        suggest_phase(PATTERN_NAMES[code], context={"incidents": number})
        for code, number in zip(patterns.pattern.tolist(), incidents.tolist(), strict=True)
    ]
    return pd.DataFrame(
        {
            "phase": pd.array([each.phase or "" for each in found], dtype="str"),
            "phase_rule": pd.array([each.rule for each in found], dtype="str"),
            "phase_reason": pd.array([each.reason for each in found], dtype="str"),
            "phase_unknown": pd.array(["; ".join(each.unknown) for each in found], dtype="str"),
        }
    )


def _notes(study: Study, periods: Periods, by: str) -> tuple[str, ...]:
    """Say what the periods are and what they cannot show."""
    held, names = int(periods.unbroken.sum()), np.array(periods.names)[periods.unbroken]
    what = (
        "a cell is tested with those around it against an even spread"
        if by == "cell"
        else "a hot spot is hot in a period when it holds more than the map expects there then, as"
        " much as its own periods vary"
    )
    told = [
        f"{count(held, 'period')} that follow each other, from {names[0]} to {names[-1]}; {what}.",
        "A phase is a suggestion by the rule beside it: people decide.",
        *left_out(study, periods),
    ]
    if before := int(periods.held.sum()) - held:
        told.append(
            f"{before} periods before the gap are left out too: patterns are told over periods that"
            " follow each other."
        )
    few = too_few_periods(held, alpha=study.request.alpha)
    if few and smallest_p(held, exact=True) > study.request.alpha:
        told.append(few)
    return tuple(told)


QUESTION = Question(
    id="patterns",
    title="Patterns over time",
    question="Is a place newly hot, hot for long, hot on and off, rising or fading?",
    definition="17 classes by the periods it was hot or cold in, and exact Mann-Kendall.",
    source="Classes after Esri's emerging hot spots; Mann 1945; Kendall 1975; mapper.",
    group="When",
    choices=PatternsChoices,
    answer=ask_patterns,
    counts_are_enough=True,
)

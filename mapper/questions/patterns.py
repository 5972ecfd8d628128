"""Patterns: which of 17 time classes each cell or hot spot shows, and the phase it suggests.

A hot spot is hot in a period when any of its cells is hot then; it is cold when none is and at
least half of its cells are cold. Its trend is that of the sum of its incidents. Its pattern
suggests a prevention phase by the rule table of :mod:`mapper.context.phases`, which is shown with
the rule: a suggestion, never a decision.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.analysis.analyse import find_hotspots
from mapper.analysis.result import AnalysisResult
from mapper.analysis.study import Study
from mapper.base.text import count
from mapper.base.types import Flags, Integers
from mapper.context.phases import suggest_phase
from mapper.grid.hexagons import cells_to_strings
from mapper.questions.answer import answer
from mapper.questions.choices import Choices, choice
from mapper.questions.finding import Finding, Role
from mapper.questions.periods import Periods, counts_by_period, left_out, split_periods
from mapper.questions.question import Question
from mapper.questions.usual_choices import every
from mapper.questions.verdicts import CANNOT, vetoes
from mapper.questions.windows import Window
from mapper.statistics.emerging import PATTERN_NAMES, Pattern, classify_patterns
from mapper.statistics.fewest import FEWEST_INCIDENTS
from mapper.statistics.hot_periods import HotPeriods, find_hot_periods, find_trend
from mapper.statistics.trend import Trend, smallest_p, too_few_periods

_HALF = 0.5
_NO_PATTERN = PATTERN_NAMES[Pattern.NO_PATTERN]
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
    periods = split_periods(study, every=choices.every)
    counts = counts_by_period(study, periods)[:, periods.held]
    result = result or find_hotspots(study)
    found = _found(study, counts, periods, choices.window)
    rows = _cells if choices.by == "cell" else _hotspots
    table = rows(study, result, found, counts, periods)
    table = _judged(study, table, result, by=choices.by)
    return answer(
        study,
        QUESTION,
        table,
        CELL_ROLES if choices.by == "cell" else HOTSPOT_ROLES,
        unit=choices.by,
        choices=choices.told(),
        notes=_notes(study, periods),
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
    if by == "hotspot":
        few = (table["incidents"] < FEWEST_INCIDENTS) & (table["pattern"] == _NO_PATTERN)
        words = [f"{CANNOT}: {each} incidents show no pattern." for each in table["incidents"]]
        reasons = np.where(few.to_numpy() & (reasons == ""), words, reasons)
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
        weighted=counts_by_period(study, periods, weighted=True)[:, periods.held],
        window=window,
        score=request.score,
        null=request.null,
        alpha=request.alpha,
        correction=request.correction,
    )


def _cells(
    study: Study,
    result: AnalysisResult,
    found: HotPeriods,
    counts: Integers,
    periods: Periods,
) -> pd.DataFrame:
    """Return one row per cell."""
    known = study.area.cells
    own = {
        "cell": pd.array(cells_to_strings(study.cells), dtype="str"),
        "district": known["district"],
        "ward": known["ward"],
        "hotspot_id": result.cells["hotspot_id"],
    }
    alpha = study.request.alpha
    shared = _shared(counts, found.hot, found.cold, found.trend, found.pattern, periods, alpha)
    return pd.DataFrame({**own, **shared})


def _hotspots(
    study: Study,
    result: AnalysisResult,
    found: HotPeriods,
    counts: Integers,
    periods: Periods,
) -> pd.DataFrame:
    """Return one row per hot spot, best rank first, with the phase its pattern suggests."""
    listed, alpha = result.hotspots, study.request.alpha
    rows = pd.Index(listed["hotspot_id"]).get_indexer(result.cells["hotspot_id"])
    inside, shape = rows >= 0, (len(listed), counts.shape[1])
    sums = [np.zeros(shape, dtype=np.int64) for _ in range(3)]
    for total, values in zip(sums, (counts, found.hot, found.cold), strict=True):
        np.add.at(total, rows[inside], values[inside])
    hot = sums[1] > 0
    cold = ~hot & (sums[2] >= _HALF * listed["cells"].to_numpy()[:, np.newaxis])
    trend = find_trend(sums[0])
    pattern = classify_patterns(hot, cold, trend.direction(alpha=alpha))
    own = listed[["rank", "hotspot_id", "name", "district", "ward"]]
    shared = _shared(sums[0], hot, cold, trend, pattern, periods, alpha)
    return pd.concat([own, pd.DataFrame(shared), _phases(pattern)], axis=1)


def _shared(
    counts: Integers,
    hot: Flags,
    cold: Flags,
    trend: Trend,
    pattern: npt.NDArray[np.int8],
    periods: Periods,
    alpha: float,
) -> dict[str, object]:
    """Return the columns that cells and hot spots share."""
    names = np.array(periods.names, dtype=object)[periods.held]
    words = np.array(TREND_WORDS, dtype=object)
    return {
        "incidents": counts.sum(axis=1),
        "pattern": np.array(PATTERN_NAMES, dtype=object)[pattern],
        "trend": words[trend.direction(alpha=alpha) + 1],
        "trend_s": trend.s,
        "trend_p": trend.p,
        "periods": np.full(len(counts), counts.shape[1]),
        "hot_periods": hot.sum(axis=1),
        "cold_periods": cold.sum(axis=1),
        "hot_in": ["; ".join(names[flags]) for flags in hot],
    }


def _phases(pattern: npt.NDArray[np.int8]) -> pd.DataFrame:
    """Return the suggested phase of each pattern with its rule, reason and what was not known."""
    found = [suggest_phase(PATTERN_NAMES[code]) for code in pattern.tolist()]
    return pd.DataFrame(
        {
            "phase": pd.array([each.phase or "" for each in found], dtype="str"),
            "phase_rule": pd.array([each.rule for each in found], dtype="str"),
            "phase_reason": pd.array([each.reason for each in found], dtype="str"),
            "phase_unknown": pd.array(["; ".join(each.unknown) for each in found], dtype="str"),
        }
    )


def _notes(study: Study, periods: Periods) -> tuple[str, ...]:
    """Say what the periods are and what they cannot show."""
    held = int(periods.held.sum())
    told = [
        (
            f"{count(held, 'period')} with data, from {periods.names[0]} to {periods.names[-1]};"
            " a hot spot"
            " is hot in a period when any of its cells is."
        ),
        "A phase is a suggestion by the rule beside it: people decide.",
        *left_out(study, periods),
    ]
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
)

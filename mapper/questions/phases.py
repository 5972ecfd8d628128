"""Prevention phases of hot spots, from their pattern and what is known of each place.

The pattern is that of ``mapper patterns``; the facts are shares among the incidents that count at
the place, its busiest single address, its deprivation, the protective assets around it, and whether
incidents outside all hot spots rise. People decide; what they decide is recorded beside it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.analysis.analyse import AnalysisResult, find_hotspots
from mapper.analysis.study import Study
from mapper.base.choices import choice
from mapper.base.types import Flags, Integers
from mapper.context.children import HIGH
from mapper.context.deprivation import usual_decile
from mapper.context.near import RINGS, near_places
from mapper.context.phases import (
    Fact,
    PhaseRules,
    Suggestion,
    shipped_phase_rules,
    suggest_phase,
)
from mapper.context.places import Places
from mapper.incidents.quality import distinct_points
from mapper.questions.answer import answer
from mapper.questions.choices import Choices
from mapper.questions.finding import Finding, Role, where_named
from mapper.questions.groups import PlaceGroups, find_places
from mapper.questions.patterns import PatternsChoices, ask_patterns
from mapper.questions.periods import counts_by_period, unbroken_periods
from mapper.questions.question import Question
from mapper.questions.usual_choices import every, places
from mapper.questions.verdicts import CANNOT
from mapper.statistics.hot_periods import find_place_trend

_KEYS = ("hotspot_id", "name", "district", "ward")
_FLAGS = {
    "repeat_share": "repeat_victim",
    "children_share": "child_at_address",
    "under_ones_share": "baby_at_address",
}


@dataclass(frozen=True, kw_only=True)
class PhasesChoices(Choices):
    """What is chosen for prevention phases."""

    every: str = every()
    places: Places | None = places()
    rules: PhaseRules | None = choice(
        None, "Phase rules", help="Phase rules (TOML) other than those shipped.", rare=True
    )


def ask_phases(
    study: Study, choices: PhasesChoices, *, result: AnalysisResult | None = None
) -> Finding:
    """Suggest a prevention phase for every hot spot.

    Parameters
    ----------
    choices
        Periods of the pattern; places near, for counting protective assets; another rule table
        than the one shipped.
    result
        Hot spots of the study, found anew when not given.
    """
    table, every = choices.rules or shipped_phase_rules(), choices.every
    result = result or find_hotspots(study)
    patterns = ask_patterns(study, PatternsChoices(every=every), result=result)
    facts = phase_facts(study, result=result, places=choices.places, every=every)
    known = dict(zip(result.hotspots["hotspot_id"], facts, strict=True))
    rows = []
    for row in patterns.table.to_dict("records"):
        if row["pattern"] == CANNOT:
            found = Suggestion(None, "", str(row["phase_reason"]))
        else:
            context = known[row["hotspot_id"]]
            found = suggest_phase(str(row["pattern"]), context=context, rules=table)
        rows.append(
            {
                **{key: row[key] for key in _KEYS},
                "incidents": row["incidents"],
                "pattern": row["pattern"],
                "phase": found.phase or "",
                "rule": found.rule,
                "reason": found.reason,
                "not_known": "; ".join(found.unknown),
            }
        )
    roles: dict[str, Role] = dict.fromkeys(_KEYS, "key")
    roles |= {"incidents": "count"}
    roles |= dict.fromkeys(["pattern", "phase", "rule", "reason", "not_known"], "class")
    laid_out = pd.DataFrame(rows, columns=list(roles))
    return answer(
        study,
        QUESTION,
        laid_out,
        roles,
        unit="hotspot",
        choices={**choices.told(), "rules": table.source, "rules_version": table.version},
        notes=("A phase is a suggestion by the rule beside it: people decide and say why.",),
        where=where_named(study.cells, result.hotspot_cells, laid_out["hotspot_id"]),
    )


def phase_facts(
    study: Study,
    *,
    result: AnalysisResult,
    places: Places | None = None,
    every: str = "month",
) -> list[dict[str, Fact]]:
    """Return what the rules may ask about each hot spot, best rank first; missing is not known."""
    groups = find_places(study, by="hotspot", result=result)
    group = np.where(study.counted, groups.of_incident, -1)
    shares = _shares(study.incidents.table, group, groups.size)
    rising = _rising_background(study, groups, every)
    decile = study.area.cells["deprivation_decile"].to_numpy(dtype=np.float64)
    found = []
    for number in range(groups.size):
        mine = groups.of_cell == number
        found.append(
            {
                **{name: values[number] for name, values in shares.items()},
                "rising_background": rising,
                "deprivation_decile": usual_decile(decile[mine]),
                "protective_assets": _assets(study, mine, places),
            }
        )
    return found


def _shares(table: pd.DataFrame, group: Integers, size: int) -> dict[str, list[float | None]]:
    """Return the shares of each hot spot's incidents; missing where the data lacks the column."""
    mine = group >= 0
    incidents = np.bincount(group[mine], minlength=size)
    flags = {
        name: table[column].to_numpy(dtype=bool)
        for name, column in _FLAGS.items()
        if column in table
    }
    if "risk_grade" in table:
        grade = table["risk_grade"].astype("str").str.strip().str.casefold()
        flags["high_risk_share"] = grade.isin(HIGH).to_numpy()
    shares: dict[str, list[float | None]] = {
        name: _share(np.bincount(group[mine & flag], minlength=size), incidents)
        for name, flag in flags.items()
    }
    shares["incidents"] = incidents.astype(np.float64).tolist()
    shares["one_address_share"] = _busiest_share(table[mine], group[mine], incidents)
    return shares


def _busiest_share(table: pd.DataFrame, group: Integers, incidents: Integers) -> list[float | None]:
    """Return the share at the busiest single point of each hot spot."""
    if table.empty:
        return [None] * incidents.size
    pairs, number = np.unique(
        np.stack([group, distinct_points(table).of]), axis=1, return_counts=True
    )
    most = np.zeros(incidents.size)
    np.maximum.at(most, pairs[0], number)
    return _share(most, incidents)


def _share(some: npt.NDArray[np.number], of: Integers) -> list[float | None]:
    """Return shares; a hot spot may be hot by what lies around it and hold nothing itself."""
    pairs = zip(some.tolist(), of.tolist(), strict=True)
    return [part / whole if whole else None for part, whole in pairs]


def _rising_background(study: Study, groups: PlaceGroups, every: str) -> bool:
    """Return whether incidents outside all hot spots clearly rise over the periods."""
    periods = unbroken_periods(study, every=every)
    counts = counts_by_period(study, periods)[:, periods.unbroken]
    outside = counts[groups.of_cell < 0].sum(axis=0, keepdims=True)
    days = periods.lengths[periods.unbroken]
    _, direction = find_place_trend(outside, days, alpha=study.request.alpha)
    return bool(direction[0] > 0)


def _assets(study: Study, mine: Flags, places: Places | None) -> float | None:
    """Return how many protective assets lie in a hot spot and the rings around it."""
    if places is None or places.table.empty:
        return None
    near = near_places(
        places.table, study.cells[mine], resolution=study.area.resolution, rings=RINGS
    )
    return float(near.loc[near["side"] == "protective", "within"].sum())


QUESTION = Question(
    id="phases",
    title="Prevention phases",
    question="Which prevention phase do the pattern and context of a hot spot suggest?",
    definition="The first fitting rule of an editable table; a suggestion, people decide.",
    source="mapper; phases of prevention after Caplan 1964.",
    group="Around a place",
    choices=PhasesChoices,
    answer=ask_phases,
)

"""Prevention phases of hot spots, wards or districts, from pattern and what is known of each.

The pattern is that of ``mapper patterns``; the facts are shares among the incidents that count at
the place, its busiest single address, its deprivation, the protective assets and places of school
age around it, and whether incidents outside all hot spots rise. A ward or district is asked about
its whole population: it has no pattern of a hot spot, and is told the universal service through
which primary prevention can go. People decide; what they decide is recorded beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.analysis.analyse import AnalysisResult, find_hotspots
from mapper.analysis.study import Study
from mapper.base.choices import choice
from mapper.base.errors import RequestError
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
from mapper.context.places import SCHOOL_AGE, Places
from mapper.incidents.quality import distinct_points
from mapper.lenses.lens import Lens
from mapper.questions.answer import answer
from mapper.questions.choices import Choices
from mapper.questions.finding import Finding, Role, where_named
from mapper.questions.groups import By, PlaceGroups, find_places
from mapper.questions.patterns import PatternsChoices, ask_patterns
from mapper.questions.periods import counts_by_period, unbroken_periods
from mapper.questions.question import Question
from mapper.questions.usual_choices import every, places
from mapper.questions.verdicts import CANNOT, vetoes
from mapper.questions.windows import Window
from mapper.statistics.hot_periods import find_place_trend

_KEYS = ("hotspot_id", "name", "district", "ward")
_FLAGS = {
    "repeat_share": "repeat_victim",
    "children_share": "child_at_address",
    "under_ones_share": "baby_at_address",
    "missing_share": "missing_child",
    "young_share": "young_person",
}
_EXPLOITED = ("exploitation", "county_line", "cuckooing")
_NO_HOTSPOT = "no hot spot"


@dataclass(frozen=True, kw_only=True)
class PhasesChoices(Choices):
    """What is chosen for prevention phases."""

    by: Literal["hotspot", "ward", "district"] = choice(
        "hotspot",
        "Rows",
        help="Hot spots, or the whole population of wards or districts.",
        of={"hotspot": "Hot spots", "ward": "Wards", "district": "Districts"},
    )
    every: str = every()
    places: Places | None = places()
    rules: PhaseRules | None = choice(
        None, "Phase rules", help="Phase rules (TOML) other than those shipped.", rare=True
    )


def ask_phases(
    study: Study, choices: PhasesChoices, *, result: AnalysisResult | None = None
) -> Finding:
    """Suggest a prevention phase for every hot spot, ward or district.

    Parameters
    ----------
    choices
        What the rows are; periods of the pattern; places near, for counting protective assets and
        places of school age; another rule table than the one shipped.
    result
        Hot spots of the study, found anew when not given.
    """
    table = choices.rules or shipped_phase_rules()
    result = result or find_hotspots(study)
    groups = find_places(study, by=choices.by, result=result)
    facts = phase_facts(
        study, result=result, places=choices.places, every=choices.every, by=choices.by
    )
    of_hotspots = choices.by == "hotspot"
    keys = _KEYS if of_hotspots else tuple(groups.key_names)
    named = [_KEYS[0]] if of_hotspots else list(keys)
    patterns = (
        _of_hotspots(study, choices, result) if of_hotspots else _of_population(study, groups)
    )
    known = dict(zip(_names(groups.keys, named), facts, strict=True))
    rows = [
        {**{key: row[key] for key in keys}, **_row(row, known[name], table, study.lens)}
        for name, row in zip(_names(patterns, named), patterns.to_dict("records"), strict=True)
    ]
    roles: dict[str, Role] = dict.fromkeys(keys, "key")
    roles |= {"incidents": "count"}
    roles |= dict.fromkeys(["pattern", "phase", "rule", "reason", "service", "not_known"], "class")
    laid_out = pd.DataFrame(rows, columns=list(roles))
    return answer(
        study,
        QUESTION,
        laid_out,
        roles,
        unit=groups.unit,
        choices={
            **choices.told(),
            "rules": table.source,
            "rules_version": table.version,
            "fewest": table.fewest,
        },
        notes=("A phase is a suggestion by the rule beside it: people decide and say why.",),
        where=where_named(study.cells, result.hotspot_cells, laid_out["hotspot_id"])
        if of_hotspots
        else groups.named.where(study.cells, laid_out),
    )


def _row(
    told: Mapping[Any, Any], context: Mapping[str, Fact], table: PhaseRules, lens: Lens
) -> dict[str, Any]:
    """Return what is suggested for one place, as columns."""
    found = (
        Suggestion(None, "", str(told["phase_reason"]))
        if told["pattern"] == CANNOT
        else suggest_phase(
            "" if told["pattern"] == _NO_HOTSPOT else str(told["pattern"]),
            context=context,
            rules=table,
        )
    )
    return {
        "incidents": told["incidents"],
        "pattern": told["pattern"],
        "phase": found.phase or "",
        "rule": found.rule,
        "reason": found.reason,
        "service": table.universal.get(lens.id, "") if found.phase == "primary" else "",
        "not_known": "; ".join(found.unknown),
    }


def _of_hotspots(study: Study, choices: PhasesChoices, result: AnalysisResult) -> pd.DataFrame:
    """Return the hot spots with their patterns."""
    return ask_patterns(study, PatternsChoices(every=choices.every), result=result).table


def _of_population(study: Study, groups: PlaceGroups) -> pd.DataFrame:
    """Return wards or districts: whole populations, which are no hot spot."""
    inside = study.counted & (groups.of_incident >= 0)
    incidents = np.bincount(groups.of_incident[inside], minlength=groups.size)
    window = Window(study.first, study.last)
    reasons = vetoes(study, groups.of_cell, groups.size, (window,), by=cast("By", groups.unit))
    return groups.keys.assign(
        incidents=incidents.astype(np.int64),
        pattern=np.where(reasons != "", CANNOT, _NO_HOTSPOT),
        phase_reason=reasons,
    )


def _names(table: pd.DataFrame, columns: list[str]) -> list[tuple[Any, ...]]:
    """Return what each row is called."""
    return list(table[columns].astype("str").itertuples(index=False, name=None))


def phase_facts(
    study: Study,
    *,
    result: AnalysisResult,
    places: Places | None = None,
    every: str = "month",
    by: By = "hotspot",
) -> list[dict[str, Fact]]:
    """Return what the rules may ask about each place, in the order of rows; missing is not known.

    Incidents rise around a hot spot where they rise outside all of them, and around a ward or
    district where they rise there.
    """
    groups = find_places(study, by=by, result=result)
    group = np.where(study.counted, groups.of_incident, -1)
    shares = _shares(study.incidents.table, group, groups.size)
    rising = _rising(study, groups, every, by)
    decile = study.area.cells["deprivation_decile"].to_numpy(dtype=np.float64)
    found = []
    for number in range(groups.size):
        mine = groups.of_cell == number
        found.append(
            {
                **{name: values[number] for name, values in shares.items()},
                "rising_background": rising[number],
                "deprivation_decile": usual_decile(decile[mine]),
                **_around(study, mine, places),
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
    if exploited := [table[name].to_numpy(dtype=bool) for name in _EXPLOITED if name in table]:
        found = np.bincount(group[mine & np.logical_or.reduce(exploited)], minlength=size)
        shares["exploitation_share"] = _share(found, incidents)
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


def _rising(study: Study, groups: PlaceGroups, every: str, by: By) -> list[Fact]:
    """Return for each place whether incidents clearly rise over the periods, around it or in it."""
    try:
        periods = unbroken_periods(study, every=every)
    except RequestError:
        return [None] * groups.size
    counts = counts_by_period(study, periods)[:, periods.unbroken]
    days = periods.lengths[periods.unbroken]
    inside = groups.of_cell >= 0
    if by == "hotspot":
        sums = counts[~inside].sum(axis=0, keepdims=True)
    else:
        sums = np.zeros((groups.size, counts.shape[1]), dtype=np.int64)
        np.add.at(sums, groups.of_cell[inside], counts[inside])
    _, direction = find_place_trend(sums, days, alpha=study.request.alpha)
    found = [bool(one > 0) for one in direction]
    return list(found * groups.size if by == "hotspot" else found)


def _around(study: Study, mine: Flags, places: Places | None) -> dict[str, Fact]:
    """Return how many protective assets and places of school age lie in and around a place."""
    if places is None or places.table.empty:
        return {"protective_assets": None, "school_age_venues": None}
    near = near_places(
        places.table, study.cells[mine], resolution=study.area.resolution, rings=RINGS
    )
    return {
        "protective_assets": float(near.loc[near["side"] == "protective", "within"].sum()),
        "school_age_venues": float(near.loc[near["kind"].isin(SCHOOL_AGE), "within"].sum()),
    }


QUESTION = Question(
    id="phases",
    title="Prevention phases",
    question="Which prevention phase do the pattern and context of a place suggest?",
    definition="The first fitting rule of an editable table; of too few incidents, none.",
    source="mapper; phases of prevention after Caplan 1964.",
    group="Around a place",
    choices=PhasesChoices,
    answer=ask_phases,
)

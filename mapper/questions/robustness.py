"""Robustness: under how many other settings each hot spot stays hot."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import pandas as pd

from mapper.analysis.analyse import find_hotspots
from mapper.analysis.result import AnalysisResult
from mapper.analysis.robustness import Robustness, measure_robustness
from mapper.analysis.study import Study
from mapper.analysis.variations import RESOLUTIONS_TRIED, lens_variants
from mapper.base.choices import choice
from mapper.base.errors import LensError, RequestError
from mapper.base.files import Progress, no_progress
from mapper.lenses.fit import refuse_unfit
from mapper.lenses.lens import Lens
from mapper.questions.answer import answer
from mapper.questions.choices import Choices
from mapper.questions.finding import Finding, Role, Unit, where_named
from mapper.questions.question import Question
from mapper.questions.usual_choices import replicates, seed

Table = Literal["hotspots", "settings", "choices"]
_MOST_RINGS = 2
_FACTS = ("settings", "value", "judged", "window", "first", "last")
_UNITS: dict[Table, Unit] = {"hotspots": "hotspot", "settings": "setting", "choices": "setting"}


@dataclass(frozen=True, kw_only=True)
class RobustnessChoices(Choices):
    """What is chosen for robustness."""

    table: Table = choice(
        "hotspots",
        "Show",
        help="Which table.",
        of={"hotspots": "Hot spots", "settings": "Settings", "choices": "Choices"},
    )
    replicates: int = replicates()
    seed: int = seed(1)


def ask_robustness(
    study: Study,
    choices: RobustnessChoices,
    *,
    result: AnalysisResult | None = None,
    progress: Progress = no_progress,
) -> Finding:
    """Follow every hot spot through hundreds of other settings.

    Parameters
    ----------
    choices
        Which table. ``hotspots``: the share of settings and the rank interval of each;
        ``settings``: what each setting gives; ``choices``: the share kept by each value of each
        choice. Replicates and seed are of the bootstrap of ranks.

    result
        The hot spots to follow, found here when not given.

    Raises
    ------
    RequestError
        When the request counts in a way that the settings cannot repeat.
    """
    found = follow_hotspots(study, choices, result=result, progress=progress)
    return robustness_table(study, found, choices)


@dataclass(frozen=True, eq=False)
class Followed:
    """Hot spots, and how they fare under other settings."""

    result: AnalysisResult
    found: Robustness


def follow_hotspots(
    study: Study,
    choices: RobustnessChoices,
    *,
    result: AnalysisResult | None = None,
    progress: Progress = no_progress,
) -> Followed:
    """Run the settings once, for all three tables.

    Raises
    ------
    RequestError
        As :func:`ask_robustness`.
    """
    request = study.request
    if request.inner > 1 or request.rings > _MOST_RINGS or request.location_day or request.harm:
        raise RequestError(
            "Robustness follows hot spots of one or two rings that count every incident. Leave"
            " {inner}, {location_day} and {harm} out, and choose {rings} 1 or 2.",
            names=("inner", "location_day", "harm", "rings"),
        )
    variants = _variants(study)
    result = result or find_hotspots(study)
    found = measure_robustness(
        study,
        result,
        areas={each: study.area.at(each) for each in (*RESOLUTIONS_TRIED, study.area.resolution)},
        variants=variants,
        replicates=choices.replicates,
        seed=choices.seed,
        progress=progress,
    )
    return Followed(result, found)


def robustness_table(study: Study, followed: Followed, choices: RobustnessChoices) -> Finding:
    """Return one of the three tables as a finding."""
    result, found = followed.result, followed.found
    rows = _rows(found, choices.table)
    judged = int(found.settings["judged"].sum())
    told = f"{judged:,} of {len(found.settings):,} settings could be judged (30 incidents or more)."
    return answer(
        study,
        QUESTION,
        rows,
        _roles(rows, choices.table),
        unit=_UNITS[choices.table],
        choices=choices.told(),
        notes=(told, _FOLLOWED[study.request.asks]),
        where=where_named(study.cells, result.hotspot_cells, rows["hotspot_id"])
        if "hotspot_id" in rows
        else None,
    )


_FOLLOWED: Mapping[str, str] = MappingProxyType(
    {
        "unusual": "The places followed are the unusual ones: settings compare them with residents"
        " and with all demand, too.",
        "concentrated": "The places followed are the concentrated ones, under other scores, nulls"
        " and weights.",
    }
)


def _variants(study: Study) -> dict[str, Lens]:
    """Return the variants of the lens under which this data can be seen at all.

    Where the data lacks a rule's column, leaving another rule out can leave nothing to count by.
    """
    variants = {}
    for name, lens in lens_variants(study.lens).items():
        with suppress(LensError):
            refuse_unfit(study.incidents.table, lens)
            variants[name] = lens
    return variants


def _rows(found: Robustness, table: Table) -> pd.DataFrame:
    """Return one of the three tables."""
    if table == "hotspots":
        return found.hotspots
    return found.settings if table == "settings" else found.choices


def _roles(rows: pd.DataFrame, table: Table) -> dict[str, Role]:
    """Return the role of each column."""
    names = [str(name) for name in rows.columns]
    if table == "settings":
        made: dict[str, Role] = {"incidents": "count"}
        made |= dict.fromkeys(("cells_hot", "hotspots_kept"), "derived")
        return {name: made.get(name, "fact" if name in _FACTS else "key") for name in names}
    known: dict[str, Role] = dict.fromkeys(("hotspot_id", "name", "choice", "value"), "key")
    known |= {"incidents": "count", "settings": "fact"}
    return {name: known.get(name, "derived") for name in names}


QUESTION = Question(
    id="robustness",
    title="Robustness",
    question="Under how many other settings does each hot spot stay hot?",
    definition="Share of settings under which half its incidents lie in hot cells; ranks.",
    source="mapper: every combination of the usual choices, and a bootstrap of ranks.",
    group="How sure",
    choices=RobustnessChoices,
    answer=ask_robustness,
    long=True,
)

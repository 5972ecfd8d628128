"""Reporting and proactivity: what a map owes to where officers worked and to who reports."""

from dataclasses import dataclass
from typing import Literal

from mapper.analysis.proactivity import Proactivity, check_proactivity
from mapper.analysis.result import AnalysisResult
from mapper.analysis.study import Study
from mapper.base.choices import choice
from mapper.base.files import Progress, no_progress
from mapper.questions.answer import answer
from mapper.questions.choices import Choices
from mapper.questions.finding import Finding, Role, Unit, Where, where_named
from mapper.questions.question import Question

Table = Literal["hotspots", "hot-cells", "areas"]
_ROLES: dict[Table, dict[str, Role]] = {
    "hotspots": {
        "hotspot_id": "key",
        "name": "key",
        "state": "class",
        "rank_with": "derived",
        "rank_without": "derived",
        "incidents": "count",
        "police_generated": "derived",
        "cells_hot_in_both": "derived",
    },
    "hot-cells": {
        "measure": "key",
        "hot_cells": "derived",
        "study_area": "derived",
        "elsewhere": "derived",
    },
    "areas": {
        "level": "key",
        "district": "key",
        "name": "key",
        "residents": "fact",
        "incidents": "count",
        "rate": "derived",
        "rate_low": "derived",
        "rate_high": "derived",
        "ratio": "derived",
        "ratio_low": "derived",
        "ratio_high": "derived",
        "police_generated": "derived",
        "rate_without": "derived",
    },
}
_UNITS: dict[Table, Unit] = {"hotspots": "hotspot", "hot-cells": "area", "areas": "ward"}


@dataclass(frozen=True, kw_only=True)
class ProactivityChoices(Choices):
    """What is chosen for reporting and proactivity."""

    table: Table = choice(
        "hotspots",
        "Show",
        help="Which table.",
        of={"hotspots": "Hot spots", "hot-cells": "Hot cells", "areas": "Areas"},
    )


def ask_proactivity(
    study: Study,
    choices: ProactivityChoices,
    *,
    result: AnalysisResult | None = None,
    progress: Progress = no_progress,
) -> Finding:
    """Compare the map with and without police-generated incidents, and with who lives there.

    Parameters
    ----------
    choices
        Which table. ``hotspots`` of either list; ``hot-cells`` beside the study area; ``areas``:
        incidents per 1,000 residents of each district and ward.

    Raises
    ------
    RequestError
        When the study already leaves police-generated incidents out.
    """
    found = check_proactivity(study, result=result, progress=progress)
    tables = {"hotspots": found.hotspots, "hot-cells": found.hot_cells, "areas": found.areas}
    return answer(
        study,
        QUESTION,
        tables[choices.table],
        _ROLES[choices.table],
        unit=_UNITS[choices.table],
        choices=choices.told(),
        notes=found.words,
        where=_where(study, found, choices.table),
    )


def _where(study: Study, found: Proactivity, table: Table) -> Where | None:
    """Return where the rows of a table lie."""
    if table == "hotspots":
        return where_named(study.cells, found.cells, found.hotspots["hotspot_id"])
    if table == "hot-cells":
        return None
    cells = study.area.cells
    known: dict[tuple[str, ...], list[int]] = {}
    for level in ("district", "ward"):
        keys = cells[["district", level]].astype("str").fillna("").itertuples(index=False)
        for at, (district, name) in enumerate(keys):
            known.setdefault((level, district, name), []).append(at)
    places = {key: study.cells[rows] for key, rows in known.items()}
    names = (found.areas[name] for name in ("level", "district", "name"))
    return where_named(study.cells, places, zip(*names, strict=True))


QUESTION = Question(
    id="proactivity",
    title="Reporting and proactivity",
    question="How much of the map is where officers worked, and who lives there?",
    definition="The list without police-generated incidents; residents; exact area rates.",
    source="Garwood 1936; Clopper & Pearson 1934; English Indices of Deprivation.",
    group="How sure",
    choices=ProactivityChoices,
    answer=ask_proactivity,
    long=True,
)

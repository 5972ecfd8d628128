"""Lay the answer to a question out as a finding: its table, and all that its study knows."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from mapper.analysis.record import record_of
from mapper.analysis.study import Study
from mapper.questions.choices import plain
from mapper.questions.finding import Finding, Ground, Role, Unit, Where
from mapper.questions.places import where_rows
from mapper.questions.question import Definition


def answer(  # noqa: PLR0913 - all that a finding is made of, each by its name
    study: Study,
    definition: Definition,
    table: pd.DataFrame,
    roles: Mapping[str, Role],
    *,
    unit: Unit,
    choices: Mapping[str, Any],
    notes: tuple[str, ...] = (),
    ground: Ground | None = None,
    where: Where | None = None,
) -> Finding:
    """Return the finding of one question over one study.

    Parameters
    ----------
    table
        Tidy, one row for each thing that ``unit`` names; its columns are put in the order of
        ``roles``.
    choices
        What was chosen for this question beyond the request.
    notes
        What a reader should know of the answer; the study's own notes follow.
    ground
        What its counts are counts of; without it no other audience sees them.
    where
        Which cells each row stands for; those of the ward or district it names when not given.
    """
    lens, area = study.lens, study.area
    shown = table[list(roles)].reset_index(drop=True)
    return Finding(
        id=definition.id,
        title=definition.title,
        question=definition.question,
        definition=definition.definition,
        source=definition.source,
        unit=unit,
        table=shown,
        roles=MappingProxyType(dict(roles)),
        first=study.first,
        last=study.last,
        lens_title=lens.title,
        area_title=area.title,
        resolution=area.resolution,
        notes=(*notes, *lens.caveats, *map(str, study.notes)),
        choices=MappingProxyType({name: plain(value) for name, value in choices.items()}),
        record=record_of(study),
        licence=area.licence,
        synthetic=study.synthetic,
        ground=ground,
        where=where or where_rows(study, shown),
    )

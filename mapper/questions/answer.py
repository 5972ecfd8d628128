"""Lay the answer to a question out as a finding: its table, and all that its study knows."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from types import MappingProxyType
from typing import Any

import pandas as pd

from mapper.analysis.study import Study
from mapper.questions.choices import Definition
from mapper.questions.finding import Finding, Ground, Role, Unit


def answer(
    study: Study,
    definition: Definition,
    table: pd.DataFrame,
    roles: Mapping[str, Role],
    *,
    unit: Unit,
    choices: Mapping[str, Any],
    notes: tuple[str, ...] = (),
    ground: Ground | None = None,
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
    """
    lens, area = study.lens, study.area
    return Finding(
        id=definition.id,
        title=definition.title,
        question=definition.question,
        definition=definition.definition,
        source=definition.source,
        unit=unit,
        table=table[list(roles)].reset_index(drop=True),
        roles=MappingProxyType(dict(roles)),
        first=study.first,
        last=study.last,
        lens_title=lens.title,
        area_title=area.title,
        resolution=area.resolution,
        notes=(*notes, *lens.caveats, *map(str, study.notes)),
        choices=MappingProxyType({name: _plain(value) for name, value in choices.items()}),
        record=record_of(study),
        licence=area.licence,
        synthetic=study.synthetic,
        ground=ground,
    )


def record_of(study: Study) -> Mapping[str, Any]:
    """Return all that is needed to ask the same question of the same incidents again."""
    request = {name: _plain(value) for name, value in asdict(study.request).items()}
    lens, area = study.lens, study.area
    return MappingProxyType(
        {
            "request": request,
            "lens": {"id": lens.id, "version": lens.version, "sha256": lens.sha256},
            "area": {
                "name": area.name,
                "resolution": area.resolution,
                "cells": len(area.cells),
                "sha256": area.sha256,
            },
            "first_day": study.first.isoformat(),
            "last_day": study.last.isoformat(),
            "inputs": [dict(source) for source in study.sources],
            "numbers": study.numbers,
        }
    )


def _plain(value: Any) -> Any:
    """Return a choice as a manifest writes it."""
    if isinstance(value, date):
        return value.isoformat()
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value

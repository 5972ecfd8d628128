"""Corridors from where people went missing to where they were found."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from mapper.analysis.study import Study
from mapper.base.choices import choice
from mapper.base.errors import RequestError
from mapper.context.corridors import HUB_REACH, RESOLUTION, find_corridors
from mapper.context.places import Places
from mapper.grid.hexagons import RESOLUTIONS, cells_to_points, cells_to_strings, points_to_cells
from mapper.questions.answer import answer
from mapper.questions.choices import Choices
from mapper.questions.corridor_totals import ask_corridor_totals
from mapper.questions.finding import Finding, Role
from mapper.questions.question import Question
from mapper.questions.usual_choices import places

Between = Literal["cells", "districts"]
_ROLES: dict[str, Role] = {
    "from_kind": "key",
    "from": "key",
    "from_ward": "key",
    "to_kind": "key",
    "to": "key",
    "to_ward": "key",
    "reports": "count",
    "children": "count",
    "metres": "fact",
    "expected": "derived",
    "from_lon": "fact",  # middles of the two ends
    "from_lat": "fact",
    "to_lon": "fact",
    "to_lat": "fact",
}


@dataclass(frozen=True, kw_only=True)
class CorridorsChoices(Choices):
    """What is chosen for corridors."""

    between: Between = choice(
        "cells",
        "Between",
        help="Cells and travel hubs, or districts: those partners may see.",
        of={"cells": "Cells and travel hubs", "districts": "Districts"},
    )
    places: Places | None = places()
    ends: int = choice(
        RESOLUTION,
        "H3 resolution of the ends",
        help="H3 resolution of the cells at the ends.",
        least=RESOLUTIONS.start,
        most=RESOLUTIONS.stop - 1,
        when=("between", "cells"),
    )


def ask_corridors(study: Study, choices: CorridorsChoices) -> Finding:
    """Count corridors over the dates of a study, whatever its lens.

    Parameters
    ----------
    choices
        Between cells or districts; places near, of which the travel hubs are ends of corridors
        by name; the resolution of the cells at the ends, no finer than the study's.

    Raises
    ------
    RequestError
        When the resolution is finer than the study's.
    LensError
        When the data does not say who was missing and where they were found.
    """
    if choices.between == "districts":
        return ask_corridor_totals(study)
    resolution, near = choices.ends, choices.places
    if resolution > study.area.resolution:
        raise RequestError(
            f"Corridors cannot be counted at {{ends}} {resolution}. Choose {RESOLUTIONS[0]} to"
            f" {study.area.resolution}.",
            names=("ends",),
        )
    table = study.incidents.table
    found = find_corridors(
        table[study.within], None if near is None else near.table, resolution=resolution
    )
    names = _ward_names(study, resolution)
    rows = found.table.assign(
        from_ward=_named(found.table["from_kind"], found.table["from"], names),
        to_ward=_named(found.table["to_kind"], found.table["to"], names),
    )
    counted = f"{found.placed:,} of {found.missing:,} reports say where the person was found."
    notes = (
        counted,
        "One person who goes missing often counts each time.",
        *(near.notes if near is not None else ()),
    )
    told = {**choices.told(), "hub_reach_metres": HUB_REACH}
    finding = answer(study, QUESTION, rows, _ROLES, unit="pair", choices=told, notes=notes)
    notes = tuple(note for note in finding.notes if note not in study.lens.caveats)
    return replace(finding, resolution=resolution, lens_title="Missing people", notes=notes)


def _ward_names(study: Study, resolution: int) -> dict[str, str]:
    """Return the ward that holds most of each coarse cell, by H3 string."""
    cells = study.area.cells
    lon, lat = cells_to_points(study.cells)
    coarse = cells_to_strings(points_to_cells(lon, lat, resolution=resolution))
    both = cells["ward"].astype("str") + ", " + cells["district"].astype("str")
    pairs = pd.DataFrame({"coarse": coarse, "name": both.to_numpy()})
    held = pairs.value_counts().reset_index().drop_duplicates("coarse")
    return dict(zip(held["coarse"], held["name"], strict=True))


def _named(kind: pd.Series, end: pd.Series, names: dict[str, str]) -> np.ndarray:
    """Return each end in words: a hub's own name, a cell's ward, or outside."""
    wards = end.map(names).fillna("outside the study area")
    return np.where(kind == "hub", end, wards)


QUESTION = Question(
    id="corridors",
    title="Missing-from to found corridors",
    question="From where to where do people who go missing travel?",
    definition="Missing people by place gone from and place found, cells and travel hubs.",
    source="mapper.",
    group="Around a place",
    choices=CorridorsChoices,
    answer=ask_corridors,
)

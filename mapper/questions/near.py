"""What surrounds hot spots or one cell: risks and protective assets, ring by ring."""

import numpy as np
import pandas as pd

from mapper.analysis.analyse import AnalysisResult
from mapper.analysis.study import Study
from mapper.base.errors import RequestError
from mapper.context.near import RINGS, near_places
from mapper.context.places import Places
from mapper.questions.answer import answer
from mapper.questions.finding import Finding, Role
from mapper.questions.groups import find_places
from mapper.questions.place_definitions import CONTEXT

MOST_RINGS = 10


def context_finding(
    study: Study,
    places: Places,
    *,
    result: AnalysisResult | None = None,
    hotspot: str | None = None,
    cell: str | None = None,
    rings: int = RINGS,
) -> Finding:
    """Say what lies in and around each hot spot, or around one.

    Parameters
    ----------
    places
        What to look for.
    result
        Hot spots of the same study area.
    hotspot, cell
        One hot spot's id, or one cell's H3 index in place of hot spots.
    rings
        How many rings of cells are counted, 1 to 10.

    Raises
    ------
    RequestError
        When the hot spot or cell is not there, or the rings are out of range.
    """
    if not 1 <= rings <= MOST_RINGS:
        raise RequestError(f"{rings} rings cannot be counted. Choose 1 to {MOST_RINGS}.")
    groups = find_places(
        study, by="cell" if cell else "hotspot", result=result, only=cell or hotspot
    )
    parts = []
    for number in range(groups.size):
        found = near_places(
            places.table,
            study.cells[groups.of_cell == number],
            resolution=study.area.resolution,
            rings=rings,
        )
        keys = groups.keys.iloc[np.full(len(found), number)].reset_index(drop=True)
        parts.append(keys.join(found))
    columns = [*groups.key_names, "side", "kind", *(f"ring_{n}" for n in range(rings + 1))]
    columns += ["within", "nearest_m", "nearest"]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    roles: dict[str, Role] = dict.fromkeys(columns, "fact")
    roles |= dict.fromkeys([*groups.key_names, "side", "kind"], "key")
    return answer(
        study,
        CONTEXT,
        table,
        roles,
        unit=groups.unit,
        choices={"rings": rings, "places": len(places.table)},
        notes=_notes(places),
    )


def _notes(places: Places) -> tuple[str, ...]:
    """Say what a reader should know of the places."""
    invented = ("The places are invented for the demonstration.",) if places.synthetic else ()
    return (
        *invented,
        "A side is a way of looking at a kind of place, not a verdict on any one of them.",
        "Distances are as the crow flies; what has opened or closed since the file is not known.",
        *places.notes,
    )

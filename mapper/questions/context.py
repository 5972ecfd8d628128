"""What surrounds hot spots or one cell: risks and protective assets, ring by ring."""

from dataclasses import MISSING, dataclass

import numpy as np
import pandas as pd

from mapper.analysis.analyse import AnalysisResult
from mapper.analysis.study import Study
from mapper.base.choices import choice
from mapper.context.near import RINGS, near_places
from mapper.context.places import Places
from mapper.questions.answer import answer
from mapper.questions.choices import Choices
from mapper.questions.finding import Finding, Role
from mapper.questions.groups import places_chosen
from mapper.questions.question import Question
from mapper.questions.usual_choices import cell, hotspot, places

MOST_RINGS = 10


@dataclass(frozen=True, kw_only=True)
class ContextChoices(Choices):
    """What is chosen for what is near."""

    hotspot: str | None = hotspot()
    cell: str | None = cell()
    places: Places = places(MISSING)
    reach: int = choice(
        RINGS,
        "Rings of cells around",
        help="Rings of cells around that are counted.",
        least=1,
        most=MOST_RINGS,
    )


def ask_context(
    study: Study, choices: ContextChoices, *, result: AnalysisResult | None = None
) -> Finding:
    """Say what lies in and around each hot spot, or around one.

    Parameters
    ----------
    choices
        What to look for; one hot spot, or one cell in place of hot spots; how many rings of
        cells are counted.
    result
        Hot spots of the same study area.

    Raises
    ------
    RequestError
        When the hot spot or cell is not there.
    """
    near, reach = choices.places, choices.reach
    groups = places_chosen(study, hotspot=choices.hotspot, cell=choices.cell, result=result)
    parts = []
    for number in range(groups.size):
        found = near_places(
            near.table,
            study.cells[groups.of_cell == number],
            resolution=study.area.resolution,
            rings=reach,
        )
        keys = groups.keys.iloc[np.full(len(found), number)].reset_index(drop=True)
        parts.append(keys.join(found))
    columns = [*groups.key_names, "side", "kind", *(f"ring_{n}" for n in range(reach + 1))]
    columns += ["within", "nearest_m", "nearest"]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    roles: dict[str, Role] = dict.fromkeys(columns, "fact")
    roles |= dict.fromkeys([*groups.key_names, "side", "kind"], "key")
    return answer(
        study,
        QUESTION,
        table,
        roles,
        unit=groups.unit,
        choices={**choices.told(), "places": len(near.table)},
        notes=places_words(near),
        where=groups.named.where(study.cells, table),
    )


def places_words(places: Places) -> tuple[str, ...]:
    """Say what a reader should know of the places."""
    invented = ("The places are invented for the demonstration.",) if places.synthetic else ()
    return (
        *invented,
        "A side is a way of looking at a kind of place, not a verdict on any one of them.",
        "Distances are as the crow flies; what has opened or closed since the file is not known.",
        *places.notes,
    )


QUESTION = Question(
    id="context",
    title="What is near",
    question="What surrounds a place: risks and protective assets alike?",
    definition="Places in the cells and rings around it, and metres to the nearest of a kind.",
    source="mapper; distances on a sphere, off by under 0.3 %.",
    group="Around a place",
    choices=ContextChoices,
    answer=ask_context,
)

"""Sort the incidents of a study into the places that an answer has rows for."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd

from mapper.analysis.result import AnalysisResult
from mapper.analysis.study import Study
from mapper.base.types import Integers
from mapper.questions.finding import Role, Unit
from mapper.questions.places import By, NamedPlaces, cells_named, chosen_hotspots, places_by

__all__ = ["By", "PlaceGroups", "find_places"]


@dataclass(frozen=True, eq=False)
class PlaceGroups:
    """Places with the columns that name them, and which place each cell and incident is in."""

    unit: Unit
    named: NamedPlaces
    of_incident: Integers  # place of each incident in the dates asked for; shape (incidents,)

    @property
    def keys(self) -> pd.DataFrame:
        """Return one row for each place: the columns that say which it is."""
        return self.named.table

    @property
    def of_cell(self) -> Integers:
        """Return the number of each cell's place, -1 for none; shape (cells,)."""
        return self.named.group

    @property
    def size(self) -> int:
        """Return the number of places."""
        return len(self.keys)

    @property
    def key_names(self) -> list[str]:
        """Return the columns that name a place."""
        return [str(name) for name in self.keys.columns]


def find_places(
    study: Study,
    *,
    by: By,
    result: AnalysisResult | None = None,
    only: str | None = None,
) -> PlaceGroups:
    """Return the places of a study.

    Parameters
    ----------
    by
        ``area`` is the study area as one place.
    result
        Hot spots of the same study, found anew when not given.
    only
        One hot spot's id, or with ``cell`` one cell's H3 index, to ask about that alone.

    Raises
    ------
    RequestError
        When the hot spot or cell is not there.
    """
    if by == "cell" and only is not None:
        inside = cells_named(study, (only,))
        keys: dict[str, Role] = {"cell": "key"}
        group = np.where(inside, 0, -1).astype(np.int64)
        places = NamedPlaces(pd.DataFrame({"cell": [only]}, dtype="str"), keys, group)
    else:
        places = places_by(study, by, result=result)
        if only is not None:
            places = chosen_hotspots(places, (only,))
    position = study.counts.position
    known = study.within & (position >= 0)
    of_incident = np.where(known, places.group[np.where(known, position, 0)], -1)
    return PlaceGroups(cast("Unit", by), places, of_incident)


def places_chosen(
    study: Study, *, hotspot: str | None, cell: str | None, result: AnalysisResult | None
) -> PlaceGroups:
    """Return one cell, or else one hot spot, or else every hot spot.

    Raises
    ------
    RequestError
        When the hot spot or cell is not there.
    """
    by: By = "cell" if cell else "hotspot"
    return find_places(study, by=by, result=result, only=cell or hotspot)

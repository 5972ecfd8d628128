"""Whether places lie in the most deprived tenth of neighbourhoods, and whether work reaches those.

A place has the median decile of its cells whose decile is known; it lies in the most deprived tenth
where that is 1. Deciles are those of the area's own table (English Indices of Deprivation or their
like): of a nation's neighbourhoods, never of a household.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from mapper.areas.study_area import StudyArea
from mapper.base.text import count
from mapper.base.types import Flags, Floats
from mapper.grid.hexagons import cells_to_strings

_MOST = 1.0  # the decile of the most deprived tenth


def usual_decile(decile: Floats) -> float | None:
    """Return the median decile of the cells where it is known; None where it is of none.

    Parameters
    ----------
    decile
        1 (most deprived) to 10 of each cell of a place, missing where not known; shape (cells,).
    """
    known = decile[~np.isnan(decile)]
    return float(np.median(known)) if known.size else None


@dataclass(frozen=True)
class DeprivationReach:
    """How many places lie in the most deprived tenth, of all and of those that were visited."""

    planned: int  # places whose decile is known
    deprived: int  # of them in the most deprived tenth
    visited: int  # of the planned
    deprived_visited: int
    people: float | None  # share of the area's people who live there; None where not known
    unknown: int  # places without a decile

    @property
    def is_less(self) -> bool:
        """Whether the most deprived places are visited in a smaller part than the others."""
        others, seen = self.planned - self.deprived, self.visited - self.deprived_visited
        return self.deprived_visited * others < seen * self.deprived

    @property
    def words(self) -> str:
        """Say it as one or two plain sentences; empty where no place has a decile."""
        return self.covered_words("visited")

    def covered_words(self, covered: str) -> str:
        """Say it of places that work has covered in another way.

        Parameters
        ----------
        covered
            What befell them, in words: visited, with work under way.
        """
        if not self.planned:
            return ""
        live = "" if self.people is None else f" ({100 * self.people:.0f} % of people live there)"
        of = "" if not self.unknown else f" ({self.unknown:,} more not known)"
        told = (
            f"In the most deprived tenth of neighbourhoods{live}: {self.deprived:,} of"
            f" {count(self.planned, 'place')}{of}; "
        )
        if not self.visited:
            return f"{told}none is {covered} yet."
        told += f"of the {self.visited:,} {covered}, {self.deprived_visited:,}."
        less = f" So far fewer of the most deprived places are {covered} than of the others."
        return told + (less if self.is_less else "")


def deprivation_reach(
    area: StudyArea, places: Mapping[str, Iterable[str]], visited: Iterable[str]
) -> DeprivationReach:
    """Return how far work at some places reaches the most deprived.

    Parameters
    ----------
    places
        Cells of each planned place, by its name, as H3 ids; cells beyond the area are not known.
    visited
        Names of the places visited.
    """
    decile = area.cells["deprivation_decile"].to_numpy(dtype=np.float64)
    usual = usual_deciles(area, places)
    known = {name for name, value in usual.items() if value is not None}
    poor = {name for name in known if usual[name] == _MOST}
    seen = known & set(visited)
    residents = area.cells["residents"].to_numpy(dtype=np.float64)
    return DeprivationReach(
        planned=len(known),
        deprived=len(poor),
        visited=len(seen),
        deprived_visited=len(poor & seen),
        people=_share(residents, decile == _MOST) if known else None,
        unknown=len(usual) - len(known),
    )


def usual_deciles(
    area: StudyArea, places: Mapping[str, Iterable[str]]
) -> Mapping[str, float | None]:
    """Return the usual decile of each place, by its name; None where it is not known.

    Parameters
    ----------
    places
        Cells of each place as H3 ids of the area's size; those beyond the area are not known.
    """
    decile = area.cells["deprivation_decile"].to_numpy(dtype=np.float64)
    at = {cell: place for place, cell in enumerate(cells_to_strings(area.cells["cell"].to_numpy()))}
    return {
        name: usual_decile(decile[[at[cell] for cell in cells if cell in at]])
        for name, cells in places.items()
    }


def decile_words(decile: float | None) -> str:
    """Say of one place how deprived its neighbourhoods are; empty where that is not known."""
    if decile is None:
        return ""
    if decile == _MOST:
        return "It lies in the most deprived tenth of neighbourhoods."
    return f"Its neighbourhoods are usually in tenth {decile:g} of 10; 1 is the most deprived."


def _share(residents: Floats, inside: Flags) -> float | None:
    """Return the share of people in some cells; None where no residents are known."""
    everyone = float(np.nansum(residents))
    return float(np.nansum(residents[inside])) / everyone if everyone else None

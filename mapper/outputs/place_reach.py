"""How many places of a map lie in the most deprived tenth, and whether work covers those as well.

Read off a release: its outlines, never a count. The deciles are those of the area's own table.
"""

from collections.abc import Collection, Mapping

from mapper.areas.study_area import StudyArea
from mapper.context.deprivation import (
    DeprivationReach,
    decile_words,
    deprivation_reach,
    usual_deciles,
)
from mapper.disclosure.release import Release, is_release

WITH_WORK = "covered by work under way"


def cells_by_place(shown: Release) -> Mapping[str, frozenset[str]]:
    """Return the cells of each hot spot of a release, by its id, in the order of the list."""
    table = is_release(shown).cells
    inside = table[table["hotspot_id"].astype("str") != ""]
    cells = inside.groupby(inside["hotspot_id"].astype("str"))["cell"].agg(frozenset).to_dict()
    return {spot: cells.get(spot, frozenset()) for spot in shown.hotspots["hotspot_id"]}


def reach_of_map(shown: Release, area: StudyArea, covered: Collection[str]) -> DeprivationReach:
    """Return how the places of a map, and those that work covers, lie in the most deprived tenth.

    Parameters
    ----------
    area
        In the size of cells of the release.
    covered
        Ids of the hot spots at which there is work.
    """
    return deprivation_reach(area, cells_by_place(shown), covered)


def deciles_in_words(shown: Release, area: StudyArea) -> Mapping[str, str]:
    """Say of each hot spot how deprived its neighbourhoods are, by its id."""
    found = usual_deciles(area, cells_by_place(shown))
    return {spot: decile_words(decile) for spot, decile in found.items()}

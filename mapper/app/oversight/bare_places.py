"""Places that stand out for three harms or more, at which nobody works.

A cell counts that lies in hot spots of at least three lenses of different families; touching such
cells are one place. It is bare where no live plan or campaign covers any of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
import pandas as pd

from mapper.base.types import Flags
from mapper.disclosure.release import Release
from mapper.grid.hexagons import strings_to_cells
from mapper.grid.neighbours import find_neighbours, touching_groups
from mapper.lenses.lens import Lens
from mapper.outputs.briefing.gather import ALL_DEMAND
from mapper.records.access import ward_keys
from mapper.records.oversight import live
from mapper.records.place_work import grounds_of
from mapper.records.versions import Version

FEWEST = 3  # harms that meet


@dataclass(frozen=True)
class BarePlace:
    """One place where harms meet and nobody works."""

    place: str
    harms: tuple[str, ...]
    incidents: int  # of the first map, under its own lens

    @property
    def bare_words(self) -> str:
        """Return it as one line of a list."""
        return f"{self.place}: {len(self.harms)} harms ({', '.join(self.harms)}), and nobody works"


def one_of_each_family(lenses: Iterable[Lens]) -> tuple[Lens, ...]:
    """Return the lenses of one harm each: the main one of each family, and none of all demand.

    Lenses of public files are stand-ins, so they are taken only where there are no others.
    """
    harms = [one for one in lenses if one.id != ALL_DEMAND]
    own = [one for one in harms if not one.public] or harms
    found: dict[str, Lens] = {}
    for one in sorted(own, key=lambda one: one.theme or inf):
        found.setdefault(one.family or one.id, one)
    return tuple(found.values())


def bare_places(maps: Sequence[Release], work: Iterable[Version]) -> tuple[BarePlace, ...]:
    """Return the bare places of some maps over the same cells, most harms first.

    Raises
    ------
    ValueError
        When the maps are not of the same cells.
    """
    if len(maps) < FEWEST:
        return ()
    names = maps[0].cells["cell"].to_numpy(dtype=object)
    if any(not np.array_equal(names, one.cells["cell"].to_numpy(dtype=object)) for one in maps):
        raise ValueError("the maps are not of the same cells")
    hot = np.array([(one.cells["hotspot_id"].astype("str") != "").to_numpy() for one in maps])
    near = find_neighbours(strings_to_cells(names))
    group = touching_groups(near, hot.sum(axis=0) >= FEWEST)
    grounds = [ground for one in live(work) for ground in grounds_of(one)]
    found = []
    for at in range(int(group.max(initial=-1)) + 1):
        inside = group == at
        cells = frozenset(map(str, names[inside]))
        some = (hot & inside).any(axis=1)
        spots = {spot for one in maps for spot in one.cells.loc[inside, "hotspot_id"].astype("str")}
        wards = _wards(maps[0].cells, inside)
        if any(ground.meets(spot, cells, wards) for ground in grounds for spot in spots):
            continue
        harms = tuple(one.title for one, yes in zip(maps, some.tolist(), strict=True) if yes)
        count = int(maps[0].cells.loc[inside, "incidents"].sum())
        found.append(BarePlace(_name(maps, some.tolist(), inside), harms, count))
    return tuple(sorted(found, key=lambda one: (-len(one.harms), -one.incidents, one.place)))


def _wards(cells: pd.DataFrame, inside: Flags) -> frozenset[str]:
    """Return the wards that some cells lie in, as records may spell them."""
    here = cells.loc[inside, ["ward", "district"]].astype("str").drop_duplicates()
    return ward_keys([f"{ward}, {district}" for ward, district in here.to_numpy()], cells)


def _name(maps: Sequence[Release], some: Sequence[bool], inside: Flags) -> str:
    """Return the name of the hot spot of the first map that has one here."""
    shown = maps[some.index(True)]
    ids = set(shown.cells.loc[inside, "hotspot_id"]) - {""}
    return str(shown.hotspots.loc[shown.hotspots["hotspot_id"].isin(ids), "name"].iloc[0])

"""Places of a briefing: those that moved, and those where two lenses meet.

Both are read off released maps alone. A place that moved is a group of touching cells that stand
out in either window: chosen by both alike, so that neither rises nor falls are favoured.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mapper.base.types import Flags, Integers
from mapper.context.places import Places
from mapper.disclosure.release import Release
from mapper.grid.hexagons import strings_to_cells
from mapper.grid.neighbours import find_neighbours, touching_groups
from mapper.outputs.briefing.spans import RateChange, compare_spans, spans_of_cells
from mapper.outputs.maps.landmarks import where_lies
from mapper.statistics.period_dispersion import PeriodDispersion

_NAMED = 2  # hot spots of one place that are named
_ORDER = ("clear rise", "clear fall", "no clear change", "too few to compare", "cannot be told")


@dataclass(frozen=True)
class Place:
    """One place, as its release names it."""

    number: str  # on the map; empty where it is not on it
    name: str
    district: str
    where: str = ""  # which landmark it lies by, as far as its audience may know

    @property
    def whole(self) -> str:
        """The place with its district, and the landmark it lies by."""
        return ", ".join(part for part in (self.name, self.district, self.where) if part)


@dataclass(frozen=True)
class PrintedSum:
    """The sum of the printed counts of a place."""

    number: int
    complete: bool  # no count of it is left out

    @property
    def figure(self) -> str:
        """The sum as a table prints it."""
        if self.number:
            return f"{self.number:,}"
        return "none" if self.complete else "too few to print"

    def __str__(self) -> str:
        return f"about {self.figure}" if self.number else self.figure


@dataclass(frozen=True)
class Mover:
    """A place that stands out now, or did before, and how it moved."""

    place: Place
    before: PrintedSum
    now: PrintedSum
    moved: RateChange
    news: str  # new on the map, no longer on the map, or nothing


@dataclass(frozen=True)
class Meeting:
    """A place where two lenses both stand out."""

    place: Place
    lenses: tuple[str, ...]
    cells: int


def find_movers(
    now: Release,
    before: Release | None,
    *,
    days: tuple[int, int],
    dispersion: float = 1.0,
    forbidden: Flags | None = None,
    places: Places | None = None,
) -> tuple[Mover, ...]:
    """Return the places of two released maps, those that clearly moved first.

    Parameters
    ----------
    dispersion
        Variance over mean of the months of such places.
    forbidden
        Cells of places that the data itself forbids to compare; shape (cells,).
    places
        Of which a landmark is named beside each place.
    """
    if before is None:
        return ()
    hot = [_hot(one) for one in (before, now)]
    group = groups_of_both(now, before)
    number = int(group.max(initial=-1)) + 1
    barred = np.zeros(number, dtype=bool)
    if forbidden is not None:
        barred[group[forbidden & (group >= 0)]] = True
    sums = [spans_of_cells(one).sums(group, number) for one in (before, now)]
    alike = PeriodDispersion(np.full(number, dispersion), np.full(number, np.inf), dispersion)
    moves = compare_spans(sums[0], sums[1], days=days, dispersion=alike, forbidden=barred)
    found = []
    for at, moved in enumerate(moves):
        inside = group == at
        on_map = [bool((flags & inside).any()) for flags in hot]
        said = [_printed(one, inside) for one in (before, now)]
        named = now if on_map[1] else before
        place = replace(_place(named, inside, now), where=_where(now, inside, places))
        found.append(Mover(place, said[0], said[1], moved, _news(*on_map)))
    return tuple(sorted(found, key=_by_size))


def find_meetings(maps: Sequence[Release], *, places: Places | None = None) -> tuple[Meeting, ...]:
    """Return the places where two or more released maps both stand out, largest first.

    Parameters
    ----------
    places
        Of which a landmark is named beside each place.
    """
    if len(maps) < 2:  # noqa: PLR2004 - it takes two to meet
        return ()
    hot = np.array([_hot(one) for one in maps])
    group = _groups(maps[0], hot.sum(axis=0) > 1)
    found = []
    for at in range(int(group.max(initial=-1)) + 1):
        inside = group == at
        both = (hot & inside).any(axis=1)
        lenses = tuple(one.title for one, yes in zip(maps, both.tolist(), strict=True) if yes)
        where = _where(maps[0], inside, places)
        place = Place(_numbers(maps[0], inside), *_ward(maps[0], inside), where)
        found.append(Meeting(place, lenses, int(inside.sum())))
    return tuple(sorted(found, key=lambda one: (-len(one.lenses), -one.cells, one.place.name)))


def groups_of_both(now: Release, before: Release) -> Integers:
    """Return the number of the place on either of two maps of each cell, -1 for none."""
    return _groups(now, _hot(before) | _hot(now))


def _hot(shown: Release) -> Flags:
    """Return which cells of a release stand out."""
    return shown.cells["hot"].to_numpy(dtype=bool)


def _groups(shown: Release, chosen: Flags) -> Integers:
    """Return the number of the group of touching chosen cells of each cell, -1 for none."""
    cells = strings_to_cells(shown.cells["cell"].to_numpy(dtype=object))
    return touching_groups(find_neighbours(cells), chosen)


def _place(named: Release, inside: Flags, on_map: Release) -> Place:
    """Return a place under the names of its hot spots, the largest first, with their numbers."""
    ids = named.cells.loc[inside, "hotspot_id"]
    rows = named.hotspots[named.hotspots["hotspot_id"].isin(set(ids) - {""})]
    names = list(dict.fromkeys(rows["name"].astype("str")))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    name = ", ".join(names[:_NAMED]) + more
    return Place(_numbers(on_map, inside), name, str(rows["district"].iloc[0]))


def _numbers(on_map: Release, inside: Flags) -> str:
    """Return the numbers on the map of the hot spots that some cells belong to."""
    ids = set(on_map.cells.loc[inside, "hotspot_id"]) - {""}
    numbers = on_map.hotspots.loc[on_map.hotspots["hotspot_id"].isin(ids), "number"]
    return ", ".join(map(str, numbers))


def _ward(shown: Release, inside: Flags) -> tuple[str, str]:
    """Return the ward and the district of most of some cells."""
    pairs = shown.cells.loc[inside, ["ward", "district"]].astype("str").value_counts()
    ward, district = pairs.index[0]
    return str(ward), str(district)


def _where(shown: Release, inside: Flags, places: Places | None) -> str:
    """Return which landmark some cells lie by, as far as the audience of a release may know."""
    return where_lies(shown, shown.cells.loc[inside, "cell"], places)


def _printed(shown: Release, inside: Flags) -> PrintedSum:
    """Return the sum of the printed counts of some cells."""
    counts = shown.cells.loc[inside, "incidents"]
    return PrintedSum(int(counts.fillna(0).sum()), complete=not counts.isna().any())


def _news(was: bool, is_now: bool) -> str:  # noqa: FBT001 - two flags of one place
    """Return whether a place came to the map or went from it."""
    if was and is_now:
        return ""
    return "new on the map" if is_now else "no longer on the map"


def _by_size(mover: Mover) -> tuple[object, ...]:
    """Order movers: clear ones first, by how far the nearer end is from no change."""
    moved = mover.moved
    surely = moved.low if moved.way == "clear rise" else 1 / max(moved.high, 1e-9)
    size = -surely if moved.is_clear else 0.0
    return (_ORDER.index(moved.way), size, -mover.now.number, mover.place.name)

"""People's work about one place: every record that speaks of it, as one reader may see it.

A record speaks of a place when it names the hot spot, or covers ground of it: hot spots of another
audience, or of a later year, have other ids and share cells. Cells of two sizes are compared at the
coarser one. A plan that names a ward and no ground, and a campaign's place that is a ward without
cells, speak of every place in that ward. Records of other strands, and those that have ended, are
found alike. An evaluation belongs to the place of its intervention. A meeting is history: the place
stood on the list that it was shown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from mapper.disclosure.people import Viewer, may
from mapper.grid.area_weighting import name_key
from mapper.grid.hexagons import (
    cell_resolution,
    cells_to_parents,
    cells_to_strings,
    strings_to_cells,
)
from mapper.records.access import readable, shared_with_partners
from mapper.records.actions import PlannedAction, actions_of, leads_by_place
from mapper.records.database import Database
from mapper.records.form import RecordKind
from mapper.records.versions import Version, history, records


@dataclass(frozen=True)
class Listing:
    """One meeting at which the place was on the list shown."""

    record: str
    name: str
    held: str
    title: str  # the lens of the list
    period: str
    rank: int  # place in that list
    incidents: int | None  # as printed there; none where it was hidden


@dataclass(frozen=True)
class PlaceWork:
    """The records about a place, last saved first, each in its newest version."""

    assessments: tuple[Version, ...] = ()
    phases: tuple[Version, ...] = ()
    plans: tuple[Version, ...] = ()
    campaigns: tuple[Version, ...] = ()
    interventions: tuple[Version, ...] = ()
    evaluations: Mapping[str, Version] = field(default_factory=lambda: MappingProxyType({}))
    meetings: tuple[Listing, ...] = ()  # latest first
    versions: tuple[Version, ...] = ()  # every version of the records above, oldest first

    @property
    def is_empty(self) -> bool:
        """Tell whether nobody has recorded anything about the place."""
        written = self.assessments or self.phases or self.plans or self.campaigns
        return not (written or self.interventions)


def work_about(
    database: Database,
    *,
    hotspot_id: str,
    cells: Iterable[str],
    viewer: Viewer,
    own: frozenset[str],
    wards: frozenset[str] = frozenset(),
) -> PlaceWork:
    """Return the records about a place that a viewer may read.

    Who only sees what partner agencies are shown gets the records shared with them, without their
    earlier versions and without evaluations, whose counts no release has checked.

    Parameters
    ----------
    hotspot_id, cells
        The hot spot as the viewer is shown it.
    own
        The viewer's wards, from :func:`mapper.records.access.own_wards`.
    wards
        The hot spot's, from :func:`mapper.records.access.ward_keys`.

    Raises
    ------
    RefusedError
        When the viewer's roles show them no hot spot at all.
    """
    inside = frozenset(cells)

    def about(kind: RecordKind) -> tuple[Version, ...]:
        found = [
            one for one in records(database, kind) if speaks_of(one, hotspot_id, inside, wards)
        ]
        return _allowed(viewer, tuple(found), own)

    assessments, plans, campaigns = about("assessment"), about("plan"), about("campaign")
    phases, interventions = about("phase"), about("intervention")
    meetings = _seen(_allowed(viewer, records(database, "meeting"), own), hotspot_id)
    if not may(viewer, "plan"):
        return PlaceWork(assessments, phases, plans, campaigns, interventions, meetings=meetings)
    numbers = {one.record for one in (*interventions, *campaigns)}
    latest: dict[str, Version] = {}
    for one in readable(viewer, records(database, "evaluation"), own=own):
        if one.content["intervention"] in numbers:
            latest.setdefault(str(one.content["intervention"]), one)
    every = (*assessments, *phases, *plans, *campaigns, *interventions)
    versions = [old for one in every for old in history(database, one.record)]
    return PlaceWork(
        assessments,
        phases,
        plans,
        campaigns,
        interventions,
        MappingProxyType(latest),
        meetings,
        tuple(sorted(versions, key=lambda one: one.saved)),
    )


def speaks_of(
    one: Version, hotspot_id: str, cells: frozenset[str], wards: frozenset[str] = frozenset()
) -> bool:
    """Tell whether a record is about a place."""
    return any(part.meets(hotspot_id, cells, wards) for part in grounds_of(one))


@dataclass(frozen=True)
class WorkGround:
    """One place that a record names."""

    name: str
    hotspot_id: str
    cells: frozenset[str]
    ward: str = ""  # as a key, where the whole ward is meant: neither hot spot nor cells are named

    def meets(self, hotspot_id: str, cells: frozenset[str], wards: frozenset[str]) -> bool:
        """Tell whether a hot spot of some cells and wards is, or lies on, this ground."""
        named = bool(self.hotspot_id) and self.hotspot_id == hotspot_id
        return named or self.ward in wards or self.share_of(cells) > 0

    def share_of(self, cells: frozenset[str]) -> float:
        """Return the share of some cells that this ground covers, from 0 to 1."""
        if not cells or not self.cells:
            return 0.0
        level = min(_size_of(cells), _size_of(self.cells))
        mine, theirs = _at(self.cells, level), _at(cells, level)
        return len(mine & theirs) / len(theirs)


def grounds_of(one: Version) -> tuple[WorkGround, ...]:
    """Return the places that a record names: its own, or each of a campaign's."""
    if one.kind != "campaign":
        ward = one.ward if one.kind == "plan" else ""
        return (_ground(one.title, one.hotspot_id, one.content.get("cells", ()), ward),)
    return tuple(
        _ground(
            row["place"],
            row.get("hotspot_id", ""),
            row.get("cells", ()),
            (row.get("ward") or row["place"]) if row.get("kind") == "ward" else "",
        )
        for row in one.content.get("places", ())
    )


def _ground(name: str, hotspot_id: str, cells: Iterable[str], ward: str) -> WorkGround:
    """Return a place; its ward stands for it only where nothing finer does."""
    inside = frozenset(cells)
    return WorkGround(name, hotspot_id, inside, "" if hotspot_id or inside else name_key(ward))


def leads_of(one: Version) -> Mapping[str, str]:
    """Return the lead agency at each place that a record names, by place; empty where none is.

    A campaign's own lead answers for every place that names no other.
    """
    if one.kind != "campaign":
        return {one.title: str(one.content.get("lead", ""))}
    return leads_by_place(one.content)


def every_ground(work: Iterable[Version]) -> list[WorkGround]:
    """Return the places with cells that some records name, each once, by name."""
    found = {(one.name, one.cells): one for each in work for one in grounds_of(each) if one.cells}
    return sorted(found.values(), key=lambda one: one.name)


def actions_about(
    one: Version, hotspot_id: str, cells: frozenset[str], wards: frozenset[str] = frozenset()
) -> tuple[PlannedAction, ...]:
    """Return the actions of a plan or campaign that are about a place."""
    actions = actions_of(one.content, plan=one.record)
    if one.kind != "campaign":
        return actions if speaks_of(one, hotspot_id, cells, wards) else ()
    here = {part.name for part in grounds_of(one) if part.meets(hotspot_id, cells, wards)}
    return tuple(action for action in actions if action.place in here)


def _size_of(cells: frozenset[str]) -> int:
    """Return the coarsest resolution among cells."""
    return min(cell_resolution(int(cell)) for cell in strings_to_cells(sorted(cells)))


def _at(cells: frozenset[str], level: int) -> frozenset[str]:
    """Return the cells of a coarser resolution that cells lie in."""
    found = strings_to_cells(sorted(cells))
    return frozenset(cells_to_strings(cells_to_parents(found, resolution=level)))


def _allowed(
    viewer: Viewer, found: tuple[Version, ...], own: frozenset[str]
) -> tuple[Version, ...]:
    """Return the records that a viewer may read, or those shared with their agency."""
    if may(viewer, "plan"):
        return readable(viewer, found, own=own)
    return shared_with_partners(viewer, found)


def _seen(meetings: Iterable[Version], hotspot_id: str) -> tuple[Listing, ...]:
    """Return the meetings that were shown a list with the place on it, latest first."""
    seen = []
    for one in meetings:
        shown: Mapping[str, Any] = one.content.get("shown") or {}
        for rank, spot in enumerate(shown.get("hotspots", ()), start=1):
            if spot["id"] == hotspot_id:
                held = str(one.content.get("held", ""))
                told = (str(shown["title"]), str(shown["period"]), rank, spot["incidents"])
                seen.append(Listing(one.record, one.title, held, *told))
    return tuple(sorted(seen, key=lambda one: one.held or date.min.isoformat(), reverse=True))

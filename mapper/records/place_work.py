"""People's work about one place: every record that speaks of it, as one reader may see it.

A record speaks of a place when it names the hot spot, or when it names a cell of it: hot spots of
another audience, or of a later year, have other ids and share cells. An evaluation belongs to the
place of its intervention. A meeting is history: the place stood on the list that it was shown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from mapper.disclosure.people import Viewer, may
from mapper.records.access import readable, shared_with_partners
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
    interventions: tuple[Version, ...] = ()
    evaluations: Mapping[str, Version] = field(default_factory=lambda: MappingProxyType({}))
    meetings: tuple[Listing, ...] = ()  # latest first
    versions: tuple[Version, ...] = ()  # every version of the records above, oldest first

    @property
    def is_empty(self) -> bool:
        """Tell whether nobody has recorded anything about the place."""
        return not (self.assessments or self.phases or self.plans or self.interventions)


def work_about(
    database: Database,
    *,
    hotspot_id: str,
    cells: Iterable[str],
    viewer: Viewer,
    own: frozenset[str],
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

    Raises
    ------
    RefusedError
        When the viewer's roles show them no hot spot at all.
    """
    inside = frozenset(cells)

    def about(kind: RecordKind) -> tuple[Version, ...]:
        found = _allowed(viewer, records(database, kind), own)
        return tuple(one for one in found if speaks_of(one, hotspot_id, inside))

    assessments, plans = about("assessment"), about("plan")
    phases, interventions = about("phase"), about("intervention")
    meetings = _seen(_allowed(viewer, records(database, "meeting"), own), hotspot_id)
    if not may(viewer, "plan"):
        return PlaceWork(assessments, phases, plans, interventions, meetings=meetings)
    numbers = {one.record for one in interventions}
    latest: dict[str, Version] = {}
    for one in readable(viewer, records(database, "evaluation"), own=own):
        if one.content["intervention"] in numbers:
            latest.setdefault(str(one.content["intervention"]), one)
    every = (*assessments, *phases, *plans, *interventions)
    versions = [old for one in every for old in history(database, one.record)]
    return PlaceWork(
        assessments,
        phases,
        plans,
        interventions,
        MappingProxyType(latest),
        meetings,
        tuple(sorted(versions, key=lambda one: one.saved)),
    )


def speaks_of(one: Version, hotspot_id: str, cells: frozenset[str]) -> bool:
    """Tell whether a record is about a place."""
    return one.hotspot_id == hotspot_id or not cells.isdisjoint(one.content.get("cells", ()))


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

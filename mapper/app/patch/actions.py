"""Open actions of the plans that speak of the hot spots of a patch."""

from collections.abc import Iterable

from mapper.app.shell.area_in_use import area_here
from mapper.disclosure.people import Viewer, may
from mapper.records.access import own_wards, readable
from mapper.records.actions import PlannedAction, actions_of
from mapper.records.open import database
from mapper.records.versions import records


def open_actions(viewer: Viewer, hotspots: Iterable[str]) -> dict[str, tuple[PlannedAction, ...]]:
    """Return the open actions of each hot spot, of plans that the viewer may read.

    Raises
    ------
    RecordsError
        When the records cannot be read.
    """
    wanted = set(hotspots)
    if not wanted or not may(viewer, "plan"):
        return {}
    cells = area_here().cells
    plans = readable(viewer, records(database(), "plan"), own=own_wards(viewer, cells))
    found: dict[str, tuple[PlannedAction, ...]] = {}
    for plan in plans:
        if plan.hotspot_id in wanted:
            opened = [one for one in actions_of(plan.content, plan=plan.record) if one.is_open]
            found[plan.hotspot_id] = (*found.get(plan.hotspot_id, ()), *opened)
    return found

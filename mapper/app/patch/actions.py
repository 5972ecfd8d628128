"""Open actions of the plans and campaigns that are about the hot spots of a patch."""

from collections.abc import Mapping

from mapper.app.shell.area_in_use import area_here
from mapper.disclosure.people import Viewer, may
from mapper.disclosure.release import Release
from mapper.records.access import own_wards, readable, ward_keys
from mapper.records.actions import PlannedAction
from mapper.records.open import database
from mapper.records.place_work import actions_about
from mapper.records.versions import records


def open_actions(viewer: Viewer, shown: Release) -> Mapping[str, tuple[PlannedAction, ...]]:
    """Return the open actions of each hot spot shown, of work that the viewer may read.

    Raises
    ------
    RecordsError
        When the records cannot be read.
    """
    if shown.hotspots.empty or not may(viewer, "plan"):
        return {}
    every = (*records(database(), "plan"), *records(database(), "campaign"))
    if not every:
        return {}
    work = readable(viewer, every, own=own_wards(viewer, area_here().cells))
    cells = shown.cells.groupby("hotspot_id", observed=True)["cell"].agg(frozenset)
    area = area_here().cells
    found = {}
    for spot in shown.hotspots["hotspot_id"].astype("str"):
        inside = frozenset(cells.get(spot, ()))
        wards = ward_keys(shown.wards_of(spot), area)
        about = (action for one in work for action in actions_about(one, spot, inside, wards))
        if opened := tuple(action for action in about if action.is_open):
            found[spot] = opened
    return found

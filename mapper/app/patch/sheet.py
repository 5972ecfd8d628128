"""The shift sheet to take away: made when it is asked for, written down as an export."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from mapper.app.patch.words import action_words, pattern_words, peak_words
from mapper.app.shell.basemap import printed_ground
from mapper.app.shell.downloads import file_name
from mapper.app.shell.taking import handed_out, offer_file, require_live
from mapper.context.places import Places
from mapper.disclosure.patch import PatchRelease
from mapper.disclosure.people import Viewer
from mapper.outputs.maps.landmarks import directions
from mapper.outputs.shift_sheet import SheetNote, shift_sheet_pdf
from mapper.records.actions import PlannedAction

NAME = "shift-sheet.pdf"


def offer_sheet(
    viewer: Viewer,
    patch: PatchRelease,
    actions: Mapping[str, Sequence[PlannedAction]],
    *,
    wards: str,
    today: date,
    places: Places | None = None,
) -> None:
    """Offer the shift sheet of a patch."""
    notes = notes_of(patch, actions, today=today, places=places)
    ground = printed_ground()  # a file is made on another thread, which knows of no session
    offer_file(
        "Shift sheet",
        partial(taken_sheet, viewer, patch, notes, wards, places, ground),
        file_name=file_name(NAME, patch.shown),
        mime="application/pdf",
        key="patch sheet",
        type="primary",
        icon=":material/print:",
        help="One A4 page (PDF): map, first places, peak hours and open actions.",
    )


def notes_of(
    patch: PatchRelease,
    actions: Mapping[str, Sequence[PlannedAction]],
    *,
    today: date,
    places: Places | None = None,
) -> dict[str, SheetNote]:
    """Return what the sheet tells of each place, by hot spot id."""
    told = directions(patch.shown, places)
    return {
        place.hotspot_id: SheetNote(
            when=peak_words(place),
            where=told.get(place.hotspot_id, ""),
            pattern=pattern_words(place),
            phase=f"{place.phase} prevention" if place.phase else "",
            actions=tuple(action_words(one, today) for one in actions.get(place.hotspot_id, ())),
        )
        for place in patch.places
    }


def taken_sheet(
    viewer: Viewer,
    patch: PatchRelease,
    notes: Mapping[str, SheetNote],
    wards: str,
    places: Places | None = None,
    ground: Path | None = None,
) -> bytes:
    """Return the sheet that somebody takes away, once it is written down that they do.

    Raises
    ------
    RefusedError
        When they were signed out since it was offered.
    """
    require_live(viewer)
    now = datetime.now(tz=UTC).astimezone()
    content = shift_sheet_pdf(
        patch.shown,
        notes,
        wards=wards,
        made_by=viewer.name,
        made_at=now,
        ground=ground,
        places=places,
    )
    return handed_out(
        viewer,
        content,
        subject=file_name(NAME, patch.shown),
        detail={
            "lens": patch.shown.title,
            "area": patch.shown.area_title,
            "wards": wards,
            "release": patch.shown.digest,
        },
    )

"""The dossier of a place to take away: made when it is asked for, and written down as an export."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import streamlit as st

from mapper.app.shell.basemap import printed_ground
from mapper.app.shell.place_asked import ShownMap, findings_about, map_showing, work_of
from mapper.app.shell.surroundings import landmarks_near
from mapper.app.shell.taking import handed_out, offer_file, require_live
from mapper.disclosure.people import Viewer
from mapper.outputs.dossier import FORMS, dossier


def offer_dossier(viewer: Viewer, asked: ShownMap, hotspot_id: str) -> None:
    """Offer the dossier of a hot spot in each form."""
    ground = printed_ground()  # a file is made on another thread, which knows of no session
    with st.popover("Dossier", icon=":material/description:"):
        for suffix, (title, mime, _) in FORMS.items():
            offer_file(
                title,
                partial(made_dossier, viewer, asked, hotspot_id, suffix, ground),
                file_name=dossier_name(asked, hotspot_id, suffix),
                mime=mime,
                key=f"dossier {suffix} {hotspot_id}",
            )


def offer_dossier_of(viewer: Viewer, hotspot_id: str) -> None:
    """Offer the dossier on a page that has no map, from the last map that showed the place."""
    asked = map_showing(hotspot_id)
    if asked is None:
        st.caption("For the dossier, look at the place on the Hot spots page once, then come back.")
        return
    offer_dossier(viewer, asked, hotspot_id)


def dossier_name(asked: ShownMap, hotspot_id: str, suffix: str) -> str:
    """Return a file name that no other release has: dossier-HS-71951B99-1a2b3c4d5e6f.pdf."""
    return f"dossier-{hotspot_id}-{asked.shown.digest[:12]}{suffix}"


def made_dossier(
    viewer: Viewer,
    asked: ShownMap,
    hotspot_id: str,
    suffix: str,
    ground: Path | None = None,
) -> bytes:
    """Return the dossier, once it is written down that somebody takes it.

    Raises
    ------
    RefusedError
        When they were signed out since it was offered.
    """
    require_live(viewer)
    found = findings_about(viewer, asked, hotspot_id)
    work = work_of(viewer, found)
    now = datetime.now(UTC).astimezone()
    document = dossier(
        found,
        work,
        made_by=viewer.name,
        made_at=now,
        places=landmarks_near(asked.dataset),
        ground=ground,
    )
    content = FORMS[suffix][2](document)
    return handed_out(
        viewer,
        content,
        subject=dossier_name(asked, hotspot_id, suffix),
        detail={"audience": asked.shown.audience, "release": asked.shown.digest},
    )

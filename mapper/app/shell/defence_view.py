"""“Defend this place”: why it is listed and how firmly, on screen and as a sheet to print."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import streamlit as st

from mapper.app.shell.basemap import printed_ground
from mapper.app.shell.place_asked import ShownMap, firmness_of
from mapper.app.shell.surroundings import landmarks_near
from mapper.app.shell.taking import handed_out, offer_file, require_live
from mapper.app.shell.traces import trace
from mapper.app.shell.waiting import shown_progress
from mapper.app.shell.words import bullets
from mapper.disclosure.people import Viewer, may
from mapper.disclosure.place_findings import PlaceFindings
from mapper.outputs.dossier import FORMS
from mapper.outputs.dossier.defence import defence, firm_words

DEFEND = "Defend this place"
_LOOKED = "mapper_defences_looked"


def may_defend(viewer: Viewer, asked: ShownMap) -> bool:
    """Tell whether a viewer may see what a place is defended with: it rests on full counts."""
    return may(viewer, "see everything") and asked.shown.audience == "operational"


def show_defence(viewer: Viewer, asked: ShownMap, hotspot_id: str) -> None:
    """Show how firm a place is, and offer the sheet; worked out when first asked for.

    Raises
    ------
    MapperError
        When the viewer may not see it, or the release shows no such place.
    """
    with shown_progress("Asking under hundreds of other settings") as progress:
        found = firmness_of(viewer, asked, hotspot_id, progress=progress)
    looked: set[tuple[str, str]] = st.session_state.setdefault(_LOOKED, set())
    if (key := (found.release.digest, hotspot_id)) not in looked:
        subject = f"Hot spot {hotspot_id}: {DEFEND}"
        trace(viewer, "view", subject=subject, digest=found.release.digest)
        looked.add(key)
    bullets([str(found.row["reason"]), *firm_words(found)])
    ground = printed_ground()  # a file is made on another thread, which knows of no session
    with st.container(horizontal=True):
        for suffix, (title, mime, _) in FORMS.items():
            offer_file(
                f"Sheet ({title})",
                partial(taken_defence, viewer, asked, found, suffix, ground),
                file_name=f"defence-{hotspot_id}-{asked.shown.digest[:12]}{suffix}",
                mime=mime,
                key=f"defence {suffix} {hotspot_id}",
                type="primary" if suffix == ".pdf" else "secondary",
            )


def taken_defence(
    viewer: Viewer,
    asked: ShownMap,
    found: PlaceFindings,
    suffix: str,
    ground: Path | None = None,
) -> bytes:
    """Return the sheet, once it is written down that somebody takes it.

    Raises
    ------
    RefusedError
        When they were signed out since it was offered.
    """
    require_live(viewer)
    document = defence(
        found,
        made_by=viewer.name,
        made_at=datetime.now(UTC).astimezone(),
        places=landmarks_near(asked.dataset),
        ground=ground,
    )
    return handed_out(
        viewer,
        FORMS[suffix][2](document),
        subject=f"defence-{found.hotspot_id}-{asked.shown.digest[:12]}{suffix}",
        detail={"audience": asked.shown.audience, "release": asked.shown.digest},
    )

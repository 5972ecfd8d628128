"""The printed briefing to take away: registered first, written down, then handed over."""

from datetime import datetime
from functools import partial
from pathlib import Path

import streamlit as st

from mapper.app.briefing.results import ShownBriefing, release_to_partners
from mapper.app.door.who import current_viewer
from mapper.app.shell.basemap import printed_ground
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.taking import handed_out, offer_file, require_live
from mapper.disclosure.people import Viewer
from mapper.outputs.briefing.choices import BriefingChoices, as_json
from mapper.outputs.briefing.files import KINDS, briefing_file

_LABELS = {".pdf": "PDF", ".docx": "Word", ".html": "Web page"}


def show_files(dataset: Dataset, choices: BriefingChoices, shown: ShownBriefing) -> None:
    """Offer the briefing as PDF, Word and a web page."""
    viewer = current_viewer()
    taking = "" if shown.released else ". Taking it shares this briefing with partners"
    ground = printed_ground()  # a file is made on another thread, which knows of no session
    for form, label in _LABELS.items():
        offer_file(
            label,
            partial(briefing_bytes, viewer, dataset, choices, shown, form, ground),
            file_name=file_name(shown, form),
            mime=KINDS[form],
            key=f"briefing {form}",
            help=f"The printed briefing as {label}{taking}",
        )
    if taking:
        st.caption("A preview. Taking a file shares this briefing with partners.")


def file_name(shown: ShownBriefing, form: str) -> str:
    """Return a file name that no other briefing has."""
    return f"briefing-{shown.content.map.digest[:12]}{form}"


def briefing_bytes(
    viewer: Viewer,
    dataset: Dataset,
    choices: BriefingChoices,
    shown: ShownBriefing,
    form: str,
    ground: Path | None = None,
) -> bytes:
    """Return the printed briefing, once it is registered and written down who takes it.

    What leaves on paper is released: where it was a preview, it is registered now.

    Raises
    ------
    RefusedError
        When they were signed out since it was offered.
    MapperError
        When it may not be released.
    """
    require_live(viewer)
    content = shown.content if shown.released else release_to_partners(viewer, dataset, choices)
    now = datetime.now().astimezone()
    file = briefing_file(content, form, made_by=viewer.name, made_at=now, ground=ground)
    return handed_out(
        viewer,
        file,
        subject=f"briefing-{content.map.digest[:12]}{form}",
        detail={**as_json(choices), "release": content.map.digest},
    )

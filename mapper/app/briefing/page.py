"""The Briefing page: a partnership meeting on one screen, from partnership releases alone."""

import streamlit as st

from mapper.app.briefing.controls import ask_choices
from mapper.app.briefing.files import show_files
from mapper.app.briefing.results import (
    ShownBriefing,
    briefing_for,
    first_choices,
    released_choices,
    shared_for,
)
from mapper.app.briefing.view import (
    LARGE,
    put_on_briefing_style,
    show_head,
    show_places,
    show_takeaway,
    show_tiles,
    show_work,
)
from mapper.app.door.who import current_viewer
from mapper.app.shell.address import follow, say
from mapper.app.shell.data_age import age_words
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.frame import name_tab, put_on_style, show_marking, show_synthetic
from mapper.app.shell.map_frame import show_map
from mapper.app.shell.waiting import opened_dataset
from mapper.app.shell.words import bullets, notice
from mapper.base.errors import MapperError
from mapper.disclosure.people import Viewer, may
from mapper.disclosure.rules import rules
from mapper.outputs.briefing.choices import BriefingChoices
from mapper.outputs.briefing.content import Briefing, window_in_words
from mapper.outputs.briefing.document import HOW_CHANGE_IS_TOLD
from mapper.outputs.standard_words import nothing_words
from mapper.outputs.tables import hotspot_rows

PRESENT = "present"
MEETINGS, RELEASE = "pages/places/meetings.py", "pages/meeting/release.py"
_MAP_HEIGHT = 405


def show_page() -> None:
    """Ask, gather what partners may see, show it on one screen."""
    follow(PRESENT, PRESENT, {"1": True}.get, usual=False)
    presenting = bool(st.session_state.get(PRESENT))
    say({PRESENT: "1" if presenting else ""})
    put_on_style()
    put_on_briefing_style(presenting=presenting)
    viewer = current_viewer()
    show_marking(rules().audiences["partnership"].marking, audience="partnership")
    try:
        dataset = opened_dataset()
        show_synthetic(dataset.incidents.table)
        head, bar = st.columns([1, 1.05] if not presenting else [1, 0.01], gap="small")
        with bar, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
            choices = _choices(viewer, dataset)
            shown = briefing_for(viewer, dataset, choices)
            if not presenting:
                _offer_present()
                show_files(dataset, choices, shown)
    except MapperError as error:
        notice(str(error), kind="stop")
        return
    with head:
        name_tab("Briefing", shown.content.map.area_title)
        age = age_words(dataset.incidents.table)
        show_head(shown.content, released=shown.released, age=age)
    _show(viewer, shown, presenting=presenting)


def _choices(viewer: Viewer, dataset: Dataset) -> BriefingChoices:
    """Return what is chosen: by whoever may release, and for partners what was released."""
    start = first_choices(viewer, dataset)
    if not may(viewer, "release"):
        return start
    # Out of sight while it is presented, and still there: a reload goes on with the same choices.
    with (
        st.container(key="briefing choices"),
        st.popover("Lens, period, last meeting", icon=":material/tune:"),
    ):
        return ask_choices(
            dataset,
            start,
            released=released_choices(dataset),
            meetings=shared_for(viewer).meetings,
        )


def _show(viewer: Viewer, shown: ShownBriefing, *, presenting: bool) -> None:
    """Show the briefing, and below it whatever a screen on the wall does without."""
    content = shown.content
    show_takeaway(content)
    show_tiles(content)
    _show_body(content, presenting=presenting)
    if presenting:
        if st.button("End presentation", key="end presentation", type="tertiary"):
            _present(on=False)
        return
    _show_ways_on(viewer)
    _show_table_twin(content)
    _show_care(content)


def _offer_present() -> None:
    """Offer the presentation: the same, large, without controls."""
    if st.button("Present", key="present", type="primary", icon=":material/slideshow:"):
        _present(on=True)


def _present(*, on: bool) -> None:
    """Begin or end the presentation."""
    st.session_state[PRESENT] = on
    st.rerun()


def _show_body(content: Briefing, *, presenting: bool) -> None:
    """Show map, places and work side by side."""
    left, middle, right = st.columns([36, 40, 24], gap="small")
    with left:
        title = f"Map: {content.map.title}, {window_in_words(content.choices.after)}"
        height = round(_MAP_HEIGHT * LARGE) if presenting else _MAP_HEIGHT
        show_map(content.map, title=title, height=height)
    with middle:
        show_places(content)
    with right:
        show_work(content.shared)


def _show_ways_on(viewer: Viewer) -> None:
    """Offer its release to partners, and the meeting's record."""
    with st.container(horizontal=True):
        if may(viewer, "release"):
            st.page_link(RELEASE, label="Release to partners", icon=":material/share:")
        if may(viewer, "plan"):
            st.page_link(
                MEETINGS, label="Start the record of this meeting", icon=":material/edit_note:"
            )


def _show_table_twin(content: Briefing) -> None:
    """Show everything that the map shows as a table."""
    with st.expander("All hot spots on the map, as a table"):
        rows = hotspot_rows(content.map, on_screen=True)
        if not rows:
            st.text(f"{nothing_words(content.map)}, by what is shown.")
            return
        st.dataframe(
            [
                {
                    "No.": row["number"],
                    "Place": row["name"],
                    "District": row["district"],
                    "Incidents, rounded": _printed(row["incidents"]),
                    "Evidence": row["evidence"],
                    "Busiest cells, rounded": row["busiest"],
                }
                for row in rows
            ],
            hide_index=True,
            key=f"twin {content.map.digest[:12]}",
        )


def _printed(count: int | None) -> str:
    """Return a printed count for a table."""
    return "too few to print" if count is None else f"{count:,}"


def _show_care(content: Briefing) -> None:
    """Say what this cannot show, and how a change is told."""
    with st.expander("What is this? How change is told, and what this cannot show"):
        bullets(
            (
                HOW_CHANGE_IS_TOLD,
                *(one.note for one in content.headlines if one.note),
                *content.notes,
                content.map.licence,
            )
        )

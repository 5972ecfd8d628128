"""The Briefing page: a partnership meeting on one screen, from partnership releases alone."""

from typing import cast

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
from mapper.app.briefing.slides import SLIDES, turned_to
from mapper.app.briefing.view import (
    put_on_briefing_style,
    show_demand,
    show_head,
    show_movers_large,
    show_places,
    show_takeaway,
    show_tiles,
    show_work,
)
from mapper.app.door.who import current_viewer
from mapper.app.shell.address import follow, said_parts, say
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
_MAP_HEIGHT, _SLIDE_HEIGHT = 405, 505
_FIGURES, _WITH_MAP = 4, 2  # figures on the first slide; number of the slide with the map
_CHOSEN, _SLIDE = "mapper_briefing_choices", "mapper_briefing_slide"


def show_page() -> None:
    """Ask, gather what partners may see, show it on one screen."""
    follow(PRESENT, _SLIDE, {str(one): one for one in SLIDES}.get, 0)
    slide = int(st.session_state.get(_SLIDE, 0))
    presenting = slide in SLIDES
    say({PRESENT: slide or ""})
    put_on_style()
    put_on_briefing_style(presenting=presenting)
    viewer = current_viewer()
    show_marking(rules().audiences["partnership"].marking, audience="partnership")
    try:
        dataset = opened_dataset()
        show_synthetic(dataset.incidents.table)
        head, bar = st.columns([1, 1.05] if not presenting else [1, 0.01], gap="small")
        with bar, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
            choices = _choices(viewer, dataset, presenting=presenting)
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
    if presenting:
        _show_slide(shown.content, slide)
    else:
        _show(viewer, shown)


def _choices(viewer: Viewer, dataset: Dataset, *, presenting: bool) -> BriefingChoices:
    """Return what is chosen: by whoever may release, and for partners what was released."""
    start = first_choices(viewer, dataset)
    if not may(viewer, "release"):
        return start
    if presenting and _CHOSEN in st.session_state:
        chosen, parts = st.session_state[_CHOSEN]
        say(parts)
        return cast("BriefingChoices", chosen)
    with (
        st.container(key="briefing choices"),  # out of sight where a presentation is reloaded
        st.popover("Harm, period, last meeting", icon=":material/tune:"),
    ):
        chosen = ask_choices(
            dataset,
            start,
            released=released_choices(dataset),
            meetings=shared_for(viewer).meetings,
        )
    parts = {name: said_parts().get(name, []) for name in ("lens", "period", "from")}
    st.session_state[_CHOSEN] = (chosen, parts)
    return chosen


def _show_slide(content: Briefing, slide: int) -> None:
    """Show one slide of the presentation; arrow keys turn it over, Escape leaves it."""
    if slide == 1:
        show_takeaway(content)
        _show_what_misleads(content)
        show_tiles(content, most=_FIGURES)
        show_demand(content)
    elif slide == _WITH_MAP:
        left, right = st.columns([58, 42], gap="small")
        with left:
            show_map(
                content.map, title=_map_title(content), height=_SLIDE_HEIGHT, places=content.places
            )
        with right:
            show_movers_large(content)
    else:
        show_work(content.shared, presenting=True)
    wanted = turned_to(slide)
    if st.button("End presentation", key="end presentation", type="tertiary"):
        wanted = 0
    if wanted != slide:
        _present(wanted)


def _show(viewer: Viewer, shown: ShownBriefing) -> None:
    """Show the briefing, and below it whatever a screen on the wall does without."""
    content = shown.content
    show_takeaway(content)
    _show_what_misleads(content)
    show_tiles(content)
    show_demand(content)
    _show_body(content)
    _show_ways_on(viewer)
    _show_table_twin(content)
    _show_demand_table(content)
    _show_care(content)


def _show_what_misleads(content: Briefing) -> None:
    """Say what in the data may mislead, beside the one thing to remember."""
    notice(content.may_mislead, kind="look")


def _offer_present() -> None:
    """Offer the presentation: the same, large, without controls."""
    if st.button("Present", key="present", type="primary", icon=":material/slideshow:"):
        _present(1)


def _present(slide: int) -> None:
    """Turn to a slide of the presentation; 0 ends it."""
    st.session_state[_SLIDE] = slide
    st.rerun()


def _map_title(content: Briefing) -> str:
    """Return what the map is called."""
    return f"Map: {content.map.title}, {window_in_words(content.choices.after)}"


def _show_body(content: Briefing) -> None:
    """Show map, places and work side by side."""
    left, middle, right = st.columns([36, 40, 24], gap="small")
    with left:
        show_map(content.map, title=_map_title(content), height=_MAP_HEIGHT, places=content.places)
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


def _show_demand_table(content: Briefing) -> None:
    """Show each kind of demand that is not crime, who could meet it and why."""
    if not content.demand:
        return
    with st.expander("Demand that is not crime: who could meet it"):
        st.dataframe(
            [
                {
                    "Kind": one.kind.name.capitalize(),
                    "Share of all demand": f"{one.percent} %",
                    "Who could meet it": ", ".join(one.kind.agencies),
                    "Why (a judgement)": one.kind.reason,
                }
                for one in sorted(content.demand, key=lambda one: -one.percent)
            ],
            hide_index=True,
            key=f"demand {content.map.digest[:12]}",
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

"""The Hot spots page: controls at the side, map and list, details, files."""

import streamlit as st

from mapper.analysis.request import AnalysisRequest
from mapper.app.briefing.results import first_choices
from mapper.app.data.quality_view import quality_of
from mapper.app.door.who import current_viewer
from mapper.app.hotspots.details import show_details
from mapper.app.hotspots.panel import CHOSEN, show_panel
from mapper.app.hotspots.place_view import ABOUT, SECTIONS, show_place
from mapper.app.hotspots.signals_view import show_signals
from mapper.app.shell.address import follow, say
from mapper.app.shell.basemap import ask_basemap
from mapper.app.shell.choices import CELL_SIZES, ask_lens, ask_rest
from mapper.app.shell.data_age import age_words
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.doubts import show_strongest
from mapper.app.shell.downloads import show_downloads
from mapper.app.shell.frame import name_tab, put_on_style, show_marking_for, show_synthetic
from mapper.app.shell.headline import show_cautions, show_headline, show_refusal
from mapper.app.shell.more_forms import show_more_forms
from mapper.app.shell.place_asked import ShownMap, keep_map
from mapper.app.shell.results import released
from mapper.app.shell.surroundings import landmarks_near
from mapper.app.shell.waiting import opened_dataset
from mapper.app.shell.what_is import what_are
from mapper.app.shell.words import notice
from mapper.app.work.record_start import offer_assessment
from mapper.base.errors import MapperError
from mapper.disclosure.people import scope_of
from mapper.outputs.briefing.choices import BriefingChoices

_WORDS = {
    "unusual": "What is unusual?",
    "cluster": "What is concentrated?",
    "places": "What is a place?",
    "q": "How sure is it?",
    "lens": "What is a lens?",
    "disclosure": "Who may see what?",
}


def show_page() -> None:
    """Ask, work out, draw; what cannot be answered is said in words."""
    put_on_style()
    try:
        show_marking_for(current_viewer())
        dataset = opened_dataset()
        show_synthetic(dataset.incidents.table)
        with st.sidebar:
            usual = _usual(dataset)
            lens = ask_lens(dataset, usual)
            request = ask_rest(dataset, lens, usual)
            ask_basemap()
    except MapperError as error:
        notice(str(error), kind="stop")
        return
    try:
        shown = released(dataset, request, lens)
    except MapperError as error:
        show_refusal(lens, str(error))
        return
    show_headline(shown, data=dataset.title, age=age_words(dataset.incidents.table))
    asked = ShownMap(shown, dataset, request, lens)
    keep_map(asked)
    follow("spot", CHOSEN, {one: one for one in shown.hotspots["hotspot_id"]}.get, "")
    follow("about", ABOUT, {one: one for one in SECTIONS}.get, None)
    _explore(asked)
    with st.sidebar:
        if shown.audience == "operational":
            show_strongest(dataset, shown)
        _warn_of_fine_cells(dataset, request)


def _usual(dataset: Dataset) -> BriefingChoices | None:
    """Return the choices of the Briefing for a partner, whose first map is the Briefing's."""
    viewer = current_viewer()
    return first_choices(viewer, dataset) if scope_of(viewer) == "partnership" else None


def _warn_of_fine_cells(dataset: Dataset, request: AnalysisRequest) -> None:
    """Say when cells are finer than the data is placed; last, so that the map need not wait."""
    finest = quality_of(dataset.digest, _dataset=dataset).finest_resolution
    if request.resolution > finest:
        notice(
            f"This data is not placed finely enough for such cells: choose"
            f" “{CELL_SIZES.get(finest, 'larger cells')}”, or see why on the Data page."
        )


@st.fragment
def _explore(asked: ShownMap) -> None:
    """Draw map, list and what belongs to the choice; a choice runs this part alone again."""
    shown = asked.shown
    chosen = show_panel(shown, landmarks_near(asked.dataset))
    show_details(shown, chosen)
    what_are(_WORDS)
    show_signals(asked.dataset, asked.request, asked.lens, chosen)
    offer_assessment(chosen)
    names = dict(zip(shown.hotspots["hotspot_id"], shown.hotspots["name"], strict=True))
    name_tab("Hot spots", str(names.get(chosen, shown.area_title)))
    say({"spot": chosen, "about": show_place(asked, chosen)})
    show_cautions(shown)
    show_downloads(shown)
    show_more_forms(shown)

"""The Hot spots page: controls at the side, map and list, details, files."""

import streamlit as st

from mapper.analysis.request import AnalysisRequest
from mapper.app.briefing.results import first_choices
from mapper.app.data.quality_view import quality_of
from mapper.app.door.who import current_viewer
from mapper.app.hotspots.columns import columns_of
from mapper.app.hotspots.details import show_details
from mapper.app.hotspots.panel import CHOSEN, show_panel
from mapper.app.hotspots.place_view import ABOUT, sections_for, show_place
from mapper.app.hotspots.signals_view import show_signals
from mapper.app.shell.address import follow, say
from mapper.app.shell.basemap import ask_basemap
from mapper.app.shell.choices import ask_lens, ask_rest, days_of
from mapper.app.shell.data_age import age_words
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.defence_view import may_defend
from mapper.app.shell.doubts import show_strongest
from mapper.app.shell.frame import name_tab, put_on_style, show_marking_for, show_synthetic
from mapper.app.shell.headline import show_cautions, show_headline, show_refusal
from mapper.app.shell.more_forms import show_export
from mapper.app.shell.place_asked import ShownMap, firmness_known, keep_map, work_out_firmness
from mapper.app.shell.results import released
from mapper.app.shell.surroundings import landmarks_near
from mapper.app.shell.waiting import opened_dataset, shown_progress
from mapper.app.shell.what_is import what_are
from mapper.app.shell.words import bullets, notice, plain
from mapper.app.work.record_start import offer_assessment
from mapper.areas.resolution import CELL_SIZES
from mapper.base.errors import MapperError
from mapper.base.tables import OPTIONAL_INCIDENT_COLUMNS
from mapper.base.text import count, period_in_words
from mapper.base.top_level import top_level
from mapper.disclosure.nearest import request_given
from mapper.disclosure.people import may, scope_of
from mapper.outputs.briefing.choices import BriefingChoices

DATA = top_level("pages") / "data/load.py"
_WORDS = {
    "unusual": "What is unusual?",
    "cluster": "What is concentrated?",
    "places": "What is a place?",
    "q": "How sure is it?",
    "lens": "What is counted?",
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
            _show_data(dataset)
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
    request = request_given(shown, request)
    notice(shown.instead, kind="look")
    show_headline(shown, data=dataset.title, age=age_words(dataset.incidents.table))
    answer = st.container()  # what may mislead is known last and stands first
    asked = ShownMap(shown, dataset, request, lens)
    keep_map(asked)
    follow("spot", CHOSEN, {one: one for one in shown.hotspots["hotspot_id"]}.get, "")
    sections = sections_for(current_viewer(), asked)
    follow("about", ABOUT, {one: one for one in sections}.get, None)
    _explore(asked)
    with st.sidebar:
        if shown.audience == "operational":
            show_strongest(dataset, shown, beside=answer)
        _warn_of_fine_cells(dataset, request)


def _show_data(dataset: Dataset) -> None:
    """Say at the head of the rail which data are looked at: file, rows, columns, days, age."""
    if not may(current_viewer(), "load data"):
        return
    table = dataset.incidents.table
    first, last = days_of(table)
    known = [name.replace("_", " ") for name in OPTIONAL_INCIDENT_COLUMNS if name in table]
    with st.expander(plain(f"Data: {dataset.title}")):
        bullets(
            (
                f"{len(table):,} of {count(dataset.incidents.rows_read, 'row')} used",
                f"Columns beside time, place and type: {', '.join(known) or 'none'}",
                period_in_words(first, last),
                age_words(table),
            )
        )
        st.page_link(DATA, label="File, columns and quality")


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
    columns = columns_of(current_viewer(), asked)
    chosen = show_panel(shown, columns, landmarks_near(asked.dataset))
    with st.container(horizontal=True):
        show_export(shown)
        _offer_firmness(asked)
    show_details(shown, chosen)
    about = show_place(asked, chosen)
    show_signals(asked.dataset, asked.request, asked.lens, chosen)
    offer_assessment(chosen)
    what_are(_WORDS)
    names = dict(zip(shown.hotspots["hotspot_id"], shown.hotspots["name"], strict=True))
    name_tab("Hot spots", str(names.get(chosen, shown.area_title)))
    say({"spot": chosen, "about": about})
    show_cautions(shown)


def _offer_firmness(asked: ShownMap) -> None:
    """Offer to work out how firm every place is, for the list; once for all who look."""
    viewer = current_viewer()
    if not may_defend(viewer, asked) or asked.shown.hotspots.empty or firmness_known(asked):
        return
    if not st.button(
        "Test every place",
        key="test every place",
        help="Runs hundreds of other settings, about half a minute: the list then shows under how"
        " many each place stays, and how much of it police work itself made.",
    ):
        return
    with shown_progress("Asking under hundreds of other settings") as progress:
        work_out_firmness(viewer, asked, progress)
    st.rerun(scope="fragment")

"""My patch: what matters on a team's wards now, why, when, and what is being done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st

from mapper.analysis.request import AnalysisRequest
from mapper.app.door.who import current_viewer
from mapper.app.patch.actions import open_actions
from mapper.app.patch.cards import cards_of, ground_of, panel_data
from mapper.app.patch.choice import (
    BEFORE,
    Allowed,
    PatchChoice,
    days_before,
    days_of_span,
    request_of,
)
from mapper.app.patch.controls import allowed_for, ask_choice, lenses_offered
from mapper.app.patch.details import show_area, show_place, show_twin
from mapper.app.patch.head import show_head, wards_in_words
from mapper.app.patch.next import show_next
from mapper.app.patch.panel import show_patch_panel
from mapper.app.patch.results import patch_map_address, released_patch
from mapper.app.patch.search import find_place
from mapper.app.shell.address import say
from mapper.app.shell.area_in_use import area_name_here
from mapper.app.shell.choices import days_of
from mapper.app.shell.data_age import age_words, old_words
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.day import today_here
from mapper.app.shell.defence_view import DEFEND, may_defend, show_defence
from mapper.app.shell.doubts import show_strongest
from mapper.app.shell.frame import name_tab, put_on_style, show_marking_for, show_synthetic
from mapper.app.shell.headline import show_cautions, show_refusal
from mapper.app.shell.place_asked import ShownMap
from mapper.app.shell.surroundings import places_near
from mapper.app.shell.waiting import opened_dataset
from mapper.app.shell.what_is import what_are
from mapper.app.shell.words import notice
from mapper.app.work.record_start import offer_assessment
from mapper.app.work.visit_form import lately, offer_visit
from mapper.areas.load import load_study_area
from mapper.base.errors import MapperError
from mapper.context.places import Places
from mapper.disclosure.patch import PatchRelease
from mapper.disclosure.people import Viewer
from mapper.lenses.lens import Lens
from mapper.records.actions import PlannedAction


@dataclass(frozen=True, eq=False)
class PatchRequest:
    """Who looks at what, and what they chose."""

    viewer: Viewer
    dataset: Dataset
    choice: PatchChoice
    lens: Lens
    days: tuple[date, date]
    sought: str = ""


@dataclass(frozen=True, eq=False)
class PatchView:
    """What is shown: the patch, a second map beside it, open actions, places near."""

    patch: PatchRelease
    beside: tuple[str, PatchRelease] | None
    actions: Mapping[str, Sequence[PlannedAction]]
    places: Places | None
    trouble: str = ""  # why there is no second map, in words


def show_page() -> None:
    """Ask, work out, draw; what cannot be answered is said in words."""
    put_on_style()
    try:
        viewer = current_viewer()
        show_marking_for(viewer)
        dataset = opened_dataset()
        show_synthetic(dataset.incidents.table)
        allowed = allowed_for(viewer, dataset)
        head = st.container()
        with st.container(key="patch choices"):
            asked = _ask(viewer, dataset, allowed)
    except MapperError as error:
        notice(str(error), kind="stop")
        return
    try:
        answer = _answer(asked)
    except MapperError as error:
        with head:
            show_refusal(asked.lens, str(error))
        return
    with head:
        show_head(asked.viewer, answer.patch, answer.actions, choice=asked.choice,
                  places=answer.places, today=today_here(),
                  age=_age(asked))  # fmt: skip
    notice(f"No second map: {answer.trouble}" if answer.trouble else "", kind="look")
    _explore(asked, answer)


def _ask(viewer: Viewer, dataset: Dataset, allowed: Allowed) -> PatchRequest:
    """Draw the choices."""
    choice, sought = ask_choice(viewer, dataset, allowed)
    lens = lenses_offered(dataset)[choice.lens]
    return PatchRequest(viewer, dataset, choice, lens, days_of_span(choice, allowed), sought)


def _age(asked: PatchRequest) -> str:
    """Say how old the days shown are; to which day there are data, where that is another."""
    table = asked.dataset.incidents.table
    return old_words(table) if asked.days[1] == days_of(table)[1] else age_words(table)


def _answer(asked: PatchRequest) -> PatchView:
    """Return what is shown.

    Raises
    ------
    MapperError
        When the first map cannot be made; a second one is left out and the reason said.
    """
    patch = _patch(asked, asked.lens, asked.days)
    beside, trouble = None, ""
    if asked.choice.beside:
        try:
            beside = _beside(asked)
        except MapperError as error:
            trouble = str(error)
    return PatchView(
        patch=patch,
        beside=beside,
        actions=open_actions(asked.viewer, patch.shown),
        places=places_near(asked.dataset),
        trouble=trouble,
    )


def _patch(asked: PatchRequest, lens: Lens, days: tuple[date, date]) -> PatchRelease:
    """Return the release of one lens and period."""
    request = _request(asked, lens, days)
    return released_patch(asked.dataset, request, lens, wards=asked.choice.wards)


def _request(asked: PatchRequest, lens: Lens, days: tuple[date, date]) -> AnalysisRequest:
    """Return what is asked of one lens and period."""
    return request_of(asked.choice, days, lens=lens.id, area=area_name_here())


def _beside(asked: PatchRequest) -> tuple[str, PatchRelease]:
    """Return title and release of the second map."""
    if asked.choice.beside == BEFORE:
        patch = _patch(asked, asked.lens, days_before(*asked.days))
        return patch.shown.period, patch
    lens = lenses_offered(asked.dataset)[asked.choice.beside]
    return lens.title, _patch(asked, lens, asked.days)


_WORDS = {
    "cluster": "What is a hot spot?",
    "patterns": "What is a pattern?",
    "clock": "What are busy times?",
}


@st.fragment
def _explore(asked: PatchRequest, answer: PatchView) -> None:
    """Draw maps and cards and what belongs to a choice on them; runs alone after one."""
    patch, today = answer.patch, today_here()
    found, said = _found(asked, patch)
    notice(said, kind="look")
    maps = [(patch_map_address(patch, asked.dataset), "")]
    if answer.beside:
        title, other = answer.beside
        before = asked.choice.beside == BEFORE
        mine = patch.shown.period if before else patch.shown.title
        second = patch_map_address(other, asked.dataset, like=patch if before else None)
        maps = [(maps[0][0], mine), (second, title)]
    cards = cards_of(
        patch,
        answer.actions,
        lately(today),
        today=today,
        places=answer.places,
        area=load_study_area(area_name_here(), resolution=patch.shown.resolution),
    )
    data = panel_data(
        patch,
        cards,
        maps=maps,
        chosen=str(st.session_state.get("patch spot", "")),
        found=found,
        knows_places=answer.places is not None,
    )
    told = show_patch_panel(data)
    if told.chosen and told.chosen != st.session_state.get("patch spot"):
        st.session_state["patch spot"] = told.chosen
    say({"spot": told.chosen})
    titles = {card["id"]: str(card["title"]) for card in cards}
    name_tab("My patch", titles.get(told.chosen) or wards_in_words(patch, asked.choice))
    if told.chosen:
        offer_visit(asked.viewer, [ground_of(patch, told.chosen)], key="patch visit")
    offer_assessment(told.chosen)
    _offer_defence(asked, patch, told.chosen)
    show_area(patch, told.corners)
    show_place(patch, told.chosen)
    show_strongest(asked.dataset, patch.shown)
    show_next(asked.dataset, _request(asked, asked.lens, asked.days), asked.lens, patch)
    show_twin(patch, cards)
    what_are(_WORDS)
    show_cautions(patch.shown)


def _offer_defence(asked: PatchRequest, patch: PatchRelease, chosen: str) -> None:
    """Offer why the chosen place is listed and how firmly, to those who see everything."""
    request = _request(asked, asked.lens, asked.days)
    shown = ShownMap(patch.shown, asked.dataset, request, asked.lens)
    place = next((one for one in patch.places if one.hotspot_id == chosen), None)
    if place is None or not may_defend(asked.viewer, shown):
        return
    if not st.toggle(DEFEND, key=f"defend {chosen}", persist_state="session"):
        return
    if not place.whole:
        notice("Part of this place lies outside the wards shown: choose those too, to defend it.")
        return
    try:
        show_defence(asked.viewer, shown, chosen)
    except MapperError as error:
        notice(str(error), kind="stop")


def _found(asked: PatchRequest, patch: PatchRelease) -> tuple[dict[str, object] | None, str]:
    """Return where a search leads on the map, or what to write instead."""
    if not asked.sought.strip():
        return None, ""
    found = find_place(asked.sought, patch.shown)
    if isinstance(found, str):
        return None, found
    key = f"{asked.sought} {patch.shown.digest}"
    box = list(found.box) if found.box else None
    return {"lon": found.lon, "lat": found.lat, "box": box, "words": found.words, "key": key}, ""

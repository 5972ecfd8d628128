"""Places ticked from the list that a lens ranks, each with its reason."""

from collections.abc import Collection, Mapping, Sequence
from itertools import count as count_from
from types import MappingProxyType
from typing import Any

import streamlit as st

from mapper.analysis.request import AnalysisRequest
from mapper.app.campaigns.area_map import show_area_map
from mapper.app.campaigns.areas import SUFFIXES, drawn_area, file_areas
from mapper.app.campaigns.candidates import Candidate, cores, hot_spots, venues, wards
from mapper.app.campaigns.tables import edit_rows, put_rows
from mapper.app.door.who import current_viewer
from mapper.app.shell.area_in_use import area_here
from mapper.app.shell.choices import days_of
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.frame import show_synthetic
from mapper.app.shell.lens_offer import lenses_for
from mapper.app.shell.results import released
from mapper.app.shell.surroundings import landmarks_near
from mapper.app.shell.waiting import opened_dataset, shown_progress
from mapper.app.shell.words import notice, plain
from mapper.base.errors import AreaError, MapperError
from mapper.base.files import Progress
from mapper.base.settings import settings
from mapper.base.text import count
from mapper.disclosure.people import brings_files
from mapper.disclosure.release import Release
from mapper.lenses.lens import Lens
from mapper.records.form import Content, Field
from mapper.records.templates import Template, template_of

_READ = "mapper_campaign_areas"
_FEW = 8  # proposed where no template says how many
_LISTED = 12  # drawn before more are asked for
_VENUES = ("family hub", "health centre", "community centre", "school", "youth club")
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "hot spot": "Hot spots",
        "core": "Busiest cells",
        "ward": "Wards",
        "venue": "Venues near hot spots",
        "map": "On the map",
        "file": "File of areas",
    }
)


def pick_places(
    field: Field, rows: list[dict[str, Any]], key: str, *, content: Content
) -> list[dict[str, Any]]:
    """Draw the ranked list to tick, and under it the places taken; return these."""
    above = st.container()
    taken = edit_rows(field, rows, key)
    with above:
        try:
            ticked = _offer(taken, key, content)
        except MapperError as error:
            notice(f"No list to tick from: {error}", kind="look")
            return taken
    if ticked:
        put_rows([*taken, *(one.row() for one in ticked)], key)
        st.rerun()
    return taken


def lens_of(content: Content, dataset: Dataset) -> Lens:
    """Return the lens that a campaign's places are ranked by; the first there is where it is gone.

    Raises
    ------
    LensError
        When a lens file is wrong.
    """
    lenses = lenses_for(dataset.digest, _dataset=dataset).lenses
    return next((one for one in lenses if one.id == content.get("lens")), lenses[0])


def release_through(lens: Lens, dataset: Dataset, progress: Progress | None = None) -> Release:
    """Return the map through a lens over all days of the data, as the viewer may see it.

    Parameters
    ----------
    progress
        Takes how far it is; without it the page shows that here.

    Raises
    ------
    MapperError
        When it cannot be made.
    """
    first, last = days_of(dataset.incidents.table)
    area = area_here()
    request = AnalysisRequest(
        lens=lens.id, area=area.name, resolution=area.resolution, start=first, end=last
    )
    return released(dataset, request, lens, progress)


def _offer(taken: Sequence[Mapping[str, Any]], key: str, content: Content) -> Sequence[Candidate]:
    """Draw what may be ticked; return what was, once the button is pressed."""
    dataset = opened_dataset()
    show_synthetic(dataset.incidents.table)
    template, lens = template_of(content), lens_of(content, dataset)
    shown = release_through(lens, dataset)
    kind = st.segmented_control(
        "Tick from",
        list(_KINDS),
        default="venue" if content.get("judged") == "reach and coverage" else "hot spot",
        format_func=_KINDS.__getitem__,
        key=f"{key} kind",
    )
    names = {str(row.get("place")) for row in taken}
    if kind == "map":
        return _from_map(shown, names, key)
    if kind == "file":
        return _from_file(shown, names, key)
    offered = [
        one
        for one in _candidates(kind or "hot spot", shown, dataset, template)
        if one.place not in names
    ]
    st.caption(plain(f"Ranked by {lens.title}, {shown.period}; best first."))
    if not offered:
        notice("Nothing of this kind is left to tick. Choose another above, or type a place below.")
        return ()
    few = template.places if template else _FEW
    first = offered[: few - len(taken)] if len(taken) < few else []
    return _ticked(offered, first, f"{key} {kind} {len(taken)}")


def _from_map(shown: Release, taken: Collection[str], key: str) -> Sequence[Candidate]:
    """Draw the map to choose hot spots and draw areas on; return what is taken."""
    told = show_area_map(shown, key=f"{key} map")
    st.caption(
        "Choose a hot spot on the map, or draw an area: it takes every cell that it touches."
    )
    found = [one for one in hot_spots(shown) if one.hotspot_id == told.chosen]
    done = f"{key} drawn and taken"
    if told.corners and told.corners == st.session_state.get(done):
        st.caption("The area drawn is taken. Draw another, or go on to the actions.")
    elif told.corners:
        usual = next(name for n in count_from(1) if (name := f"Area {n}") not in taken)
        name = st.text_input("Name of the area", usual, key=f"{key} name {len(taken)}") or usual
        try:
            area = drawn_area(shown, told.corners, name=name)
        except AreaError as error:
            notice(str(error), kind="look")
            return ()
        if area is None:
            notice("Nothing that you are shown lies in this area: draw another.", kind="look")
        else:
            found.append(area)
    for one in found:
        if one.place in taken:
            st.caption(plain(f"{one.place} is taken."))
        elif st.button(plain(f"Take {one.place}: {one.why}"), key=f"{key} take {one.place}"):
            if one.kind == "area":
                st.session_state[done] = told.corners
            return [one]
    return ()


def _from_file(shown: Release, taken: Collection[str], key: str) -> Sequence[Candidate]:
    """Ask for a file of polygons; return those that are ticked, once they are taken."""
    if not brings_files(current_viewer()):
        notice("Only those who may load data bring files. Draw the area on the map instead.")
        return ()
    given = st.file_uploader(
        "File of areas (GeoJSON, GeoPackage, zipped Shapefile, KML)",
        type=list(SUFFIXES),
        max_upload_size=settings().upload_mb,
        key=f"{key} file",
    )
    if given is None:
        return ()
    kept = st.session_state.get(_READ)
    if kept is None or kept[0] != (given.file_id, shown.digest):
        with shown_progress("Reading areas"):
            kept = ((given.file_id, shown.digest), file_areas(shown, given))
        st.session_state[_READ] = kept
    offered = [one for one in kept[1] if one.place not in taken]
    if not offered:
        notice("All areas of this file are taken.")
        return ()
    return _ticked(offered, offered, f"{key} file {given.file_id} {len(taken)}")


def _candidates(
    kind: str, shown: Release, dataset: Dataset, template: Template | None
) -> Sequence[Candidate]:
    """Return what may be ticked of a kind."""
    if kind == "core":
        return cores(shown)
    if kind == "venue":
        kinds = template.venues if template and template.venues else _VENUES
        return venues(shown, landmarks_near(dataset), kinds=kinds)
    return wards(shown) if kind == "ward" else hot_spots(shown)


def _ticked(
    offered: Sequence[Candidate], first: Sequence[Candidate], key: str
) -> Sequence[Candidate]:
    """Draw a tick for each place; return those taken when a button is pressed."""
    pressed = bool(first) and st.button(
        f"Take the first {count(len(first), 'place')}", key=f"{key} first", type="primary"
    )
    if pressed:
        return first
    chosen = [one for one in offered[:_LISTED] if _tick(one, key)]
    with st.expander(f"More: {len(offered) - _LISTED}") if offered[_LISTED:] else st.container():
        chosen += [one for one in offered[_LISTED:] if _tick(one, key)]
    label = f"Take what is ticked ({len(chosen)})"
    return chosen if st.button(label, key=f"{key} take", disabled=not chosen) else ()


def _tick(one: Candidate, key: str) -> bool:
    """Draw one place with its reason."""
    ward = f" ({one.ward})" if one.ward and one.ward != one.place else ""
    return st.checkbox(
        plain(f"{one.place}{ward}: {one.why}"), key=f"{key} {one.hotspot_id} {one.place}"
    )

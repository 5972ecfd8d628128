"""The Your area page: which area this installation is for, and a new one out of official files."""

import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from mapper.app.admin.area_files import ask_what_they_are, build_said, keep_built
from mapper.app.data.intake import safe_name
from mapper.app.door.who import current_viewer
from mapper.app.shell.frame import put_on_style, show_marking
from mapper.app.shell.traces import trace
from mapper.app.shell.waiting import shown_progress
from mapper.app.shell.words import attempt, bullets, notice, show_title
from mapper.areas.groups import group_area
from mapper.areas.load import load_study_area
from mapper.areas.recognise import Recognised, recognise
from mapper.areas.stored import (
    area_is_set,
    area_tables,
    area_titles,
    choose_area,
    forget_area,
    kept_areas,
    short_name,
)
from mapper.areas.study_area import StudyArea, residents_in_words
from mapper.base.errors import MapperError
from mapper.base.settings import settings
from mapper.base.text import count
from mapper.disclosure.people import Viewer, require
from mapper.disclosure.release import MARKINGS
from mapper.outputs.pictures.area_map import area_map

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

SUFFIXES = (
    *(".geojson", ".json", ".gpkg", ".zip", ".kml", ".fgb", ".parquet", ".shp", ".shx", ".dbf"),
    *(".prj", ".cpg", ".csv", ".xlsx", ".xls", ".ods"),
)
_BESIDE = (".shx", ".dbf", ".prj", ".cpg")  # what belongs to a Shapefile, and is read with it
_SEEN, _BUILT = "mapper_area_files", "mapper_area_built"
_KEPT, _ROUND = "mapper_area_kept", "mapper_area_round"
_LICENCE = (
    "Contains OS data © Crown copyright and database right. Source: Office for National Statistics"
    " licensed under the Open Government Licence v3.0."
)
_WANTED = (
    "Boundaries of your districts are enough to start. Add wards, LSOA or data zone boundaries, a"
    " table of residents by LSOA and the deprivation deciles to see more. Files are taken as they"
    " are published; files for the whole country are cut to the districts you choose."
)

_SAID = "mapper_area_groups"


def show_page() -> None:
    """Show the area in use, take official files, show what they are, draw the area and keep it."""
    put_on_style()
    show_marking(MARKINGS["operational"], audience="administrators'")
    viewer = current_viewer()
    require(viewer, "change settings")
    show_title("Your area")
    show_own(viewer)
    if kept := st.session_state.pop(_KEPT, ""):
        notice(f"{kept} is kept.", kind="good")
    if said := st.session_state.pop(_SAID, ()):
        notice("\n".join(said), kind="good")
    st.subheader("A new area", anchor=False)
    st.caption(_WANTED)
    uploads = st.file_uploader(
        "Official files of boundaries, residents and deprivation",
        type=list(SUFFIXES),
        accept_multiple_files=True,
        max_upload_size=settings().upload_mb,
        key=f"area files {st.session_state.get(_ROUND, 0)}",
    )
    if uploads:
        try:
            _show_new(viewer, list(uploads))
        except MapperError as error:
            notice(str(error), kind="stop")


def show_own(viewer: Viewer) -> None:
    """Show this installation's own area, and offer to choose another or delete a kept one."""
    try:
        own = load_study_area()
        st.text(f"This installation is for {own.title}: {in_words(own)}.")
    except MapperError as error:
        notice(str(error), kind="stop")
    titles = area_titles(area_tables())
    if area_is_set():
        st.caption(f"MAPPER_AREA sets it to {settings().area}; it is changed there.")
    elif len(titles) > 1:
        _offer_others(viewer, titles)
    _offer_groups(viewer, {name: titles[name] for name in kept_areas() if name in titles})


def _offer_others(viewer: Viewer, titles: dict[str, str]) -> None:
    """Offer the other areas that there are."""
    picked, use, delete = st.columns([3, 2, 2], vertical_alignment="bottom")
    name = picked.selectbox("Areas kept here", list(titles), format_func=titles.__getitem__)
    if use.button("Make it this installation's own", width="stretch"):
        attempt(lambda: make_own(name, viewer=viewer))
    if name in kept_areas() and delete.button("Delete it for good", width="stretch"):
        attempt(lambda: delete_area(name, viewer=viewer))


def _offer_groups(viewer: Viewer, kept: dict[str, str]) -> None:
    """Take the forces, regions and countries that the districts of a kept area make."""
    if not kept:
        return
    with st.expander("Forces, regions and countries of a large area"):
        st.caption(
            "A lookup of districts as the Office for National Statistics publishes it (LAD23NM"
            " beside PFA23NM, RGN23NM or CTRY23NM). Each becomes an area of work to choose."
        )
        name = st.selectbox("Area", list(kept), format_func=kept.__getitem__, key="grouped area")
        uploads = st.file_uploader(
            "Lookups",
            type=["csv", "xlsx"],
            accept_multiple_files=True,
            max_upload_size=settings().upload_mb,
            key="lookups",
        )
        if st.button("Take them", disabled=not uploads, key="take groups"):
            attempt(lambda: keep_groups(name, list(uploads), viewer=viewer))


def keep_groups(name: str, uploads: Sequence["UploadedFile"], *, viewer: Viewer) -> None:
    """Keep the groups of an area's districts, with an entry in the audit log.

    Raises
    ------
    MapperError
        When the viewer may not, or a table names no group of its districts.
    """
    require(viewer, "change settings")
    with tempfile.TemporaryDirectory(prefix="mapper-") as folder:
        area, notes = group_area(name, written(uploads, Path(folder)))
    trace(viewer, "settings", subject=f"Groups of area {name}", digest=area.sha256)
    st.session_state[_SAID] = (f"{count(len(area.groups), 'group')} kept.", *notes)


def make_own(name: str, *, viewer: Viewer) -> None:
    """Make an area this installation's own, with an entry in the audit log.

    Raises
    ------
    MapperError
        When the viewer may not, or there is no such area.
    """
    require(viewer, "change settings")
    trace(viewer, "settings", subject=f"Area of the installation: {name}")
    choose_area(name)


def delete_area(name: str, *, viewer: Viewer) -> None:
    """Delete a kept area, with an entry in the audit log.

    Raises
    ------
    MapperError
        When the viewer may not, or it is the installation's own.
    """
    require(viewer, "change settings")
    trace(viewer, "deletion", subject=f"Area {name}")
    forget_area(name)


def _show_new(viewer: Viewer, uploads: Sequence["UploadedFile"]) -> None:
    """Show what the files are, and draw and keep the area that is made of them."""
    said = ask_what_they_are(_seen(uploads))
    left, right = st.columns([1, 2])
    title = left.text_input("Name of the area", placeholder="Such as Lancashire", key="area title")
    licence = right.text_input("Attribution, shown on every map", _LICENCE, key="area licence")
    asked = (tuple(upload.file_id for upload in uploads), repr(said), title, licence)
    if st.button("Draw the area", type="primary", disabled=not title.strip()):
        with (
            tempfile.TemporaryDirectory(prefix="mapper-") as folder,
            shown_progress("Reading the files") as progress,
        ):
            paths = written(uploads, Path(folder))
            area, table = build_said(
                said, paths, title=title, licence=licence, folder=Path(folder), progress=progress
            )
        st.session_state[_BUILT] = (asked, area, table)
    built = st.session_state.get(_BUILT)
    if built and built[0] == asked:
        _show_built(viewer, built[1], built[2])


def _seen(uploads: Sequence["UploadedFile"]) -> tuple[Recognised, ...]:
    """Return what the files are, each looked at once."""
    key = hashlib.sha256("".join(upload.file_id for upload in uploads).encode()).hexdigest()
    kept = st.session_state.get(_SEEN)
    if not kept or kept[0] != key:
        with (
            tempfile.TemporaryDirectory(prefix="mapper-") as folder,
            shown_progress("Looking at the files") as progress,
        ):
            paths = written(uploads, Path(folder))
            found = []
            for at, path in enumerate(paths):
                progress(f"Looking at {path.name}", at / len(paths))
                found.append(recognise(path))
        st.session_state[_SEEN] = kept = (key, tuple(found))
    seen: tuple[Recognised, ...] = kept[1]
    return seen


def written(uploads: Sequence["UploadedFile"], folder: Path) -> tuple[Path, ...]:
    """Write uploads into one folder, where the parts of a Shapefile meet; return the main ones."""
    paths = []
    for upload in uploads:
        path = folder / safe_name(upload.name)
        path.write_bytes(upload.getvalue())
        if path.suffix.lower() not in _BESIDE:
            paths.append(path)
    return tuple(paths)


def _show_built(viewer: Viewer, area: StudyArea, table: bytes) -> None:
    """Show an area that was made, and offer to keep it."""
    left, right = st.columns([3, 2])
    picture = area_map(area)
    left.image(picture.svg, alt=picture.alt, width="stretch")
    with right:
        st.text(f"{area.title}: {in_words(area)}.")
        groups = area.cells.groupby("district", observed=True)
        bullets(f"{name}: {residents_in_words(cells)}" for name, cells in groups)
        if area.notes:
            notice("Read these before you keep it:\n" + "\n".join(area.notes), kind="look")
        own = st.checkbox(
            "Make it this installation's own area", value=not area_is_set(), disabled=area_is_set()
        )
        if st.button("Keep this area", type="primary"):
            trace(viewer, "import", subject=f"Area {area.title}", digest=area.sha256)
            keep_built(short_name(area.title), table)
            if own and not area_is_set():
                make_own(area.name, viewer=viewer)
            st.session_state[_BUILT], st.session_state[_KEPT] = None, area.title
            st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1  # empties the uploader
            st.rerun()


def in_words(area: StudyArea) -> str:
    """Return how large an area is, in words."""
    cells = area.cells
    parts = [
        count(cells["district"].nunique(), "district"),
        count(cells["ward"].nunique(), "ward"),
        count(len(cells), "cell"),
        residents_in_words(cells),
    ]
    return ", ".join(parts)

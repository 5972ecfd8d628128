"""The Data page: what is in use, loading files, how good they are, and what is kept."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import streamlit as st

from mapper.app.data.doubts_view import ask_references, ask_remedies
from mapper.app.data.intake import Intake, read_mapping, take_in
from mapper.app.data.kept_view import show_shelf
from mapper.app.data.mapping_form import ask_mapping, offer_saved
from mapper.app.data.quality_view import show_quality
from mapper.app.data.saved_mappings import offer_kept, offer_to_keep
from mapper.app.data.sinks_form import ask_sinks
from mapper.app.door.who import current_viewer
from mapper.app.shell import own_data
from mapper.app.shell.data_in_use import own_dataset, use_dataset
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.frame import put_on_style, show_marking, show_synthetic
from mapper.app.shell.kept_data import keep, open_kept
from mapper.app.shell.looks import noted_import
from mapper.app.shell.waiting import opened_dataset, shown_progress
from mapper.app.shell.words import notice, show_title
from mapper.base.errors import MapperError, MappingError
from mapper.base.settings import settings
from mapper.base.text import count
from mapper.disclosure.people import require
from mapper.disclosure.release import MARKINGS
from mapper.incidents.duplicates import References
from mapper.incidents.gather import TABLE_SUFFIXES
from mapper.incidents.mapping import ColumnMapping

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

_MAPPING = "mapper_mapping"  # said in the form, for the files with these ids
_UPLOADS = "mapper_uploads"  # the files themselves, while other pages are looked at
_INTAKE = "mapper_intake"  # what came of the last reading, and of what
HOT_SPOTS = "pages/hotspots/overview.py"
_KEPT = (
    "It goes into the workspace folder of this machine. Those who may load data find it below, use"
    " it, and may show it to everybody; it is deleted when its time is over."
)
_NOT_KEPT = (
    "For you alone. A reload or a lost connection loses nothing: it stays in the workspace folder"
    f" of this machine until {own_data.HOURS} hours after you last used it, or until you go back"
    " to what everybody sees."
)
_SEEN_BY = {
    "kept": "For you alone: others see what everybody sees. It is kept in this installation.",
    "session": "For you alone: others see what everybody sees. It is deleted"
    f" {own_data.HOURS} hours after you last used it, or when you go back.",
}
_ORDERS: dict[Literal["day-first", "month-first", "part-swapped"], str] = {
    "day-first": "Day first: 02/03 is 2 March",
    "month-first": "Month first: 02/03 is 3 February",
    "part-swapped": "Swapped in part by a spreadsheet: turn days up to the 12th back",
}


def show_page() -> None:
    """Show what is in use and what is kept, take in files, and report on them."""
    put_on_style()
    show_marking(MARKINGS["operational"])
    viewer = current_viewer()
    require(viewer, "load data")
    banner = st.container()
    current = _show_current()
    uploads, mapping, repair = _ask_files()
    shown = _show_loaded(uploads, mapping, repair=repair) if uploads else current
    show_shelf(viewer)
    if not uploads and current is not None:
        _decide_in_use(current)
        st.subheader("Quality of the data in use")
        show_quality(current)
    seen = shown or current
    if seen is not None:
        with banner:  # it speaks of the data that this page describes
            show_synthetic(seen.incidents.table)


def _show_current() -> Dataset | None:
    """Say which data the pages show and to whom, and offer the way back."""
    show_title("Data")
    try:
        current = opened_dataset()
    except MapperError as error:
        notice(str(error), kind="stop")
        return None
    st.text(f"In use: {current.title}, {count(len(current.incidents.table), 'incident')}.")
    own = own_dataset()
    if own is None:
        return current
    st.caption(_SEEN_BY["kept" if own.kept else "session"])
    if st.button("Back to what everybody sees"):
        use_dataset(None)
        _forget_files()
        st.rerun()
    return current


def _decide_in_use(current: Dataset) -> None:
    """Ask about the sinks of the data in use; what is decided holds on every page."""
    made = ask_sinks(current) or ask_remedies(current)
    if made is not None:
        use_dataset(made)
        st.rerun()


def _ask_files() -> tuple[list["UploadedFile"], ColumnMapping | None, bool]:
    """Ask for files and how to read them."""
    uploads = st.file_uploader(
        "Load police.uk files, an extract, or any other table of incidents",
        type=[*TABLE_SUFFIXES, ".zip"],
        accept_multiple_files=True,
        max_upload_size=settings().upload_mb,
        key="files",
        on_change=_forget_files,
    )
    if uploads:
        st.session_state[_UPLOADS] = list(uploads)
    elif held := st.session_state.get(_UPLOADS):  # of before, when another page was looked at
        uploads = held
        st.text(f"Loaded before: {', '.join(one.name for one in held)}.")
        if st.button("Take other files"):
            _forget_files()
            st.rerun()
    with st.expander("Options for reading"):
        repair = st.checkbox(
            "Turn swapped latitudes and longitudes round instead of rejecting the rows",
            key="repair swapped",
            persist_state="session",
        )
        saved = st.file_uploader("A saved column mapping", type=[".toml"], key="mapping file")
    mapping = None
    if saved is not None:
        try:
            mapping = read_mapping(saved)
        except MappingError as error:
            notice(str(error), kind="stop")
    return list(uploads), mapping, repair


def _forget_files() -> None:
    """Let go of the files that were loaded before."""
    st.session_state.pop(_UPLOADS, None)


def _show_loaded(
    uploads: Sequence["UploadedFile"], mapping: ColumnMapping | None, *, repair: bool
) -> Dataset | None:
    """Read the files, once for each set of choices, show what came of it and return it."""
    ids = tuple(upload.file_id for upload in uploads)
    told = st.session_state.get(_MAPPING)
    if told and told[0] == ids:
        mapping = told[1]
    intake = _intake(uploads, (ids, mapping, repair), mapping, repair=repair)
    if intake.dataset is not None:
        rule = ask_references(intake.dataset, mapping.references if mapping else "all")
        if rule is not None:
            st.session_state[_MAPPING] = (ids, _with_references(mapping, rule))
            st.rerun()
        _show_accepted(intake.dataset, mapping)
        return intake.dataset
    if intake.unknown is None or (
        mapping is not None and mapping.columns
    ):  # else the form says what is wrong
        notice(intake.refusal, kind="stop")
    answer = None
    if intake.ambiguous:
        answer = _ask_order(mapping)
    elif intake.unknown is not None:
        answer = offer_kept(intake.unknown) or ask_mapping(
            intake.unknown, header_row=mapping.header_row if mapping else 0
        )
    if answer is not None:
        st.session_state[_MAPPING] = (ids, answer)
        st.rerun()
    return None


def _with_references(mapping: ColumnMapping | None, rule: References) -> ColumnMapping | None:
    """Return a mapping with another rule for shared references; none where it says no more."""
    alone = ColumnMapping(references="one per reference")
    if rule == "all" and mapping in (None, alone):
        return None
    return replace(mapping or alone, references=rule)


def _intake(
    uploads: Sequence["UploadedFile"],
    key: tuple[object, ...],
    mapping: ColumnMapping | None,
    *,
    repair: bool,
) -> Intake:
    """Return what comes of reading; a rerun with the same choices reads nothing again."""
    kept = st.session_state.get(_INTAKE)
    if kept and kept[0] == key:
        found: Intake = kept[1]
        return found
    with shown_progress("Reading and checking the files") as progress:
        intake = take_in(uploads, mapping=mapping, repair=repair, progress=progress)
    st.session_state[_INTAKE] = (key, intake)
    return intake


def _show_accepted(dataset: Dataset, mapping: ColumnMapping | None) -> None:
    """Show the report on what was read, and offer to use it."""
    st.subheader("Quality of what you loaded")
    made = ask_sinks(dataset) or ask_remedies(dataset, read_anew=True)
    if made is not None:
        noted_import(dataset)
        use_dataset(made)
        _forget_files()  # what is in use is no longer what they say
        st.switch_page(HOT_SPOTS)
    if len(dataset.incidents.table):
        _offer_use(dataset)
    else:
        notice("No row was accepted, so there is nothing to map. Mend the file and load it again.")
    if mapping is not None:
        with st.container(horizontal=True):
            offer_saved(mapping)
            offer_to_keep(mapping)
    show_quality(dataset)


def _offer_use(dataset: Dataset) -> None:
    """Offer to use what was read, for this sign-in alone or kept in this installation."""
    kept = st.checkbox("Keep this data in this installation", key="keep data")
    st.caption(_KEPT if kept else _NOT_KEPT)
    if not st.button("Use this data", type="primary"):
        return
    try:
        if kept:
            viewer = current_viewer()
            use_dataset(open_kept(keep(dataset, viewer=viewer).dataset))
        else:
            noted_import(dataset)
            use_dataset(dataset)
    except MapperError as error:
        notice(str(error), kind="stop")
        return
    st.switch_page(HOT_SPOTS)


def _ask_order(mapping: ColumnMapping | None) -> ColumnMapping | None:
    """Ask which comes first, day or month."""
    order = st.radio(
        "How are the dates of these files written?",
        list(_ORDERS),
        index=None,
        format_func=lambda name: _ORDERS[name],
        key="date order",
    )
    if order is None:
        return None
    if mapping is None:
        return ColumnMapping(date_order=order)
    return replace(mapping, date_order=order)

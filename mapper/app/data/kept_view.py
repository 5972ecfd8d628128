"""The datasets kept in this installation, on screen: a list, and what may be done with each."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from mapper.app.shell import kept_data
from mapper.app.shell.data_in_use import use_dataset
from mapper.app.shell.kept_data import Shelf, may_delete, show_everybody
from mapper.app.shell.words import attempt, notice
from mapper.base.errors import MapperError
from mapper.base.text import count
from mapper.disclosure.people import Viewer
from mapper.records.datasets import KeptDataset
from mapper.records.retention import expiry_of

_SHOWN = "Everybody sees it"


def show_shelf(viewer: Viewer) -> None:
    """Show what is kept, and offer to use, share or delete one of it."""
    st.subheader("Kept in this installation", anchor=False)
    try:
        shelf = kept_data.shelf()
    except MapperError as error:
        notice(str(error), kind="stop")
        return
    if not shelf.kept:
        st.caption("Nothing yet. Load files above, and choose to keep them.")
        return
    st.dataframe(shelf_table(shelf), hide_index=True, key="kept data")
    chosen = st.selectbox(
        "One of them",
        [one.dataset for one in shelf.kept],
        format_func=_names(shelf).__getitem__,
        index=None,
        placeholder="Choose one to use, show or delete it",
        key="kept dataset",
    )
    if chosen is not None:
        _offer(next(one for one in shelf.kept if one.dataset == chosen), shelf, viewer)
    if shelf.current:
        _offer_demonstration(viewer)


def shelf_table(shelf: Shelf) -> pd.DataFrame:
    """Return what is kept for reading."""
    return pd.DataFrame(
        {
            "Data": [one.title for one in shelf.kept],
            "Incidents": [one.accepted for one in shelf.kept],
            "Rows turned away": [one.rejected for one in shelf.kept],
            "Kept by": [one.imported_by for one in shelf.kept],
            "Since": [f"{one.imported:%d/%m/%Y %H:%M}" for one in shelf.kept],
            "Deleted on": [_expiry(one, shelf.days) for one in shelf.kept],
            "Shown": [_SHOWN if one.dataset == shelf.current else "" for one in shelf.kept],
        }
    )


def _names(shelf: Shelf) -> Mapping[str, str]:
    """Return a name for each dataset that no other has."""
    return {
        one.dataset: f"{one.title}, kept {one.imported:%d/%m/%Y %H:%M} ({one.dataset[:6]})"
        for one in shelf.kept
    }


def _expiry(kept: KeptDataset, days: int | None) -> str:
    """Return the day on which a dataset is deleted, in words."""
    day = expiry_of(kept.expires, kept.imported, days)
    return f"{day:%d/%m/%Y}" if day else "never"


def _offer(kept: KeptDataset, shelf: Shelf, viewer: Viewer) -> None:
    """Offer what may be done with one dataset."""
    left, middle, right = st.columns(3)
    if left.button("Use it, for me alone", key="use kept", width="stretch"):
        attempt(lambda: use_dataset(kept_data.open_kept(kept.dataset)))
    if kept.dataset == shelf.current:
        middle.caption("Everybody of this installation sees it now.")
    elif middle.button("Show it to everybody", key="show everybody", width="stretch"):
        attempt(lambda: _give_to_everybody(kept.dataset, viewer))
    with right.popover("Delete", width="stretch"):
        _offer_deletion(kept, viewer)


def _offer_deletion(kept: KeptDataset, viewer: Viewer) -> None:
    """Say what deletion takes away, and offer it to who may."""
    if not may_delete(viewer, kept):
        st.text(f"Kept by {kept.imported_by}: they or an administrator delete it.")
        return
    st.text(
        f"{count(kept.accepted, 'incident')} and {count(kept.rejected, 'rejected row')} go for"
        " good. The audit log keeps that there were so many, and who deleted them. Backups are"
        " not reached."
    )
    if st.button("Delete for good", type="primary", key="delete kept"):
        attempt(lambda: kept_data.delete(kept, viewer=viewer))


def _offer_demonstration(viewer: Viewer) -> None:
    """Offer the way back to the demonstration, for everybody."""
    if st.button("Show the demonstration to everybody instead", key="show demonstration"):
        attempt(lambda: _give_to_everybody(None, viewer))


def _give_to_everybody(digest: str | None, viewer: Viewer) -> None:
    """Show data to everybody, this session included."""
    show_everybody(digest, viewer=viewer)
    use_dataset(None)

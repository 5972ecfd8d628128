"""The Settings page's part on what is kept: for how long, what is due, datasets and releases."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import pandas as pd
import streamlit as st

from mapper.app.shell import kept_data
from mapper.app.shell.words import attempt, notice
from mapper.base.settings import settings
from mapper.base.text import count
from mapper.disclosure.people import Viewer, require, role_of
from mapper.records.audit_query import AuditFilter, find_entries
from mapper.records.datasets import KeptDataset, kept_datasets, set_dataset_expiry
from mapper.records.open import database
from mapper.records.releases import KeptRelease, kept_releases, set_release_expiry
from mapper.records.retention import (
    LONGEST_DAYS,
    Due,
    Kind,
    apply_retention,
    due,
    expiry_of,
    retention_days,
    set_retention,
)

_KINDS: Mapping[Kind, str] = {"dataset": "Datasets", "release": "Released maps and tables"}
_ENTRIES = 5_000  # of the log, looked through for the titles of releases
_RELEASES_WARNING = (
    "What is deleted here no longer takes part in the check of later maps, though its audience may"
    " still hold it: keep it at least as long as it is of use to somebody."
)


def show_retention(viewer: Viewer) -> None:
    """Ask for how long things are kept, and show what is due."""
    st.subheader("How long things are kept", anchor=False)
    with database().read() as connection:
        days = retention_days(connection)
        over = due(connection, today=_today())
    with st.form("retention", border=False):
        columns = st.columns(len(_KINDS))
        wanted: dict[Kind, int | None] = {}
        for column, kind in zip(columns, _KINDS, strict=True):
            with column:
                wanted[kind] = _ask_days(kind, days.get(kind))
        if st.form_submit_button("Save"):
            attempt(lambda: set_days(wanted, viewer=viewer))
    st.caption(f"Empty: for ever. Deletion happens when you ask for it. {_RELEASES_WARNING}")
    _show_due(over, viewer)


def _ask_days(kind: Kind, days: int | None) -> int | None:
    """Ask for how many days a kind is kept."""
    return st.number_input(
        f"{_KINDS[kind]} are kept for so many days",
        min_value=1,
        max_value=LONGEST_DAYS,
        value=days,
        placeholder="for ever",
        key=f"days {kind}",
    )


def _show_due(over: Due, viewer: Viewer) -> None:
    """Show what would be deleted now, and offer to."""
    if not over:
        notice("Nothing is past its time today.")
        return
    words = [
        *(f"{one.title}: {count(one.accepted, 'incident')}" for one in over.datasets),
        *(f"released to {one.audience}, {one.made:%d/%m/%Y}" for one in over.releases),
    ]
    notice("Past its time, and deleted when you say so:\n" + "\n".join(words), kind="look")
    if st.button("Delete this for good", type="primary", key="apply retention"):
        attempt(lambda: delete_what_is_over(over, viewer=viewer))


def set_days(wanted: Mapping[Kind, int | None], *, viewer: Viewer) -> None:
    """Set for how many days each kind is kept; what stays as it is leaves no entry.

    Raises
    ------
    RefusedError
        When the viewer may not change settings.
    """
    require(viewer, "change settings")
    with database().write() as connection:
        before = retention_days(connection)
        for kind, days in wanted.items():
            if days != before.get(kind):
                set_retention(connection, kind, days, person=viewer.name, role=role_of(viewer))


def delete_what_is_over(seen: Due, *, viewer: Viewer) -> Due:
    """Delete what is past its time, if it is still what was shown.

    Raises
    ------
    RefusedError
        When the viewer may not change settings.
    RecordsError
        When another process is writing.
    """
    require(viewer, "change settings")
    with database().read() as connection:
        now = due(connection, today=_today())
    if now != seen:
        return Due((), ())  # the page shows anew what is due
    gone = apply_retention(
        database(),
        settings().workspace,
        today=_today(),
        person=viewer.name,
        role=role_of(viewer),
    )
    kept_data.forget_deleted()
    return gone


def show_datasets(viewer: Viewer) -> None:
    """Show the datasets that are kept; each can get a date of its own, or go."""
    st.subheader("Datasets", anchor=False)
    with database().read() as connection:
        kept, days = kept_datasets(connection), retention_days(connection).get("dataset")
    if not kept:
        st.caption("None is kept in this installation.")
        return
    st.dataframe(dataset_table(kept, days), hide_index=True, key="datasets")
    names = {one.dataset: f"{one.title} ({one.dataset[:6]})" for one in kept}
    chosen = _ask_one("dataset", names)
    if chosen is None:
        return
    one = next(item for item in kept if item.dataset == chosen)
    _ask_expiry("dataset", chosen, one.expires, viewer)
    if st.button("Delete this dataset for good", key="delete dataset"):
        attempt(lambda: kept_data.delete(one, viewer=viewer))


def show_releases(viewer: Viewer) -> None:
    """Show the releases that were made; each can get a date of its own."""
    st.subheader("What was released", anchor=False)
    with database().read() as connection:
        kept, days = kept_releases(connection), retention_days(connection).get("release")
        told = find_entries(connection, AuditFilter(kinds=("release",)), limit=_ENTRIES)
    if not kept:
        st.caption("None was made for partners or the public.")
        return
    titles = {entry.digest: entry.subject for entry in told}
    st.dataframe(release_table(kept, days, titles), hide_index=True, key="releases")
    names = {
        one.release: f"{titles.get(one.release, 'Released')} ({one.release[:6]})" for one in kept
    }
    chosen = _ask_one("release", names)
    if chosen is not None:
        expires = next(item.expires for item in kept if item.release == chosen)
        _ask_expiry("release", chosen, expires, viewer)


def dataset_table(kept: Sequence[KeptDataset], days: int | None) -> pd.DataFrame:
    """Return datasets for reading."""
    return pd.DataFrame(
        {
            "Data": [one.title for one in kept],
            "Incidents": [one.accepted for one in kept],
            "Kept by": [one.imported_by for one in kept],
            "Since": [f"{one.imported:%d/%m/%Y}" for one in kept],
            "Over on": [_day(expiry_of(one.expires, one.imported, days)) for one in kept],
        }
    )


def release_table(
    kept: Sequence[KeptRelease], days: int | None, titles: Mapping[str, str]
) -> pd.DataFrame:
    """Return releases for reading."""
    return pd.DataFrame(
        {
            "What": [titles.get(one.release, "") for one in kept],
            "For": [one.audience for one in kept],
            "Made": [f"{one.made:%d/%m/%Y %H:%M}" for one in kept],
            "By": [one.made_by for one in kept],
            "Numbers in it": [one.cells for one in kept],
            "Over on": [_day(expiry_of(one.expires, one.made, days)) for one in kept],
            "Digest": [one.release[:12] for one in kept],
        }
    )


def set_expiry(
    kind: Literal["dataset", "release"], digest: str, expires: date | None, *, viewer: Viewer
) -> None:
    """Give one item a date of its own, or leave it to the rule.

    Raises
    ------
    RefusedError
        When the viewer may not change settings.
    RecordsError
        When it is not kept any more.
    """
    require(viewer, "change settings")
    change = set_dataset_expiry if kind == "dataset" else set_release_expiry
    with database().write() as connection:
        change(connection, digest, expires, person=viewer.name, role=role_of(viewer))


def _ask_one(kind: str, names: Mapping[str, str]) -> str | None:
    """Ask for one item of a list."""
    return st.selectbox(
        f"Change one {kind}",
        list(names),
        format_func=names.__getitem__,
        index=None,
        placeholder="Choose one",
        key=f"one {kind}",
    )


def _ask_expiry(kind: Kind, digest: str, expires: date | None, viewer: Viewer) -> None:
    """Ask for the day on which an item is over."""
    chosen: Any = st.date_input(
        "Over on (empty: by the rule above)",
        value=expires,
        min_value=min(_today(), expires or _today()),
        max_value=_today() + timedelta(days=LONGEST_DAYS),
        format="DD/MM/YYYY",
        key=f"expiry {digest[:12]}",
    )
    if st.button("Save this date", key=f"save {kind}"):
        attempt(lambda: set_expiry(kind, digest, chosen, viewer=viewer))


def _today() -> date:
    """Return the day that retention goes by."""
    return datetime.now(UTC).date()


def _day(day: date | None) -> str:
    """Return a day in words."""
    return f"{day:%d/%m/%Y}" if day else "never"

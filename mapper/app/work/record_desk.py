"""The record that a person has open: what it started from, what they typed, what is kept of it.

What is typed is kept as the person's own draft on every change, so a closed browser loses
nothing. One record of each kind is open at a time in a session.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

import streamlit as st

from mapper.app.shell.area_in_use import area_here
from mapper.app.shell.traces import trace
from mapper.base.errors import RecordsError
from mapper.disclosure.people import Viewer
from mapper.records.access import own_wards, readable
from mapper.records.content import as_json, tidy
from mapper.records.form import Content, RecordKind, load_form
from mapper.records.open import database
from mapper.records.saving import StaleVersionError, Work, discard_draft, keep_draft, save
from mapper.records.versions import Version, draft, new_record, newest, records, version

EMPTY: Content = MappingProxyType({})


@dataclass(frozen=True)
class Desk:
    """One record, open in one session."""

    record: str
    kind: RecordKind
    based_on: int  # version the person started from, 0 for a new record
    base: Content  # what that version says
    content: Content  # what the fields started with
    opening: int  # counts up whenever the fields are to start anew
    kept: str = ""  # the text kept as draft, as JSON
    kept_at: datetime | None = None
    stale: Version | None = None  # what was saved meanwhile
    told: str = ""  # what came of the last save, until something is typed

    @property
    def key(self) -> str:
        """Stands for this opening in the keys of its fields."""
        return f"{self.record} {self.opening}"


def seen_records(viewer: Viewer, kind: RecordKind) -> tuple[Version, ...]:
    """Return the records of a kind that the viewer may read, last saved first."""
    own = own_wards(viewer, area_here().cells)
    return readable(viewer, records(database(), kind), own=own)


def desk_of(kind: RecordKind) -> Desk | None:
    """Return what is open, if anything."""
    found: Desk | None = st.session_state.get(f"mapper_desk {kind}")
    return found


def put_desk(desk: Desk) -> Desk:
    """Keep what is open for the next run."""
    st.session_state[f"mapper_desk {desk.kind}"] = desk
    return desk


def close_desk(kind: RecordKind) -> None:
    """Let go of what is open; what was typed is kept as a draft."""
    st.session_state.pop(f"mapper_desk {kind}", None)


def start_record(kind: RecordKind, content: Content = EMPTY) -> Desk:
    """Open a new record, perhaps with some answers filled in."""
    filled = tidy(load_form(kind), content)
    return put_desk(
        Desk(new_record(kind), kind, 0, EMPTY, filled, _openings(), kept=as_json(filled))
    )


def open_record(viewer: Viewer, kind: RecordKind, record: str) -> Desk:
    """Open a record where the viewer left it: at their draft, else at its newest version.

    Raises
    ------
    RecordsError
        When there is no such record among those that the viewer may read.
    """
    known = {one.record: one for one in seen_records(viewer, kind)}
    typed = draft(database(), record, author=viewer.name)
    if record not in known and typed is None:
        raise RecordsError(f"{record} is not among the records you can open. Choose another.")
    now = known.get(record)
    if now is not None:
        trace(viewer, "view", subject=f"{kind} {record} version {now.number}", digest=now.digest)
    based_on = typed.based_on if typed else now.number if now else 0
    base = version(database(), record, based_on).content if based_on else EMPTY
    content = typed.content if typed else base
    return put_desk(
        Desk(
            record,
            kind,
            based_on,
            base,
            content,
            _openings(),
            kept=as_json(content),
            kept_at=typed.saved if typed else None,
        )
    )


def keep(viewer: Viewer, desk: Desk, answers: Mapping[str, Any]) -> Desk:
    """Keep what was typed as a draft, when it is not what is kept already.

    Raises
    ------
    RecordsError
        When an answer cannot be used; what was kept before stays.
    """
    text = as_json(tidy(load_form(desk.kind), answers))
    if text == desk.kept:
        return desk
    keep_draft(database(), Work(desk.record, desk.kind, answers, desk.based_on), viewer=viewer)
    return put_desk(replace(desk, kept=text, kept_at=datetime.now().astimezone(), told=""))


def save_desk(viewer: Viewer, desk: Desk, answers: Mapping[str, Any], *, reason: str) -> Desk:
    """Save what was typed; where another was faster, open the comparison instead.

    Raises
    ------
    MapperError
        As :func:`mapper.records.saving.save`, but for a stale version.
    """
    work = Work(desk.record, desk.kind, answers, desk.based_on)
    try:
        saved = save(database(), work, viewer=viewer, reason=reason)
    except StaleVersionError as refusal:
        content = tidy(load_form(desk.kind), answers)
        return put_desk(replace(desk, content=content, kept=as_json(content), stale=refusal.newest))
    return put_desk(
        Desk(
            desk.record,
            desk.kind,
            saved.number,
            saved.content,
            saved.content,
            _openings(),
            kept=as_json(saved.content),
            told=f"Version {saved.number} is saved.",
        )
    )


def go_on_with(viewer: Viewer, desk: Desk, merged: Content, *, behind: Version) -> Desk:
    """Start the fields anew with the texts that were chosen, based on what was saved meanwhile."""
    work = Work(desk.record, desk.kind, merged, behind.number)
    keep_draft(database(), work, viewer=viewer)
    return put_desk(
        Desk(
            desk.record,
            desk.kind,
            behind.number,
            behind.content,
            merged,
            _openings(),
            kept=as_json(merged),
            kept_at=datetime.now().astimezone(),
        )
    )


def count_on(viewer: Viewer, desk: Desk, saved: Version, *, field: str) -> Desk:
    """Go on with an open record after one field of it was saved by itself.

    What is being typed stays. Where somebody else saved in between, it stays based on the version
    that it began from, so that saving it shows what differs.
    """
    if saved.number != desk.based_on + 1:
        return desk
    typed = draft(database(), desk.record, author=viewer.name)
    if typed is None:
        return open_record(viewer, desk.kind, desk.record)
    content = MappingProxyType({**typed.content, field: saved.content[field]})
    return go_on_with(viewer, desk, content, behind=saved)


def typed_on(desk: Desk) -> Content:
    """Return what the open record says, with what was typed up to the last run of the page."""
    kept: Content = json.loads(desk.kept) if desk.kept else desk.content
    return kept


def fill_in(desk: Desk, answers: Mapping[str, Any]) -> Desk:
    """Put answers into the fields of the open record; the draft is kept at the next run."""
    filled = tidy(load_form(desk.kind), answers)
    return put_desk(replace(desk, content=filled, opening=_openings(), told=""))


def discard(viewer: Viewer, desk: Desk) -> None:
    """Throw the draft away and go back to what is saved."""
    discard_draft(database(), desk.record, viewer=viewer)
    if newest(database(), desk.record) is None:
        del st.session_state[f"mapper_desk {desk.kind}"]
    else:
        open_record(viewer, desk.kind, desk.record)


def _openings() -> int:
    """Return a number that no earlier opening of this session had."""
    number: int = st.session_state.get("mapper_openings", 0) + 1
    st.session_state["mapper_openings"] = number
    return number

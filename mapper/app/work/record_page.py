"""A page on which one kind of record is opened, filled in, saved and looked back at."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import streamlit as st

from mapper.app.door.who import current_viewer
from mapper.app.shell.address import asked_part, is_followed, say
from mapper.app.shell.area_in_use import area_here
from mapper.app.shell.frame import name_tab, put_on_style, show_marking
from mapper.app.shell.words import bullets, notice, plain, show_title
from mapper.app.work.record_desk import (
    EMPTY,
    Desk,
    close_desk,
    desk_of,
    discard,
    go_on_with,
    keep,
    open_record,
    save_desk,
    seen_records,
    start_record,
)
from mapper.app.work.record_form import DrawRows, RowNote, ask_form
from mapper.app.work.record_list import show_list
from mapper.app.work.record_views import ask_clash, show_history
from mapper.areas.study_area import StudyArea
from mapper.base.errors import MapperError
from mapper.disclosure.people import Viewer
from mapper.disclosure.release import MARKINGS
from mapper.records.content import free_text
from mapper.records.form import Content, Form, RecordKind, load_form
from mapper.records.open import database
from mapper.records.person_scan import Likely, scan_fields
from mapper.records.versions import Version, drafts_of

Above = Callable[[Viewer, Desk], None]


def show_records(  # noqa: PLR0913 - one argument a part of the page
    kind: RecordKind,
    *,
    title: str,
    started: Callable[[], Content | None],
    fresh: Callable[[Viewer], Content] = lambda _viewer: EMPTY,
    above: Above | None = None,
    below: Above | None = None,
    row_note: RowNote | None = None,
    rows: Mapping[str, DrawRows] = MappingProxyType({}),
    begin: Callable[[Viewer], Content | None] = lambda _viewer: None,
) -> None:
    """Show the page of one kind of record.

    Parameters
    ----------
    started
        Returns the first answers of a record that the visitor was sent here to begin, else None.
    fresh
        Returns what a new record starts with.
    above, below
        Draw what belongs before and after the form of the open record.
    row_note
        What stands above a row of the form.
    rows
        How some fields of rows are drawn, by field id.
    begin
        Draws another way to begin a record while none is open; returns its first answers, once.
    """
    put_on_style()
    show_marking(MARKINGS["operational"])
    show_title(title)
    try:
        viewer = current_viewer()
        _begin(viewer, kind, started)
        desk = _pick(viewer, kind, fresh)
        say({"record": desk.record if desk else ""})
        if desk is None:
            pressed = show_list(kind, seen_records(viewer, kind))
            begun = begin(viewer)
            if pressed is not None:
                open_record(viewer, kind, pressed)
            elif begun is not None:
                start_record(kind, begun)
            if pressed is not None or begun is not None:
                st.rerun()
            return
        name_tab(title, str(desk.content.get("name") or desk.record))
        if desk.stale is not None:
            _settle(viewer, desk, desk.stale)
            return
        if desk.told:
            notice(desk.told, kind="good")
        if above:
            above(viewer, desk)
        _work(viewer, desk, row_note, rows)
        if below:
            below(viewer, desk)
        show_history(desk)
    except MapperError as error:
        notice(str(error), kind="stop")


def _begin(viewer: Viewer, kind: RecordKind, started: Callable[[], Content | None]) -> None:
    """Begin or open the record that the visitor was sent here for, once."""
    asked = asked_part("record")
    content = started()
    if asked:
        open_record(viewer, kind, asked)
        return
    if content is None:
        if is_followed():  # back to the list, before one was opened
            close_desk(kind)
        return
    place = (content or {}).get("hotspot_id")
    there = [one for one in seen_records(viewer, kind) if place and one.hotspot_id == place]
    if there:
        open_record(viewer, kind, there[0].record)
    else:
        start_record(kind, content or {})


def _pick(viewer: Viewer, kind: RecordKind, fresh: Callable[[Viewer], Content]) -> Desk | None:
    """Ask which record to open; return the open one."""
    known = {one.record: _label(one) for one in seen_records(viewer, kind)}
    for typed in drafts_of(database(), viewer.name, kind):
        name = typed.content.get("name", "no name yet")
        known.setdefault(typed.record, f"{typed.record}: {name} (your draft, never saved)")
    desk = desk_of(kind)
    if desk is not None:
        known.setdefault(desk.record, f"{desk.record}: new")
    left, right = st.columns([5, 1], vertical_alignment="bottom")
    options = list(known)
    form = load_form(kind)
    chosen = left.selectbox(
        form.title,
        options,
        index=options.index(desk.record) if desk else None,
        format_func=known.__getitem__,
        placeholder=f"{len(options)} to choose from" if options else "None yet: start one",
        key=f"pick {kind} {desk.key if desk else ''}",
    )
    if right.button("Start a new one", key=f"new {kind}", width="stretch"):
        start_record(kind, fresh(viewer))
        st.rerun()
    if chosen is not None and (desk is None or chosen != desk.record):
        open_record(viewer, kind, chosen)
        st.rerun()
    return desk


def _label(one: Version) -> str:
    """Return how a record is listed."""
    where = f", {one.ward}" if one.ward else ""
    return f"{one.record}: {one.title}{where} (version {one.number}, {one.author})"


def _work(
    viewer: Viewer, desk: Desk, row_note: RowNote | None, rows: Mapping[str, DrawRows]
) -> None:
    """Draw the form, keep what is typed, and save when asked."""
    status = st.empty()
    form = load_form(desk.kind)
    answers = ask_form(form, desk.content, key=desk.key, row_note=row_note, rows=rows)
    try:
        desk = keep(viewer, desk, answers)
    except MapperError as error:
        notice(f"Not kept as a draft yet. {error}", kind="stop")
    with status:
        st.caption(plain(_status(desk, answers)))
    _ask_save(viewer, desk, answers)


def _status(desk: Desk, answers: Mapping[str, Any]) -> str:
    """Say what the form stands on, and what is still to be answered."""
    stands = f"{desk.record}, " + (f"from version {desk.based_on}" if desk.based_on else "new")
    kept = f", draft kept at {desk.kept_at.astimezone():%H:%M}" if desk.kept_at else ""
    form = load_form(desk.kind)
    gaps = unanswered(form, answers)
    missing = f" Not yet answered: {', '.join(gaps)}." if gaps else " Everything asked is answered."
    return f"{stands}{kept}.{missing}"


def unanswered(form: Form, answers: Mapping[str, Any]) -> tuple[str, ...]:
    """Name what is still to be answered; a context that nobody weighed is no answer."""
    told = {name: value for name, value in answers.items() if _answered(answers, name)}
    return form.gaps(told)


def _answered(answers: Mapping[str, Any], name: str) -> bool:
    """Tell whether a field holds anything; a context that nobody weighed is no answer."""
    value = answers.get(name)
    if isinstance(value, dict) and name == "contexts":
        return any(one["weight"] is not None for one in value.values())
    return bool(value.strip() if isinstance(value, str) else value)


def _ask_save(viewer: Viewer, desk: Desk, answers: Mapping[str, Any]) -> None:
    """Ask why, warn of people in the text, and save."""
    area, form = area_here(), load_form(desk.kind)
    found = scan_fields(free_text(form, answers), places=known_places(area))
    looked = _show_people(desk, found) if found else True
    left, middle, right = st.columns([4, 1, 1], vertical_alignment="bottom")
    reason = left.text_input(
        "Why this version", key=f"{desk.key} reason", placeholder="Such as: after Tuesday's walk"
    )
    if middle.button("Save", type="primary", key=f"{desk.key} save", width="stretch"):
        if not looked:
            notice("Not saved: look at each warning first, then tick the box.", kind="stop")
            return
        gaps = unanswered(form, answers) if form.complete else ()
        if gaps:
            notice(
                f"Not saved yet, and nothing you typed is lost. Answer first: {', '.join(gaps)}.",
                kind="stop",
            )
            return
        save_desk(viewer, desk, answers, reason=reason or "")
        st.rerun()
    if desk.kept_at and right.button("Discard draft", key=f"{desk.key} drop", width="stretch"):
        discard(viewer, desk)
        st.rerun()


def _show_people(desk: Desk, found: Mapping[str, tuple[Likely, ...]]) -> bool:
    """Warn of what looks like a person; return whether somebody looked at all of it."""
    lines = [f"{label}: {one.warning}" for label, likely in found.items() for one in likely]
    notice("Place, not person, and no small counts. Read these before you save:", kind="look")
    bullets(lines)
    sign = "\n".join(lines)
    return st.checkbox(
        "I have looked: none of these tells of a person or a handful", key=f"{desk.key} {sign}"
    )


def known_places(area: StudyArea) -> tuple[str, ...]:
    """Return the names of wards and districts, in which nothing is a person."""
    return _known_places(area.sha256, _area=area)


@st.cache_data(show_spinner=False)
def _known_places(digest: str, *, _area: StudyArea) -> tuple[str, ...]:
    """Return the names, read once for each area."""
    del digest
    cells = _area.cells
    names = {*cells["ward"].cat.categories, *cells["district"].cat.categories}
    return tuple(sorted(str(name) for name in names))


def _settle(viewer: Viewer, desk: Desk, theirs: Version) -> None:
    """Let the person choose between their text and the one saved meanwhile."""
    merged = ask_clash(desk, theirs)
    if merged is not None:
        go_on_with(viewer, desk, merged, behind=theirs)
        st.rerun()

"""A form on screen: each field with its guidance beside it, and what has been typed so far.

Labels are the shipped forms' own and free of Markdown; they go out unescaped, because a screen
reader would read every backslash.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

import streamlit as st

from mapper.app.shell.words import notice, plain
from mapper.app.work.place_field import ask_places
from mapper.base.text import encode_text
from mapper.lenses.lens import Lens
from mapper.lenses.load import list_lenses
from mapper.records.form import HEAVIEST, Content, Field, FieldColumn, Form
from mapper.records.templates import Template, templates

DrawRows = Callable[[Field, list[Any], str], list[Any]]  # a field of rows, drawn another way
RowNote = Callable[[Field, Mapping[str, Any]], str]  # what stands above a row, empty for nothing
_SHORT, _LONG = 68, 110  # pixels; both grow by hand
_ACROSS = 3  # short columns of a row side by side
_WEIGHTS: tuple[int | None, ...] = (None, *range(HEAVIEST + 1))
_WEIGHT_WORDS = {
    None: "Not weighed",
    0: "0: no sign",
    1: "1: adds to it",
    2: "2: a main part",
    3: "3: not without it",
}


def ask_form(
    form: Form,
    content: Content,
    *,
    key: str,
    row_note: RowNote | None = None,
    rows: Mapping[str, DrawRows] = MappingProxyType({}),
) -> dict[str, Any]:
    """Draw a form and return what it holds now; what no person fills in stays as it was.

    Parameters
    ----------
    content
        What the fields start with.
    key
        Stands for this opening of the record: another key starts the fields anew.
    rows
        How some fields of rows are drawn across the page, by field id.
    """
    answers = {one.id: content[one.id] for one in form.fields if _kept(one, content)}
    tabs = st.tabs([section.title for section in form.sections], key=f"{form.id} tabs")
    for tab, section in zip(tabs, form.sections, strict=True):
        with tab:
            if section.theme:
                st.caption(plain(f"A theme of serious case reviews: {section.theme.lower()}."))
            for field in section.fields:
                if draw := rows.get(field.id):
                    start = list(content.get(field.id) or ())
                    answers[field.id] = draw(field, start, f"{key} {field.id}")
                elif not _is_carried(field):
                    answers[field.id] = _ask_beside(field, content.get(field.id), key, row_note)
    return answers


def _kept(field: Field, content: Content) -> bool:
    """Tell whether a field was filled in by the program."""
    return _is_carried(field) and field.id in content


def _is_carried(field: Field) -> bool:
    """Tell whether a field goes along unseen: data of the program, and the id of a hot spot."""
    return field.kind == "data" or field.id == "hotspot_id"


def _ask_beside(field: Field, value: Any, key: str, row_note: RowNote | None) -> Any:
    """Draw one field with its guidance to the right."""
    left, right = st.columns([3, 2], gap="medium")
    with right:
        st.html(f'<p class="m-guidance">{encode_text(field.guidance)}</p>')
    with left:
        if field.kind == "rows":
            return _ask_rows(field, value or [], key, row_note)
        if field.id in _TITLES:
            return _by_title(field, value, f"{key} {field.id}")
        return _ASK[field.kind](field, value, f"{key} {field.id}")


def _line(field: Field | FieldColumn, value: Any, key: str) -> str:
    return st.text_input(field.label, value or "", key=key) or ""


def _text(field: Field | FieldColumn, value: Any, key: str) -> str:
    height = _LONG if isinstance(field, Field) else _SHORT
    return st.text_area(field.label, value or "", key=key, height=height) or ""


def _day(field: Field | FieldColumn, value: Any, key: str) -> str:
    start = date.fromisoformat(value) if value else None
    chosen: Any = st.date_input(field.label, start, key=key, format="DD/MM/YYYY")
    return chosen.isoformat() if isinstance(chosen, date) else ""


def _choice(field: Field | FieldColumn, value: Any, key: str) -> str:
    # “Choose” is an option like any other: a list that can be cleared is cleared by Escape too,
    # and what was chosen is gone without a word.
    options = ("", *field.options)
    value = field.earlier.get(value, value)
    index = options.index(value) if value in options else 0
    return st.selectbox(
        field.label,
        options,
        index=index,
        key=key,
        format_func=lambda option: option or "Choose",
    )


def _by_title(field: Field, value: Any, key: str) -> str:
    """Ask for a template or lens by its title; one that is no longer there goes by its id."""
    titles = {"": "None", **{one.id: one.title for one in _TITLES[field.id]()}}
    if value:
        titles.setdefault(value, value)
    known = list(titles)
    return st.selectbox(
        field.label, known, index=known.index(value or ""), key=key, format_func=titles.__getitem__
    )


def _several(field: Field, value: Any, key: str) -> list[str]:
    start = list(value or ())
    options = list(dict.fromkeys([*field.options, *start]))
    return st.multiselect(
        field.label,
        options,
        start,
        key=key,
        accept_new_options=field.open,
        placeholder="Choose",
    )


def _weights(field: Field, value: Any, key: str) -> dict[str, dict[str, Any]]:
    st.markdown(f"**{field.label}**")
    given = value or {}
    answers = {}
    for option in field.options:
        start = given.get(option, {})
        left, right = st.columns([2, 3])
        weight = left.selectbox(
            option.capitalize(),
            _WEIGHTS,
            index=_WEIGHTS.index(start.get("weight")),
            format_func=_WEIGHT_WORDS.__getitem__,
            key=f"{key} {option} weight",
        )
        why = right.text_input(f"Why ({option})", start.get("why", ""), key=f"{key} {option} why")
        answers[option] = {"weight": weight, "why": why or ""}
    return answers


def _ask_rows(field: Field, rows: list[Any], key: str, row_note: RowNote | None) -> list[Any]:
    """Draw rows one under the other, each can be removed, and more added."""
    st.markdown(f"**{field.label}**")
    ids_key = f"{key} {field.id} rows"
    ids: list[int] = st.session_state.setdefault(ids_key, list(range(len(rows))))
    answers = []
    for place, number in enumerate(ids, start=1):
        start = rows[number] if number < len(rows) else {}
        with st.container(border=True):
            answers.append(_ask_row(field, start, f"{key} {field.id} {number}", place, row_note))
            label = f"Remove {field.item} {place}"
            if st.button(label, key=f"{key} {field.id} {number} remove", type="tertiary"):
                ids.remove(number)
                st.rerun()
    if st.button(f"Add {_article(field.item)} {field.item}", key=f"{ids_key} add"):
        ids.append(max([*ids, len(rows) - 1], default=-1) + 1)
        st.rerun()
    return answers


def _ask_row(
    field: Field, start: Mapping[str, Any], key: str, place: int, row_note: RowNote | None
) -> dict[str, str]:
    """Draw one row: short columns side by side, long texts under them."""
    st.caption(f"{field.item.capitalize()} {place}")
    note = row_note(field, start) if row_note else ""
    if note:
        notice(note, kind="look")
    answers: dict[str, str] = {}
    first, *others = field.columns
    answers[first.id] = _ASK[first.kind](first, start.get(first.id), f"{key} {first.id}")
    short = [column for column in others if column.kind != "text"]
    for at in range(0, len(short), _ACROSS):
        across = st.columns(_ACROSS)
        for place_of, column in zip(across, short[at : at + _ACROSS], strict=False):
            with place_of:
                value = start.get(column.id)
                answers[column.id] = _ASK[column.kind](column, value, f"{key} {column.id}")
    for column in others:
        if column.kind == "text":
            value = start.get(column.id)
            answers[column.id] = _text(column, value, f"{key} {column.id}")
    return answers


def _article(noun: str) -> str:
    """Return a or an."""
    return "an" if noun[0] in "aeiou" else "a"


_TITLES: Mapping[str, Callable[[], Iterable[Template | Lens]]] = MappingProxyType(
    {"template": templates, "lens": list_lenses}
)  # by the id of the field
_ASK: Mapping[str, Callable[[Any, Any, str], Any]] = {
    "line": _line,
    "text": _text,
    "date": _day,
    "choice": _choice,
    "several": _several,
    "weights": _weights,
    "cells": ask_places,
}

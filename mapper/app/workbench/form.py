"""The form of a question, drawn from its table of fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

import streamlit as st

from mapper.analysis.request import AnalysisRequest
from mapper.app.data.intake import safe_name
from mapper.app.shell.address import follow, say
from mapper.app.shell.choices import days_of
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.lens_offer import lenses_for
from mapper.app.workbench.fields import (
    Days,
    Value,
    default_of,
    defaults,
    fields_of,
    relevant_fields,
    settled,
)
from mapper.app.workbench.hotspots import hotspots_to_choose
from mapper.base.choices import Choice
from mapper.questions import registry
from mapper.questions.question import Question

QUESTION = "workbench question"
QUESTIONS: Mapping[str, Question] = dict(registry.QUESTIONS)  # all loaded with the page
_LARGEST = 1  # megabytes of a file of choices
_ACROSS = 4  # fields beside each other
_WIDTHS = (1.6, 1, 1, 1)  # the titles of questions are longer than what fields hold


@dataclass(frozen=True, eq=False)
class FormSubject:
    """What fields are drawn from: the data in use, its days, the choices beside the form."""

    dataset: Dataset
    days: Days
    request: AnalysisRequest


def ask_question_and_values(seen: FormSubject) -> tuple[Question, dict[str, Value]]:
    """Ask which question and with which values; rarer fields are one click deeper."""
    places = st.columns(_WIDTHS, vertical_alignment="top")
    with places[0]:
        question = _ask_question()
    values = defaults(question, seen.days)
    usual = [one for one in fields_of(question) if not one.rare]
    at = 0
    for one in usual:
        if one in relevant_fields(question, values):
            at += 1
            with places[at % _ACROSS]:
                values[one.name] = _ask_field(question, one, seen)
    st.caption(f"{question.question} {question.definition}")
    _ask_rare(question, values, seen)
    return question, settled(question, values, seen.days)


def _ask_rare(question: Question, values: dict[str, Value], seen: FormSubject) -> None:
    """Ask for the rarer values, into ``values``."""
    rare = [one for one in relevant_fields(question, values) if one.rare]
    if not rare:
        return
    with st.expander("More parameters"):
        places = st.columns(_ACROSS, vertical_alignment="top")
        for at, one in enumerate(rare):
            with places[at % _ACROSS]:
                values[one.name] = _ask_field(question, one, seen)


def _ask_question() -> Question:
    """Ask which question, each under what it is about."""
    follow("question", QUESTION, {name: name for name in QUESTIONS}.get, "concentration")
    chosen = st.selectbox(
        "Question",
        list(QUESTIONS),
        index=list(QUESTIONS).index("concentration"),
        format_func=lambda name: f"{QUESTIONS[name].group} · {QUESTIONS[name].title}",
        key=QUESTION,
        persist_state="session",
    )
    say({"question": chosen})
    return QUESTIONS[chosen]


def _ask_field(question: Question, one: Choice, seen: FormSubject) -> Value:
    return _DRAWN[one.kind](one, field_key(question, one, seen.dataset), seen)


def field_key(question: Question, one: Choice, dataset: Dataset) -> str:
    """Return the key of a field; days are those of the data."""
    own = f" {dataset.digest[:12]}" if one.kind in {"day", "window"} else ""
    return f"workbench {question.id} {one.name}{own}"


def ask_more_method(dataset: Dataset, request: AnalysisRequest) -> AnalysisRequest:
    """Ask for the rarer choices of a request.

    Raises
    ------
    RequestError
        When they do not fit together.
    """
    known = AnalysisRequest.known()
    seen = FormSubject(dataset, days_of(dataset.incidents.table), request)
    with st.expander("More method"):
        more = {
            name: _DRAWN[known[name].kind](known[name], f"workbench {name.replace('_', ' ')}", seen)
            for name in ("correction", "rings", "inner", "location_day", "harm")
        }
    return replace(request, **more)  # type: ignore[arg-type] # each is read again


def _choice(one: Choice, key: str, _seen: FormSubject) -> Value:
    names = list(one.of)
    return st.selectbox(
        one.label,
        names,
        index=names.index(str(one.default)),
        format_func=one.of.__getitem__,
        key=key,
        help=one.help or None,
        persist_state="session",
    )


def _whole(one: Choice, key: str, _seen: FormSubject) -> Value:
    default = None if one.default is None else int(str(one.default))
    found = st.number_input(
        one.label,
        min_value=None if one.least is None else int(one.least),
        max_value=None if one.most is None else int(one.most),
        value=default,
        step=1,
        key=key,
        help=one.help or None,
        placeholder="no limit",
        persist_state="session",
    )
    return None if found is None else int(found)


def _number(one: Choice, key: str, _seen: FormSubject) -> Value:
    found = st.number_input(
        one.label,
        min_value=None if one.least is None else float(one.least),
        max_value=None if one.most is None else float(one.most),
        value=float(str(one.default)),
        key=key,
        help=one.help or None,
        persist_state="session",
    )
    return float(found)


def _flag(one: Choice, key: str, _seen: FormSubject) -> Value:
    return st.checkbox(
        one.label, bool(one.default), key=key, help=one.help or None, persist_state="session"
    )


def _text(one: Choice, key: str, _seen: FormSubject) -> Value:
    return st.text_input(
        one.label,
        str(one.shown or ""),
        key=key,
        help=one.help or None,
        max_chars=2_000,
        persist_state="session",
    )


def _names(one: Choice, key: str, _seen: FormSubject) -> Value:
    told = st.text_area(
        one.label,
        "",
        key=key,
        height=68,
        placeholder="One to a line",
        help=one.help or None,
        max_chars=20_000,
        persist_state="session",
    )
    return [part.strip() for part in told.replace(",", "\n").splitlines() if part.strip()]


def _day(one: Choice, key: str, seen: FormSubject) -> Value:
    default = default_of(one, seen.days)
    found = st.date_input(
        one.label,
        date.fromisoformat(default) if isinstance(default, str) and default else None,
        min_value=seen.days[0],
        max_value=seen.days[1],
        format="DD/MM/YYYY",
        key=key,
        help=one.help or None,
        persist_state="session",
    )
    return found.isoformat() if isinstance(found, date) else ""


def _window(one: Choice, key: str, seen: FormSubject) -> Value:
    first, last = (date.fromisoformat(part) for part in str(default_of(one, seen.days)).split(":"))
    found = st.date_input(
        one.label,
        (first, last),
        min_value=seen.days[0],
        max_value=seen.days[1],
        format="DD/MM/YYYY",
        key=key,
        help=one.help or None,
        persist_state="session",
    )
    chosen = list(found) if isinstance(found, tuple) else []
    return f"{chosen[0]}:{chosen[-1]}" if chosen else ""


def _file(one: Choice, key: str, _seen: FormSubject) -> Value:
    upload = st.file_uploader(
        one.label,
        type=["csv" if one.kind == "table" else "toml"],
        max_upload_size=_LARGEST,
        key=key,
        help=one.help or None,
    )
    if upload is None:
        return None
    return [safe_name(upload.name), upload.getvalue().decode("utf-8-sig", errors="replace")]


def _lens(one: Choice, key: str, seen: FormSubject) -> Value:
    offer = lenses_for(seen.dataset.digest, _dataset=seen.dataset)
    titles = {"": "None", **{lens.id: lens.title for lens in offer.lenses[: offer.fitting]}}
    return st.selectbox(
        one.label, list(titles), format_func=titles.__getitem__, key=key, persist_state="session"
    )


def _by_name(one: Choice, key: str, names: Mapping[str, str]) -> dict[str, Any]:
    """Return how hot spots are asked for: by name, or by an id that the list does not have."""
    return {
        "format_func": lambda each: names.get(each, each),
        "key": key,
        "help": one.help or None,
        "accept_new_options": True,
        "persist_state": "session",
    }


def _hotspot(one: Choice, key: str, seen: FormSubject) -> Value:
    names = {"": "Every one", **hotspots_to_choose(seen.dataset, seen.request)}
    chosen = st.selectbox(one.label, list(names), **_by_name(one, key, names))
    return str(chosen or "").strip()


def _hotspots(one: Choice, key: str, seen: FormSubject) -> Value:
    names = hotspots_to_choose(seen.dataset, seen.request)
    ask = _by_name(one, key, names)
    chosen = st.multiselect(one.label, list(names), placeholder="Choose by name", **ask)
    return [str(each).strip() for each in chosen]


_DRAWN: Mapping[str, Callable[[Choice, str, FormSubject], Value]] = MappingProxyType(
    {
        "choice": _choice,
        "whole": _whole,
        "number": _number,
        "flag": _flag,
        "text": _text,
        "numbers": _text,
        "school days": _file,
        "phase rules": _file,
        "table": _file,
        "names": _names,
        "day": _day,
        "window": _window,
        "lens": _lens,
        "hotspot": _hotspot,
        "hotspots": _hotspots,
    }
)

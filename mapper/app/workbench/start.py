"""The workbench before anything is asked: every question in plain words, one press away."""

from functools import partial

import streamlit as st

from mapper.app.shell.words import plain
from mapper.app.workbench.form import QUESTION, QUESTIONS
from mapper.base.text import encode_text
from mapper.questions.question import Group, Question

# Asked most: what stands first, the rest behind "More questions".
FIRST = ("signals", "patterns", "change", "robustness", "where-next", "evaluate")
_COLUMNS: tuple[tuple[Group, ...], ...] = (
    ("Where", "What worked"),
    ("When",),
    ("How sure",),
    ("Around a place",),
)


def show_questions() -> None:
    """Show the questions under what they are about; a press fills in the form above."""
    st.html('<p class="m-ask">Press <b>Ask</b> for the question above, or choose another:</p>')
    with st.container(gap=None):
        for name in FIRST:
            _offer_one(QUESTIONS[name], told=True)
    with st.expander("More questions"):
        _show_others()


def _show_others() -> None:
    """Show the questions that are asked less often, by what they are about."""
    for column, groups in zip(st.columns(len(_COLUMNS)), _COLUMNS, strict=True):
        with column, st.container(gap=None):
            for group in groups:
                _offer(group)


def _offer(group: Group) -> None:
    """Show the questions of one group."""
    others = [one for one in QUESTIONS.values() if one.group == group and one.id not in FIRST]
    if others:
        st.html(f'<h2 class="m-group">{encode_text(group)}</h2>')
    for one in others:
        _offer_one(one)


def _offer_one(one: Question, *, told: bool = False) -> None:
    """Offer a question by its title, or with what it asks in words beside it."""
    st.button(
        f"**{plain(one.title)}**: {plain(one.question)}" if told else one.title,
        key=f"offer {one.id}",
        help=None if told else one.question,
        type="tertiary",
        on_click=partial(_choose, one.id),
    )


def _choose(question: str) -> None:
    """Put a question in the form."""
    st.session_state[QUESTION] = question

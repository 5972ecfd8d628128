"""The workbench before anything is asked: every question in plain words, one press away."""

from functools import partial

import streamlit as st

from mapper.app.workbench.form import QUESTION, QUESTIONS
from mapper.base.text import encode_text
from mapper.questions.question import Group

_COLUMNS: tuple[tuple[Group, ...], ...] = (
    ("Where", "What worked"),
    ("When",),
    ("How sure",),
    ("Around a place",),
)


def show_questions() -> None:
    """Show the questions under what they are about; a press fills in the form above."""
    st.html('<p class="m-ask">Press <b>Ask</b> for the question above, or choose another:</p>')
    for column, groups in zip(st.columns(len(_COLUMNS)), _COLUMNS, strict=True):
        with column, st.container(gap=None):
            for group in groups:
                _offer(group)


def _offer(group: Group) -> None:
    """Show the questions of one group."""
    st.html(f'<h2 class="m-group">{encode_text(group)}</h2>')
    for one in QUESTIONS.values():
        if one.group == group:
            st.button(
                one.title,
                key=f"offer {one.id}",
                help=one.question,
                type="tertiary",
                on_click=partial(_choose, one.id),
            )


def _choose(question: str) -> None:
    """Put a question in the form."""
    st.session_state[QUESTION] = question

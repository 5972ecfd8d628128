"""“What is this?”: the words of a method, one click from where its number stands."""

from collections.abc import Mapping

import streamlit as st

from mapper.base.text import encode_text
from mapper.methods.load import methods


def what_is(method: str, *, label: str = "What is this?") -> None:
    """Draw a small button that opens what a statistic asks, says and cannot show.

    Raises
    ------
    KeyError
        When there is no such method: a fault in this program.
    """
    told = {each.id: each for each in methods()}[method]
    with st.popover(label):
        st.html(
            f"<p><b>{encode_text(told.asks)}</b></p><p>{encode_text(told.words)}</p>"
            f"<p><b>What it cannot show.</b> {encode_text(told.cannot)}</p>"
            f"<p>More on the Methods page: {encode_text(told.title)}.</p>"
        )


def what_are(labels: Mapping[str, str]) -> None:
    """Draw such buttons side by side: the label of each method's.

    Raises
    ------
    KeyError
        When there is no such method.
    """
    with st.container(horizontal=True):
        for method, label in labels.items():
            what_is(method, label=label)

"""The guard that each page calls first: it fails closed when the router has not run.

Streamlit would serve a file right under ``pages/`` to a visitor who never passed the router, and
anyone can point Streamlit at a page file. Permission therefore holds only inside
:func:`routed`, on the thread and for the moment in which the router runs the page.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

_ROUTED: ContextVar[bool] = ContextVar("routed", default=False)


@contextmanager
def routed() -> Iterator[None]:
    """Let pages run inside this block; used by the router alone."""
    before = _ROUTED.set(True)
    try:
        yield
    finally:
        _ROUTED.reset(before)


def require_router() -> None:
    """Stop the page, in words, unless the router is running it.

    Raises
    ------
    PermissionError
        Where there is no Streamlit to stop.
    """
    if _ROUTED.get():
        return
    st.text("This page opens from the menu of the app only. Go to the start page of the app.")
    st.stop()
    raise PermissionError("A page was run without the router.")

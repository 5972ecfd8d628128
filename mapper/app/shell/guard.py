"""The guard that each page calls first: it fails closed when the router has not run.

Streamlit would serve a file right under ``pages/`` to a visitor who never passed the router, and
anyone can point Streamlit at a page file. Permission therefore holds only inside
:func:`routed`, on the thread and for the moment in which the router runs the page, and only for
a viewer whose role opens that page.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

from mapper.disclosure.people import Act, Viewer, may, require

_ROUTED: ContextVar[tuple[Viewer, Act | None] | None] = ContextVar("routed", default=None)


@contextmanager
def routed(viewer: Viewer, act: Act | None) -> Iterator[None]:
    """Let a page run inside this block; used by the router alone.

    Raises
    ------
    RefusedError
        When the viewer's role does not open the page.
    """
    if act is not None:
        require(viewer, act)
    before = _ROUTED.set((viewer, act))
    try:
        yield
    finally:
        _ROUTED.reset(before)


def require_router(act: Act | None = None) -> None:
    """Stop the page, in words, unless the router is running it for somebody who may see it.

    Parameters
    ----------
    act
        What the page needs beside what the router asked for, if anything.

    Raises
    ------
    PermissionError
        Where there is no Streamlit to stop.
    """
    now = _ROUTED.get()
    if now is not None and all(one is None or may(now[0], one) for one in (now[1], act)):
        return
    st.text("This page opens from the menu of the app only. Go to the start page of the app.")
    st.stop()
    raise PermissionError("A page was run without the router.")

"""Files that leave: only to somebody still signed in, and never without an entry in the log."""

import hashlib
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

import streamlit as st

from mapper.app.door.who import is_live
from mapper.app.shell.traces import trace
from mapper.base.errors import MapperError, RefusedError, fault_words
from mapper.disclosure.people import Viewer

# Takes why the file is not made for which a button was pressed.
PRESSED: ContextVar[list[str] | None] = ContextVar("pressed", default=None)


def offer_file(
    label: str, make: Callable[[], bytes], *, file_name: str, mime: str, **look: Any
) -> None:
    """Offer a file that is made when its button is pressed; one that cannot be made says why.

    Parameters
    ----------
    make
        Makes it, on another thread, which knows of no session.
    look
        Key and looks of the button.
    """

    def made() -> bytes:
        try:
            return make()
        except Exception as error:
            reasons = PRESSED.get()
            if reasons is not None:
                foreseen = isinstance(error, MapperError)
                reasons.append(f"Not made. {error if foreseen else fault_words(error)}")
            raise

    st.download_button(label, made, file_name=file_name, mime=mime, on_click="ignore", **look)


def require_live(viewer: Viewer) -> None:
    """Refuse a file offered to somebody who was signed out since.

    Raises
    ------
    RefusedError
        When they were.
    """
    if not is_live(viewer):
        raise RefusedError("You are signed out. Load the page again and sign in.")


def handed_out(
    viewer: Viewer, content: bytes, *, subject: str, detail: Mapping[str, object]
) -> bytes:
    """Return a file once it is written down who takes it.

    Raises
    ------
    RecordsError
        When it cannot be written down; then the file must not leave.
    """
    digest = hashlib.sha256(content).hexdigest()
    trace(viewer, "export", subject=subject, digest=digest, detail=detail)
    return content

"""Which data the pages look at: this session's own, else what everybody sees.

What everybody sees is a dataset that an analyst put in place of the demonstration. What a person
loads without keeping it is theirs alone (:mod:`mapper.app.shell.own_data`). The address names the
data; one who may not see them is told so before any figure of other data is shown.
"""

import streamlit as st

from mapper.app.door.who import viewer_now
from mapper.app.shell import own_data
from mapper.app.shell.address import ask_again, asked_part, say
from mapper.app.shell.datasets import Dataset, demonstration, demonstration_is_at_hand
from mapper.app.shell.kept_data import (
    everybodys,
    everybodys_digest,
    follow_deletions,
    is_kept,
    kept_beginning,
)
from mapper.app.shell.this_run import look_again
from mapper.app.shell.words import notice
from mapper.base.files import Progress, no_progress
from mapper.disclosure.people import Viewer, may

_OWN = "mapper_own_data"
_GO_ON = "mapper_other_data"
_NAMED = 12  # signs of a digest in an address
_DEMONSTRATION = "demonstration"
_GONE = (
    "The data of this link are not here for you: they were loaded by somebody for themselves alone,"
    " or are no longer kept. Nothing is shown in their place. If you loaded them, load the files"
    " again on the page Data; else ask whoever sent the link to keep the data in this installation."
)


def current_dataset(progress: Progress = no_progress) -> Dataset:
    """Return the data in use in this session.

    Raises
    ------
    MapperError
        When it cannot be opened, or the demonstration cannot be made.
    """
    return own_dataset() or everybodys() or demonstration(progress)


def own_dataset() -> Dataset | None:
    """Return what this session looks at beside what everybody sees; one deleted is let go.

    A new session goes on with what its person loaded last.
    """
    if _OWN not in st.session_state:
        viewer = viewer_now()
        st.session_state[_OWN] = own_data.parked(viewer) if viewer else None
    own = st.session_state[_OWN]
    if not isinstance(own, Dataset) or (own.kept and not is_kept(own.digest)):
        st.session_state[_OWN] = None
        return None
    return own


def use_dataset(dataset: Dataset | None) -> None:
    """Use a dataset in this session from now on; nothing stands for what everybody sees."""
    st.session_state[_OWN] = dataset
    look_again()
    viewer = viewer_now()
    if viewer is None:
        return
    if dataset is None:
        own_data.let_go(viewer)
    elif not dataset.kept and not dataset.demonstration:
        own_data.park(viewer, dataset)


def follow_data(viewer: Viewer) -> bool:
    """Use the data that the address asks for; tell whether the page may be shown.

    Data that are gone, or not for this person, are refused in the same words.
    """
    follow_deletions()
    asked = asked_part("data")
    if asked and asked != data_name() and not st.session_state.pop(_GO_ON, False):
        everybodys_name = everybodys_digest()[:_NAMED] or _DEMONSTRATION
        found = None if asked == everybodys_name else _named(viewer, asked)
        if found is None and asked != everybodys_name:
            ask_again()
            notice(_GONE, kind="stop")
            st.button("Go on with what I may see", on_click=_go_on)
            return False
        st.session_state[_OWN] = found
    say({"data": data_name()})
    return True


def _go_on() -> None:
    """Note that the person goes on without the data of the address."""
    st.session_state[_GO_ON] = True


def data_name() -> str:
    """Return how an address names the data in use."""
    own = own_dataset()
    digest = everybodys_digest() if own is None else own.digest
    if own is not None and own.demonstration:
        return _DEMONSTRATION
    return digest[:_NAMED] or _DEMONSTRATION


def _named(viewer: Viewer, name: str) -> Dataset | None:
    """Return the data of a name beside those that everybody sees, if they are for this person."""
    if not may(viewer, "load data"):
        return None
    if name == _DEMONSTRATION:
        return demonstration()
    return kept_beginning(name) or own_data.parked(viewer, name)


def data_is_at_hand() -> bool:
    """Tell whether the data in use opens without being generated first."""
    return demonstration_is_at_hand() or own_dataset() is not None or everybodys() is not None

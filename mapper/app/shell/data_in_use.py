"""Which data the pages look at: this session's own, else what everybody sees.

What everybody sees is a dataset that an analyst put in place of the demonstration. What a person
loads without keeping it stays in that person's session, in memory alone.
"""

import streamlit as st

from mapper.app.shell.datasets import Dataset, demonstration, demonstration_is_at_hand
from mapper.app.shell.kept_data import everybodys, is_kept
from mapper.base.files import Progress, no_progress

_OWN = "mapper_own_data"


def current_dataset(progress: Progress = no_progress) -> Dataset:
    """Return the data in use in this session.

    Raises
    ------
    MapperError
        When it cannot be opened, or the demonstration cannot be made.
    """
    return own_dataset() or everybodys() or demonstration(progress)


def own_dataset() -> Dataset | None:
    """Return what this session looks at beside what everybody sees; one deleted is let go."""
    own = st.session_state.get(_OWN)
    if not isinstance(own, Dataset) or (own.kept and not is_kept(own.digest)):
        st.session_state[_OWN] = None
        return None
    return own


def use_dataset(dataset: Dataset | None) -> None:
    """Use a dataset in this session from now on; nothing stands for what everybody sees."""
    st.session_state[_OWN] = dataset


def data_is_at_hand() -> bool:
    """Tell whether the data in use opens without being generated first."""
    return demonstration_is_at_hand() or own_dataset() is not None or everybodys() is not None

"""Progress of long work on screen, gone when the work is done."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from mapper.app.shell.data_in_use import current_dataset, data_is_at_hand
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.words import plain
from mapper.base.files import Progress


@contextmanager
def shown_progress(words: str) -> Iterator[Progress]:
    """Show a bar while work goes on inside the block."""
    bar = st.progress(0.0, text=plain(words))

    def tell(now: str, share: float) -> None:
        bar.progress(min(max(share, 0.0), 1.0), text=plain(now))

    try:
        yield tell
    finally:
        bar.empty()


def opened_dataset() -> Dataset:
    """Return the data in use; only the first start of all has to wait for it."""
    if data_is_at_hand():
        return current_dataset()
    with shown_progress("Making the demonstration data, once") as progress:
        return current_dataset(progress)

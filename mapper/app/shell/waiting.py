"""Work that takes a while, told on screen: how far it is and for how long, gone when it is done.

That a page is at work at all is told by its style after a third of a second
(:file:`mapper/app/shell/frame.css`). What may take longer says here what it is doing: its bar
comes late enough that quick work never shows one.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx

from mapper.app.shell.data_in_use import current_dataset
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.words import plain
from mapper.base.files import Progress

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_AFTER = 0.8  # seconds without a bar
_EVERY = 0.4  # seconds between two looks at how far the work is
_LONG = 3.0  # seconds after which the time that went by is told as well


class _Bar:
    """A bar that a thread of its own draws while the work keeps the page's thread.

    The thread is started when the bar is due, by one that does so for all bars: most work is over
    before, and a thread for each would make every click wait for the others'.

    What the work tells is only noted. Streamlit would else record what is drawn inside a cached
    function, and draw it anew, or stop, whenever the answer is at hand.
    """

    def __init__(self, slot: "DeltaGenerator", words: str) -> None:
        self._slot, self._told = slot, (words, 0.0)
        self._began, self._over, self._turn = time.monotonic(), Event(), Lock()
        self._thread = Thread(target=self._draw, daemon=True)
        add_script_run_ctx(self._thread)

    def tell(self, words: str, share: float) -> None:
        """Note how far the work is."""
        self._told = words, min(max(share, 0.0), 1.0)

    @property
    def due(self) -> float:
        """The moment from which on it is drawn."""
        return self._began + _AFTER

    def begin(self) -> None:
        """Draw from now on, unless it is over."""
        with self._turn:
            if not self._over.is_set():
                self._thread.start()

    def end(self) -> None:
        """Draw no more."""
        with self._turn:
            self._over.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _draw(self) -> None:
        """Draw what was told last until the work is over."""
        over = self._over.is_set()
        while not over:
            words, share = self._told
            gone = time.monotonic() - self._began
            so_long = f" ({gone:.0f} seconds so far)" if gone >= _LONG else ""
            self._slot.progress(share, text=plain(f"{words}{so_long}"))
            over = self._over.wait(_EVERY)


class _Bars:
    """Bars that are not due yet, in the order in which they will be; one thread begins them all."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[_Bar] = SimpleQueue()
        self._started = Lock()

    def add(self, bar: _Bar) -> None:
        """Have a bar begin when it is due."""
        self._waiting.put(bar)
        if self._started.acquire(blocking=False):  # for good
            Thread(target=self._begin_those_due, name="bars", daemon=True).start()

    def _begin_those_due(self) -> None:
        """Begin each when it is due; all wait equally long, so the first to come is the first."""
        while True:
            bar = self._waiting.get()
            time.sleep(max(bar.due - time.monotonic(), 0.0))
            bar.begin()


_BARS = _Bars()


@contextmanager
def shown_progress(words: str) -> Iterator[Progress]:
    """Show how far work is that goes on inside the block, once it takes a while.

    It takes its place on the page whether or not there is anything to wait for: called around
    what may be at hand already, never beside it.

    Parameters
    ----------
    words
        What is done, until the work tells something else.
    """
    slot = st.empty()
    bar = _Bar(slot, words)
    _BARS.add(bar)
    try:
        yield bar.tell
    finally:
        bar.end()
        slot.empty()


def opened_dataset() -> Dataset:
    """Return the data in use; only the first start of all has to wait for it."""
    with shown_progress("Making the demonstration data, once") as progress:
        return current_dataset(progress)

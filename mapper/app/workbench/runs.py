"""Runs of the workbench: work in a thread of its own, with progress, that stops when told to.

A run belongs to one session and holds what came of it before disclosure control; a release of it
is made for whoever looks (:mod:`mapper.app.workbench.answers`). At most a few runs work at once in
the whole app, so that maps stay quick; the others wait their turn and say so.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Event, Thread
from typing import Literal

from mapper.base.errors import MapperError, fault_words
from mapper.base.files import Progress
from mapper.questions.finding import Finding

AT_ONCE = 2
_TURN = 0.1  # seconds between looks for a free place
_PLACES = BoundedSemaphore(AT_ONCE)
_LOG = logging.getLogger(__name__)
_FAULT = "The app's log has the rest. Tell whoever looks after this installation."

State = Literal["waiting", "working", "done", "refused", "cancelled"]


class Cancelled(Exception):  # noqa: N818 - no error: somebody wanted it so
    """Raised inside the work when it was told to stop."""


@dataclass(eq=False)
class Run:
    """One run, under way or over."""

    key: str  # digest of data, request, question and values
    title: str
    state: State = "waiting"
    words: str = "Waiting for another run to end"
    share: float = 0.0
    finding: Finding | None = None
    refusal: str = ""
    seconds: float = 0.0  # that the work took
    stop: Event = field(default_factory=Event)
    ended: Event = field(default_factory=Event)
    thread: Thread | None = None

    @property
    def over(self) -> bool:
        """Tell whether it is done, refused or cancelled."""
        return self.ended.is_set()

    def cancel(self) -> None:
        """Tell the work to stop; it does at its next word of progress."""
        self.stop.set()

    def tell(self, words: str, share: float) -> None:
        """Note how far the work is.

        Raises
        ------
        Cancelled
            When it is to stop.
        """
        if self.stop.is_set():
            raise Cancelled
        self.words, self.share = words, min(max(share, 0.0), 1.0)


def start(key: str, title: str, work: Callable[[Progress], Finding]) -> Run:
    """Begin a run and return it at once."""
    run = Run(key, title)
    run.thread = Thread(target=_work, args=(run, work), name=f"run {key[:8]}", daemon=True)
    run.thread.start()
    return run


def _work(run: Run, work: Callable[[Progress], Finding]) -> None:
    """Do the work of a run; whatever comes of it is noted and never raised."""
    took_place = False
    try:
        while not (took_place := _PLACES.acquire(timeout=_TURN)):
            run.tell(run.words, 0.0)
        run.state, began = "working", time.monotonic()
        run.tell("Counting", 0.0)
        found = work(run.tell)
        run.tell("Done", 1.0)  # a cancellation that came late still holds
        run.finding, run.state, run.seconds = found, "done", time.monotonic() - began
    except Cancelled:
        run.state, run.words = "cancelled", "Cancelled"
    except MapperError as error:
        run.state, run.refusal = "refused", str(error)
    except Exception as error:  # noqa: BLE001 - a thread has nobody above it to tell
        _LOG.exception("A run of the workbench stopped: %s", run.title)
        run.state, run.refusal = "refused", f"{fault_words(error)} {_FAULT}"
    finally:
        if took_place:
            _PLACES.release()
        run.ended.set()

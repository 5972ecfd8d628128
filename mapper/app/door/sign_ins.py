"""The live sign-ins: the database has the one list, and every process of the app looks at it.

Streamlit's cookie stays good for 30 days, whatever happens, and opens nothing by itself here: only
the provider's own answer puts a sign-in on the list, and what ends it takes it off for good. A
process remembers for two seconds what it read, and for as long as a sign-in lives which addresses
it told it: maps and files are served by the process that made them.
"""

import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from math import inf
from threading import Lock

from mapper.base.errors import RecordsError
from mapper.base.settings import settings
from mapper.disclosure.people import Viewer
from mapper.records.database import Database
from mapper.records.open import database
from mapper.records.sessions import (
    Session,
    SessionState,
    Why,
    end_session,
    find_session,
    open_session,
    session_key,
    session_state,
    touch_session,
)

LOOK_EVERY = 2.0  # seconds for which what was read holds
_NOTED_EVERY = timedelta(seconds=30)  # after which a use is written down again
_TOLD_KEPT = 4_096  # addresses that one sign-in was told; the oldest are forgotten
_LOG = logging.getLogger(__name__)


@dataclass(eq=False)
class _Known:
    """What this process knows of a sign-in."""

    row: Session  # as the database had it
    looked: datetime
    used: datetime  # the last time that this process knows of
    noted: datetime  # the last use that the database hears of
    told: dict[str, None] = field(default_factory=dict)  # the latest last


@dataclass(eq=False)
class SignIns:
    """The list of live sign-ins, as one process sees it."""

    clock: Callable[[], float] = time.time
    records: Callable[[], Database] = database
    later: Callable[[Callable[[], None]], object] = ThreadPoolExecutor(1, "last-seen").submit
    _known: dict[str, _Known] = field(default_factory=dict)  # by the database's key
    _lock: Lock = field(default_factory=Lock)
    _ended: int = 0  # how many were forgotten: what was read before one was is read again

    def open(self, viewer: Viewer, *, expires: float = inf) -> bool:
        """Put a sign-in on the list, unless its token expired (seconds since the epoch).

        Raises
        ------
        RecordsError
            When it was used before, or cannot be kept: it opens nothing then.
        """
        now = self._now()
        longest = now + timedelta(hours=settings().session_hours)
        ends = datetime.fromtimestamp(min(longest.timestamp(), expires), UTC)
        if not viewer.session or ends <= now:
            return False
        with self.records().write() as connection:
            open_session(connection, viewer, expires=ends, now=now)
        return True

    def viewer(self, session: str, *, used: bool = False) -> Viewer | None:
        """Return who is signed in, if they still are; if they did something, idleness counts anew.

        The database hears of a use now and then, and later: nobody waits for who writes for long,
        and another process may see idleness so much too early.

        Raises
        ------
        RecordsError
            When the database cannot be asked.
        """
        known, now = self._live(session), self._now()
        if known is None:
            return None
        if used:
            known.used = now
            if now - known.noted >= min(_NOTED_EVERY, _idle() / 10):
                known.noted = now
                self.later(partial(_note, self.records(), known.row.key, now))
        return known.row.viewer(session)

    def end(self, key: str, *, why: Why) -> None:
        """Take a sign-in off the list, by what the database knows it by.

        Raises
        ------
        RecordsError
            When it cannot be written down; it is not ended then.
        """
        with self.records().write() as connection:
            end_session(connection, key, now=self._now(), because=why)
        self._forget(key)

    def ends_at(self, session: str) -> datetime | None:
        """Return when a sign-in ends at the latest."""
        known = self._live(session)
        return known.row.expires if known else None

    def tell(self, session: str, addresses: Iterable[str]) -> bool:
        """Remember which addresses a sign-in is told; tell whether it may be told anything."""
        known = self._known.get(session_key(session))
        if known is None:
            return False
        for address in addresses:
            known.told.pop(address, None)
            known.told[address] = None
        for oldest in list(known.told)[:-_TOLD_KEPT]:
            del known.told[oldest]
        return True

    def was_told(self, session: str, address: str) -> bool:
        """Tell whether this process told a sign-in an address."""
        known = self._known.get(session_key(session))
        return known is not None and address in known.told

    def count(self) -> int:
        """Return how many are live in this process."""
        with self._lock:
            return sum(self._state(known) == "open" for known in self._known.values())

    def clear(self) -> None:
        """Forget what this process knows, as a new start of it does."""
        with self._lock:
            self._known.clear()

    def _live(self, session: str) -> _Known | None:
        """Return what is known of a sign-in that is live; one that is over is ended there."""
        known = self._look(session)
        state = self._state(known) if known else "ended"
        if state == "open":
            return known
        self._forget(session_key(session))
        if state != "ended":
            with suppress(RecordsError):  # it is over all the same
                self.end(session_key(session), why=state)
        return None

    def _look(self, session: str) -> _Known | None:
        """Return what is known of a sign-in, in whatever state; of old, the database is asked."""
        key, now = session_key(session), self._now()
        known = self._known.get(key)
        while known is None or not 0 <= (now - known.looked).total_seconds() < LOOK_EVERY:
            ended = self._ended
            with self.records().read() as connection:
                row = find_session(connection, session)
            if row is None:
                return None
            with self._lock:
                if ended == self._ended:  # else one was, this one perhaps: it is read again
                    known = self._known.get(key) or _Known(row, now, row.last_seen, row.last_seen)
                    known.row, known.looked, known.used = row, now, max(known.used, row.last_seen)
                    old = now - timedelta(seconds=LOOK_EVERY) - _idle()  # nobody looked for long
                    self._known = {at: one for at, one in self._known.items() if one.looked >= old}
                    self._known[key] = known
                    return known
        return known

    def _forget(self, key: str) -> None:
        """Let go of a sign-in that is over."""
        with self._lock:
            self._ended += 1
            self._known.pop(key, None)

    def _state(self, known: _Known) -> SessionState:
        """Tell whether a sign-in is over, by what this process knows."""
        row = replace(known.row, last_seen=known.used)
        return session_state(row, now=self._now(), idle=_idle())

    def _now(self) -> datetime:
        """Return the time."""
        return datetime.fromtimestamp(self.clock(), UTC)


def _note(records: Database, key: str, now: datetime) -> None:
    """Write down that somebody was there."""
    try:
        with records.write() as connection:
            touch_session(connection, key, now=now)
    except RecordsError as error:
        _LOG.warning("A use of a sign-in was not written down: %s", error)


def _idle() -> timedelta:
    """Return how long a person may do nothing."""
    return timedelta(minutes=settings().idle_minutes)


sign_ins = SignIns()

"""The live sign-ins: the database has the one list, and every process of the app looks at it.

Streamlit's cookie says who signed in and stays good for 30 days, whatever happens. It opens
nothing by itself here: only the provider's own answer puts a sign-in on the list, and signing
out, the token's expiry, the longest session, idleness or an administrator takes it off for good,
in every process. A process remembers for two seconds what it read, and for as long as a sign-in
lives which addresses it told it: maps and files are served by the process that made them.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Literal

from mapper.base.errors import RecordsError
from mapper.base.settings import settings
from mapper.disclosure.people import Viewer
from mapper.records.database import Database
from mapper.records.open import database
from mapper.records.sessions import (
    Session,
    SessionState,
    end_session,
    find_session,
    open_session,
    session_key,
    session_state,
    touch_session,
)

Why = Literal[
    "signed out", "idle", "expired", "signed in again", "roles changed", "ended by an administrator"
]
LOOK_EVERY = 2.0  # seconds for which what was read holds
_NOTED_EVERY = timedelta(seconds=30)  # after which a use is written down again
_TOLD_KEPT = 4_096  # addresses that one sign-in was told; the oldest are forgotten
_LOG = logging.getLogger(__name__)


@dataclass(eq=False)
class _Known:
    """What this process knows of a sign-in."""

    viewer: Viewer
    row: Session  # as the database had it
    looked: datetime
    used: datetime  # the last use that this process saw
    noted: datetime  # the last use that the database hears of
    told: OrderedDict[str, None] = field(default_factory=OrderedDict)


@dataclass(eq=False)
class SignIns:
    """The list of live sign-ins, as one process sees it."""

    clock: Callable[[], float] = time.time
    records: Callable[[], Database] = database
    later: Callable[[Callable[[], None]], object] = ThreadPoolExecutor(1, "last-seen").submit
    _known: dict[str, _Known] = field(default_factory=dict)  # by the database's key
    _lock: Lock = field(default_factory=Lock)
    _ended: int = 0  # how many were forgotten: what was read before one was is read again

    def open(self, viewer: Viewer, *, expires: float | None = None) -> bool:
        """Put a sign-in on the list, unless its token has expired already.

        Parameters
        ----------
        expires
            When the provider's token expires, in seconds since the epoch.

        Raises
        ------
        RecordsError
            When it was used before, or cannot be kept: it opens nothing then.
        """
        now = self._now()
        ends = now + timedelta(hours=settings().session_hours)
        if expires is not None and expires < ends.timestamp():
            ends = datetime.fromtimestamp(expires, UTC)
        if not viewer.session or ends <= now:
            return False
        with self.records().write() as connection:
            open_session(connection, viewer, expires=ends, now=now)
        return True

    def viewer(self, session: str, *, used: bool = False) -> Viewer | None:
        """Return who is signed in, if they still are.

        Parameters
        ----------
        used
            The person did something: idleness counts from now.

        Raises
        ------
        RecordsError
            When the database cannot be asked.
        """
        known = self._live(session)
        if known is not None and used:
            self._use(known)
        return known.viewer if known else None

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
        with self._lock:
            known = self._known.get(session_key(session))
            if known is None:
                return False
            for address in addresses:
                known.told[address] = None
                known.told.move_to_end(address)
            while len(known.told) > _TOLD_KEPT:
                known.told.popitem(last=False)
            return True

    def was_told(self, session: str, address: str) -> bool:
        """Tell whether this process told a sign-in an address."""
        with self._lock:
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
        """Return what is known of a sign-in that is live."""
        known = self._known.get(session_key(session))
        age = (self._now() - known.looked).total_seconds() if known else -1
        if known and 0 <= age < LOOK_EVERY and self._state(known) == "open":
            return known
        return self._look(session) if session else None

    def _look(self, session: str) -> _Known | None:
        """Ask the database for a sign-in; one that is over is ended there with its reason."""
        key, ended, now = session_key(session), self._ended, self._now()
        with self.records().read() as connection:
            row = find_session(connection, session)
        if row is None:
            self._forget(key)
            return None
        with self._lock:
            seen, viewer = row.last_seen, row.viewer(session)
            found = self._known.get(key) or _Known(viewer, row, looked=now, used=seen, noted=seen)
            found.row, found.looked = row, now
            state = self._state(found)
            if state == "open" and ended == self._ended:
                self._remember(found)
                return found
        if state == "open":  # somebody's was ended meanwhile, this one perhaps
            return self._look(session)
        self._forget(key)
        if state != "ended":
            with suppress(RecordsError):  # it is over all the same
                self.end(key, why=state)
        return None

    def _remember(self, found: _Known) -> None:
        """Keep what was read; one that nobody looked after for long is let go."""
        before = found.looked - timedelta(seconds=LOOK_EVERY) - _idle()
        for key in [key for key, other in self._known.items() if other.looked < before]:
            del self._known[key]
        self._known[found.row.key] = found

    def _use(self, known: _Known) -> None:
        """Note that somebody did something; the database hears of it now and then, and later.

        Nobody waits so for whoever writes for long. Of two processes one may end a sign-in as idle
        by that much too early, never too late.
        """
        known.used = now = self._now()
        if now - known.noted < min(_NOTED_EVERY, _idle() / 10):
            return
        known.noted = now
        records, key = self.records(), known.row.key

        def note() -> None:
            try:
                with records.write() as connection:
                    touch_session(connection, key, now=now)
            except RecordsError as error:
                _LOG.warning("A use of a sign-in was not written down: %s", error)

        self.later(note)

    def _forget(self, key: str) -> None:
        """Let go of a sign-in that is over."""
        with self._lock:
            self._ended += 1
            self._known.pop(key, None)

    def _state(self, known: _Known) -> SessionState:
        """Tell whether a sign-in is over, by what this process knows."""
        row = replace(known.row, last_seen=max(known.row.last_seen, known.used))
        return session_state(row, now=self._now(), idle=_idle())

    def _now(self) -> datetime:
        """Return the time."""
        return datetime.fromtimestamp(self.clock(), UTC)


def _idle() -> timedelta:
    """Return how long a person may do nothing."""
    return timedelta(minutes=settings().idle_minutes)


sign_ins = SignIns()

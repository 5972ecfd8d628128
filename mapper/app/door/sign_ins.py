"""The list of live sign-ins, kept by the server: what is not on it is signed out.

Streamlit's cookie says who signed in and stays good for 30 days, whatever happens. It opens
nothing by itself here: only the provider's own answer puts a sign-in on this list, and signing
out, the token's expiry, the longest session or idleness takes it off for good.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal

from mapper.app.shell.traces import end_sign_in, is_kept_open, keep_sign_in
from mapper.base.settings import settings
from mapper.disclosure.people import Viewer
from mapper.records.sessions import session_key

Why = Literal["out", "idle", "expired", "replaced", "administrator"]
_ASK_EVERY = 30.0  # seconds; an administrator or another process may have ended it
_TOLD_KEPT = 4_096  # addresses that one sign-in was told; the oldest are forgotten


@dataclass(eq=False)
class _SignIn:
    """One sign-in; it changes by being used."""

    viewer: Viewer
    ends: float  # seconds since the epoch
    seen: float
    asked: float  # when the database was last asked whether it is still open
    told: OrderedDict[str, None] = field(default_factory=OrderedDict)


@dataclass(eq=False)
class SignIns:
    """The live sign-ins of this server."""

    clock: Callable[[], float] = time.time
    on_open: Callable[[Viewer, float], None] = lambda _viewer, _ends: None
    on_end: Callable[[Viewer, Why], None] = lambda _viewer, _why: None
    is_kept: Callable[[Viewer], bool] = lambda _viewer: True  # asked now and then
    _live: dict[str, _SignIn] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def open(self, viewer: Viewer, *, expires: float | None = None) -> bool:
        """Put a sign-in on the list, unless its token has expired already.

        Parameters
        ----------
        expires
            When the provider's token expires, in seconds since the epoch.
        """
        now = self.clock()
        ends = now + settings().session_hours * 3600
        ends = ends if expires is None else min(ends, expires)
        if not viewer.session or ends <= now:
            return False
        self.on_open(viewer, ends)
        with self._lock:
            self._live[viewer.session] = _SignIn(viewer, ends, seen=now, asked=now)
        return True

    def viewer(self, session: str, *, used: bool = False) -> Viewer | None:
        """Return who is signed in, if they still are.

        Parameters
        ----------
        used
            The person did something: idleness counts from now.
        """
        with self._lock:
            found = self._live.get(session)
        if found is None:
            return None
        why = self._over(found)
        if why is None and used:
            found.seen = self.clock()
            if found.seen - found.asked >= _ASK_EVERY:
                found.asked = found.seen
                why = None if self.is_kept(found.viewer) else "out"
        if why is not None:
            self.end(session, why=why)
            return None
        return found.viewer

    def end(self, session: str, *, why: Why = "out") -> None:
        """Take a sign-in off the list."""
        with self._lock:
            found = self._live.pop(session, None)
        if found is not None:
            self.on_end(found.viewer, why)

    def end_of_key(self, key: str, *, why: Why) -> bool:
        """Take a sign-in off the list by what the database knows it by; tell whether it was on."""
        with self._lock:
            found = [session for session in self._live if session_key(session) == key]
        for session in found:
            self.end(session, why=why)
        return bool(found)

    def ends_at(self, session: str) -> float | None:
        """Return when a sign-in ends at the latest."""
        with self._lock:
            found = self._live.get(session)
        return found.ends if found else None

    def tell(self, session: str, addresses: Iterable[str]) -> None:
        """Remember which addresses the server told a sign-in."""
        with self._lock:
            found = self._live.get(session)
            if found is None:
                return
            for address in addresses:
                found.told[address] = None
                found.told.move_to_end(address)
            while len(found.told) > _TOLD_KEPT:
                found.told.popitem(last=False)

    def was_told(self, session: str, address: str) -> bool:
        """Tell whether the server told a sign-in an address."""
        with self._lock:
            found = self._live.get(session)
            return found is not None and address in found.told

    def count(self) -> int:
        """Return how many are live."""
        with self._lock:
            return len(self._live)

    def clear(self) -> None:
        """Forget every sign-in, as a new start of the server does."""
        with self._lock:
            self._live.clear()

    def _over(self, found: _SignIn) -> Why | None:
        """Tell why a sign-in is over, or nothing if it is not."""
        now = self.clock()
        if now >= found.ends:
            return "expired"
        if now >= found.seen + settings().idle_minutes * 60:
            return "idle"
        return None


sign_ins = SignIns(on_open=keep_sign_in, on_end=end_sign_in, is_kept=is_kept_open)

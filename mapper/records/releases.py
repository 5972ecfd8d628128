"""The register of releases in the database, each kept with its audit entry in one transaction.

What is kept is what an audience was told (:mod:`mapper.disclosure.register`): cells as numbers,
intervals as numbers, compressed. A deleted release no longer takes part in the check of later
ones, though its audience may still hold it: so releases are kept for ever unless an administrator
sets otherwise.
"""

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

import numpy as np
from sqlalchemy import Connection, delete, insert, select, update

from mapper.base.errors import RecordsError
from mapper.disclosure.register import StoredRelease, from_document, to_document
from mapper.records.audit import Event, append
from mapper.records.database import Database
from mapper.records.schema.trust import audit, deletions, releases

_SUBJECT = "releases"  # of the log's entries on their deletion
_ARRAYS = ("region", "low", "high")
_TURN = threading.RLock()


@dataclass(frozen=True)
class KeptRelease:
    """What the list of releases shows of one."""

    release: str  # its digest
    audience: str
    made: datetime
    made_by: str
    expires: date | None  # a date of its own; none leaves it to the rule for releases
    cells: int


class DatabaseRegister:
    """The register of an installation, as one person uses it.

    Parameters
    ----------
    database
        Where releases are kept.
    person, role
        Who releases: the audit entries name them.
    """

    def __init__(self, database: Database, *, person: str, role: str = "") -> None:
        self._database = database
        self._person = person
        self._role = role
        self._held = threading.local()

    def earlier(self, audience: str) -> Sequence[StoredRelease]:
        """Return the releases of an audience that are kept, oldest first."""
        held = self._connection()
        if held is not None:
            return _of_audience(held, audience)
        with self._database.read() as connection:
            return _of_audience(connection, audience)

    def stamp(self) -> str:
        """Return what changes whenever a release of any audience is kept or forgotten."""
        held = self._connection()
        if held is not None:
            return _stamp_of(held)
        with self._database.read() as connection:
            return _stamp_of(connection)

    def add(self, stored: StoredRelease) -> None:
        """Keep a release with its audit entry; the same digest twice is kept once."""
        held = self._connection()
        if held is not None:
            add_release(held, stored, person=self._person, role=self._role)
            return
        with self._database.write() as connection:
            add_release(connection, stored, person=self._person, role=self._role)

    def turn(self) -> AbstractContextManager[object]:
        """Wait until no other check of this program is under way; others may write meanwhile.

        Two checks at once would be beside the same releases, and one of them in vain.
        """
        return _TURN

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Make the check of a release and its :meth:`add` one transaction."""
        if self._connection() is not None:
            yield
            return
        with _TURN, self._database.write() as connection:  # always in this order: no deadlock
            self._held.connection = connection
            try:
                yield
            finally:
                self._held.connection = None

    def _connection(self) -> Connection | None:
        """Return the transaction that this thread holds, if it does."""
        held: Connection | None = getattr(self._held, "connection", None)
        return held


def add_release(
    connection: Connection, stored: StoredRelease, *, person: str, role: str = ""
) -> bool:
    """Keep a release with its audit entry; tell whether it was new.

    Making the same release again is a look, which whoever shows it writes down.
    """
    known = select(releases.c.release).where(releases.c.release == stored.digest)
    if connection.scalar(known) is not None:
        return False
    content = pack(stored)
    connection.execute(insert(releases), _row(stored, content, person))
    detail: dict[str, object] = {
        "audience": stored.audience,
        "area": stored.area_title,
        "first": stored.first.isoformat(),
        "last": stored.last.isoformat(),
        "resolution": stored.resolution,
        "cells": len(stored.cells),
        "filters": dict(stored.filters),
        "content": hashlib.sha256(content).hexdigest(),
    }
    append(connection, Event("release", person, stored.title, role, stored.digest, detail))
    return True


def kept_releases(connection: Connection) -> list[KeptRelease]:
    """Return every release that is kept, newest first, without its numbers."""
    listed = [column for column in releases.c if column.name != "content"]
    found = select(*listed).order_by(releases.c.made.desc(), releases.c.release)
    return [KeptRelease(**row) for row in connection.execute(found).mappings()]


def set_release_expiry(
    connection: Connection, release: str, expires: date | None, *, person: str, role: str = ""
) -> None:
    """Give a release a date of its own, or leave it to the rule again; and record who did.

    Raises
    ------
    RecordsError
        When no such release is kept.
    """
    changed = update(releases).where(releases.c.release == release).values(expires=expires)
    if connection.execute(changed).rowcount == 0:
        raise RecordsError("That release is not kept any more. Look at the list again.")
    detail = {"expires": expires.isoformat() if expires else "by the rule"}
    append(connection, Event("settings", person, "release expiry", role, release, detail))


def drop_releases(
    connection: Connection, gone: Sequence[KeptRelease], *, person: str, role: str, because: str
) -> None:
    """Delete releases, leaving counts and an audit entry."""
    if not gone:
        return
    cells = sum(one.cells for one in gone)
    connection.execute(
        delete(releases).where(releases.c.release.in_([one.release for one in gone]))
    )
    left = {"kind": "release", "by": person, "because": because, "items": len(gone), "rows": cells}
    connection.execute(insert(deletions), {**left, "at": datetime.now(UTC)})
    detail = {"because": because, "items": len(gone), "cells": cells}
    append(connection, Event("deletion", person, _SUBJECT, role, detail=detail))


def register_faults(connection: Connection) -> list[str]:
    """Compare the register with the log: a release that was altered or taken away is found."""
    logged, added, deleted = _logged(connection)
    kept = connection.execute(select(releases.c.release, releases.c.content)).all()
    faults = [
        f"Release {row.release[:12]} is not what the log says was released."
        for row in kept
        if logged.get(row.release) != hashlib.sha256(row.content).hexdigest()
    ]
    gone = added - deleted - len(kept)
    if gone > 0:
        faults.append(f"{gone:,} releases that the log tells of are gone without a deletion.")
    return faults


def _logged(connection: Connection) -> tuple[dict[str, str], int, int]:
    """Return what the log says of the register: digests of content, how many came and went."""
    contents: dict[str, str] = {}
    added = deleted = 0
    acts = select(audit.c.kind, audit.c.subject, audit.c.digest, audit.c.detail).where(
        audit.c.kind.in_(("release", "deletion"))
    )
    for kind, subject, digest, detail in connection.execute(acts.order_by(audit.c.number)):
        told = json.loads(detail)
        if kind == "release" and "content" in told:
            contents[digest] = told["content"]
            added += 1
        elif kind == "deletion" and subject == _SUBJECT:
            deleted += int(told["items"])
    return contents, added, deleted


def _row(stored: StoredRelease, content: bytes, person: str) -> dict[str, object]:
    """Return a release as a row of the register."""
    return {
        "release": stored.digest,
        "audience": stored.audience,
        "made": datetime.now(UTC),
        "made_by": person,
        "expires": None,
        "cells": len(stored.cells),
        "content": content,
    }


def pack(stored: StoredRelease) -> bytes:
    """Return a release as compressed numbers."""
    document = to_document(stored)
    region, low, high = (np.array(document.pop(name), dtype=np.int64) for name in _ARRAYS)
    cells = np.array([int(cell, 16) for cell in document.pop("cells")], dtype=np.uint64)
    told = np.frombuffer(json.dumps(document, sort_keys=True).encode(), dtype=np.uint8)
    packed = io.BytesIO()
    np.savez_compressed(packed, told=told, cells=cells, region=region, low=low, high=high)
    return packed.getvalue()


def unpack(content: bytes) -> StoredRelease:
    """Return the release that :func:`pack` made this of.

    Raises
    ------
    RecordsError
        When it was not: the register was damaged, and no release can be checked against it.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as packed:
            document = json.loads(packed["told"].tobytes())
            document["cells"] = _strings(packed["cells"].tobytes())
            document |= {name: packed[name] for name in _ARRAYS}
        return from_document(document)
    except (ValueError, KeyError, TypeError, OSError, zipfile.BadZipFile) as error:
        raise RecordsError(
            "The register of releases is damaged, so nothing can be released safely."
            " Run “mapper doctor” and restore the last backup."
        ) from error


@lru_cache(maxsize=16)
def _strings(cells: bytes) -> tuple[str, ...]:
    """Return cells as strings; most releases of an area share one list, made and held once."""
    return tuple(format(cell, "x") for cell in np.frombuffer(cells, dtype=np.uint64).tolist())


def _stamp_of(connection: Connection) -> str:
    """Return a digest of which releases are kept."""
    kept = connection.scalars(select(releases.c.release).order_by(releases.c.release))
    return hashlib.sha256("\n".join(kept).encode()).hexdigest()


def _of_audience(connection: Connection, audience: str) -> tuple[StoredRelease, ...]:
    """Return the releases of an audience, oldest first."""
    found = (
        select(releases.c.content)
        .where(releases.c.audience == audience)
        .order_by(releases.c.made, releases.c.release)
    )
    return tuple(unpack(content) for content in connection.scalars(found))

"""Saving: each save is a new version, and of two people who save at once neither loses a text.

Whoever saves says which version they started from. If it is still the newest, theirs becomes the
next. If not, their text is kept whole beside the record, stays their draft, and they are shown
what differs. Text, draft and audit entry are one transaction: all are kept, or none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from mapper.base.errors import RecordsError
from mapper.disclosure.people import Act, Viewer, require, role_of
from mapper.records.audit import Event, append
from mapper.records.content import as_json, digest_of_text, tidy
from mapper.records.database import Database
from mapper.records.form import Content, RecordKind, load_form
from mapper.records.schema.work import work_drafts, work_set_aside, work_versions
from mapper.records.versions import Version, newest_in

NEW = 0  # what a record that was never saved is based on


class StaleVersionError(RecordsError):
    """Someone else saved first; the own text is kept, and both can now be compared."""

    def __init__(self, newest: Version) -> None:
        super().__init__(
            f"{newest.author} saved {newest.record} while you worked on it (version"
            f" {newest.number}). Your text is kept. See what differs and choose."
        )
        self.newest = newest


@dataclass(frozen=True)
class Work:
    """What is to be saved or kept as a draft."""

    record: str
    kind: RecordKind
    content: Content
    based_on: int = NEW  # number of the version the author started from


def save(database: Database, work: Work, *, viewer: Viewer, reason: str) -> Version:
    """Save a new version of a record.

    Saving once more what is already the newest text of the same author changes nothing, so that
    an answer lost on the way may be asked for again.

    Parameters
    ----------
    reason
        Why this version, in the author's words.

    Raises
    ------
    StaleVersionError
        When the version started from is not the newest; the text is set aside and kept as draft.
    RefusedError
        When the viewer's roles do not let them.
    RecordsError
        When there is no reason, or an answer cannot be used; nothing is saved then.
    """
    require(viewer, "plan")
    prepared = _prepare(work, viewer, reason)
    with database.write() as connection:
        now = newest_in(connection, work.record)
        number = now.number if now else NEW
        if now and (now.digest, now.author) == (prepared["digest"], prepared["author"]):
            _drop_draft(connection, work.record, viewer.name)
            return now
        stale = number != work.based_on
        if stale:
            _set_aside(connection, work, prepared, behind=number)
            _put_draft(connection, work, str(prepared["content"]), str(prepared["author"]))
        else:
            _add(connection, work, prepared, number=number + 1)
        _tell(connection, viewer, prepared, number=number + 1, stale=stale)
        after = newest_in(connection, work.record)
    if after is None:
        raise RecordsError(
            f"{work.record} has no version {work.based_on}; it was never saved. Start it anew."
        )
    if stale:
        raise StaleVersionError(after)
    return after


def amend(
    database: Database,
    record: str,
    *,
    viewer: Viewer,
    act: Act,
    change: Callable[[Version], Content],
    reason: str,
) -> Version:
    """Change the newest version of a record in one transaction: nobody can come in between.

    Parameters
    ----------
    act
        What the viewer must be allowed to do.
    change
        Returns the new content from the newest version, or raises.

    Raises
    ------
    RefusedError
        When the viewer's roles do not let them.
    RecordsError
        When there is no such record, or the change cannot be used; nothing is saved then.
    """
    require(viewer, act)
    with database.write() as connection:
        now = newest_in(connection, record)
        if now is None:
            raise RecordsError(f"{record} is not here. Load the page again and choose another.")
        work = Work(record, now.kind, change(now), now.number)
        prepared = _prepare(work, viewer, reason)
        if prepared["digest"] == now.digest:
            return now
        connection.execute(insert(work_versions), {**prepared, "number": now.number + 1})
        _tell(connection, viewer, prepared, number=now.number + 1, stale=False)
        after = newest_in(connection, record)
    assert after is not None  # noqa: S101 - just written
    return after


def lay_aside(
    database: Database, work: Work, *, viewer: Viewer, act: Act, reason: str
) -> StaleVersionError:
    """Keep a text that came too late beside its record; return what its author is to be told.

    Raises
    ------
    RefusedError
        When the viewer's roles do not let them.
    RecordsError
        When there is no such record, or the text cannot be used.
    """
    require(viewer, act)
    prepared = _prepare(work, viewer, reason)
    with database.write() as connection:
        now = newest_in(connection, work.record)
        if now is None:
            raise RecordsError(f"{work.record} is not here. Load the page again.")
        _set_aside(connection, work, prepared, behind=now.number)
        _tell(connection, viewer, prepared, number=now.number + 1, stale=True)
    return StaleVersionError(now)


def keep_draft(database: Database, work: Work, *, viewer: Viewer) -> None:
    """Keep what somebody has typed so far, for them alone; it outlasts a closed browser.

    Raises
    ------
    RefusedError
        When the viewer's roles do not let them.
    RecordsError
        When an answer cannot be used.
    """
    require(viewer, "plan")
    content = as_json(tidy(load_form(work.kind), work.content))
    with database.write() as connection:
        _put_draft(connection, work, content, viewer.name)


def discard_draft(database: Database, record: str, *, viewer: Viewer) -> None:
    """Throw the own draft away."""
    with database.write() as connection:
        _drop_draft(connection, record, viewer.name)


def _prepare(work: Work, viewer: Viewer, reason: str) -> dict[str, Any]:
    """Return what a saved row holds beside its numbers; all that can be wrong is found here."""
    form = load_form(work.kind)
    content = tidy(form, work.content)
    if not content.get("name"):
        raise RecordsError(f"{form.title} not saved: “{form.by_id['name'].label}” is empty.")
    if not reason.strip():
        raise RecordsError(f"{form.title} not saved: say in a few words why, then save again.")
    text = as_json(content)
    return {
        "record": work.record,
        "kind": work.kind,
        "content": text,
        "digest": digest_of_text(text),
        "author": viewer.name,
        "saved": datetime.now(UTC),
        "reason": _column(reason),
        "title": _column(content["name"]),
        "hotspot_id": _column(content.get("hotspot_id", "")),
        "ward": _column(content.get("ward", "")),
        "form": form.version,
    }


def _add(connection: Connection, work: Work, prepared: Mapping[str, Any], *, number: int) -> None:
    """Add a version; the draft it came from has done its work."""
    connection.execute(insert(work_versions), {**prepared, "number": number})
    _drop_draft(connection, work.record, str(prepared["author"]))


def _set_aside(
    connection: Connection, work: Work, prepared: Mapping[str, Any], *, behind: int
) -> None:
    """Keep a text that came too late, beside the record."""
    kept = {name: prepared[name] for name in prepared if name in work_set_aside.c}
    last = select(func.coalesce(func.max(work_set_aside.c.number), 0)).where(
        work_set_aside.c.record == work.record
    )
    number = connection.execute(last).scalar_one() + 1
    numbers = {"number": number, "based_on": work.based_on, "behind": behind}
    connection.execute(insert(work_set_aside), {**kept, **numbers})


def _tell(
    connection: Connection,
    viewer: Viewer,
    prepared: Mapping[str, Any],
    *,
    number: int,
    stale: bool,
) -> None:
    """Write the audit entry of a save."""
    what = "set aside behind" if stale else "version"
    append(
        connection,
        Event(
            kind="save",
            person=viewer.name,
            role=role_of(viewer),
            subject=f"{prepared['kind']} {prepared['record']} {what} {number - stale}",
            digest=str(prepared["digest"]),
        ),
    )


def _put_draft(connection: Connection, work: Work, content: str, author: str) -> None:
    """Write an author's draft over the one before."""
    _drop_draft(connection, work.record, author)
    row = {
        "record": work.record,
        "author": author,
        "kind": work.kind,
        "based_on": work.based_on,
        "content": content,
        "digest": digest_of_text(content),
        "saved": datetime.now(UTC),
    }
    connection.execute(insert(work_drafts), row)


def _drop_draft(connection: Connection, record: str, author: str) -> None:
    """Remove an author's draft, if there is one."""
    connection.execute(
        delete(work_drafts).where(work_drafts.c.record == record, work_drafts.c.author == author)
    )


def _column(text: str) -> str:
    """Return text as every database keeps it; the content holds it to the letter."""
    return str(text).encode("utf-8", "replace").decode().replace("\0", "\ufffd")

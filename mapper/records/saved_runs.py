"""Saved runs: the question, its choices and the digest of the data, to be asked again later.

What is kept is what was asked, never the answer: an answer holds operational detail and is made
again from the data. The digest of the answer is kept, so that a second run can say whether it says
the same.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, delete, insert, select

from mapper.base.errors import RecordsError, RefusedError
from mapper.disclosure.people import Viewer, require, role_of
from mapper.records.audit import Event, append
from mapper.records.database import Database
from mapper.records.schema.runs import saved_runs

LONGEST_TITLE = 200
_LONGEST_ASKED = 100_000  # characters


@dataclass(frozen=True)
class SavedRun:
    """One run as it was asked."""

    run: str
    title: str
    question: str  # id of the question
    asked: Mapping[str, Any]  # question, values, request, lens_sha256, places
    data: str  # digest of the data
    data_title: str
    release: str  # digest of the answer as it was released
    saved_by: str
    saved: datetime


def save_run(
    database: Database,
    *,
    title: str,
    asked: Mapping[str, Any],
    data: tuple[str, str],
    release: str,
    viewer: Viewer,
) -> SavedRun:
    """Keep what was asked, with its audit entry.

    Parameters
    ----------
    asked
        Plain JSON with a ``question`` among it.
    data
        Digest and title of the data.

    Raises
    ------
    RefusedError
        When the viewer does not see everything.
    RecordsError
        When the title is empty or too long, or the database cannot be written.
    """
    require(viewer, "see everything")
    named, text = title.strip(), json.dumps(asked, sort_keys=True, ensure_ascii=False)
    if not 0 < len(named) <= LONGEST_TITLE or len(text) > _LONGEST_ASKED:
        raise RecordsError(
            f"The run was not saved: give it a name of 1 to {LONGEST_TITLE} characters."
        )
    now, run = datetime.now(UTC), f"R-{secrets.token_hex(6)}"
    row: dict[str, Any] = {
        "run": run,
        "title": named,
        "question": str(asked["question"]),
        "asked": text,
        "data": data[0],
        "data_title": data[1],
        "release": release,
        "saved_by": viewer.name,
        "saved": now,
    }
    with database.write() as connection:
        connection.execute(insert(saved_runs).values(**row))
        append(connection, _event("save", viewer, run, named, release))
    return SavedRun(**{**row, "asked": asked})


def list_runs(database: Database) -> tuple[SavedRun, ...]:
    """Return every saved run, the newest first."""
    with database.read() as connection:
        rows = connection.execute(select(saved_runs).order_by(saved_runs.c.saved.desc()))
        return tuple(_run(row) for row in rows.mappings())


def delete_run(database: Database, run: str, *, viewer: Viewer) -> None:
    """Remove a saved run, with its audit entry; its author alone may.

    Raises
    ------
    RefusedError
        When somebody else saved it.
    RecordsError
        When there is no such run.
    """
    require(viewer, "see everything")
    with database.write() as connection:
        row = connection.execute(select(saved_runs).where(saved_runs.c.run == run)).mappings()
        kept = row.first()
        if kept is None:
            raise RecordsError("There is no such saved run any longer. Load the page again.")
        if kept["saved_by"] != viewer.name:
            raise RefusedError(f"{kept['saved_by']} saved this run: only they can remove it.")
        connection.execute(delete(saved_runs).where(saved_runs.c.run == run))
        append(connection, _event("deletion", viewer, run, kept["title"], kept["release"]))


def _event(kind: Any, viewer: Viewer, run: str, title: str, release: str) -> Event:
    """Return the audit entry of what happened to a run."""
    return Event(
        kind,
        viewer.name,
        subject=f"saved run {run}: {title}",
        role=role_of(viewer),
        digest=release,
    )


def _run(row: RowMapping) -> SavedRun:
    """Return a run as it is kept."""
    return SavedRun(**{**row, "asked": json.loads(row["asked"])})

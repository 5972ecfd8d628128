"""Everyone who has signed in, with the role and wards they had last; a change leaves an entry.

Roles come from the identity provider's claims at each sign-in. What is kept here gives nobody
anything: it shows administrators who has which role, and since when it has been another.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, desc, func, insert, select, update

from mapper.disclosure.people import ROLES, Viewer
from mapper.records.audit import Event, append
from mapper.records.schema.trust import people

MOST = 500  # people in one list


@dataclass(frozen=True)
class KnownPerson:
    """Somebody who has signed in, as they were the last time."""

    viewer: Viewer
    first_seen: datetime
    last_seen: datetime


def known_people(
    connection: Connection, *, most: int = MOST
) -> tuple[tuple[KnownPerson, ...], int]:
    """Return who has signed in, the last first and at most so many, and how many there are."""
    rows = connection.execute(
        select(people).order_by(desc(people.c.last_seen), people.c.person).limit(most)
    ).mappings()
    found = tuple(
        KnownPerson(
            viewer_as_kept(row["name"], row["role"], json.loads(row["wards"]), row["agency"]),
            row["first_seen"],
            row["last_seen"],
        )
        for row in rows
    )
    return found, connection.scalar(select(func.count()).select_from(people)) or 0


def viewer_as_kept(
    name: str, role: str, wards: Sequence[str], agency: str, *, session: str = ""
) -> Viewer:
    """Return somebody as the tables keep them, their roles joined in one text."""
    roles = frozenset(each for each in ROLES if each in role.split(", "))
    return Viewer(name, roles, frozenset(wards), session, agency)


def note_person(
    connection: Connection,
    *,
    person: str,
    name: str,
    role: str,
    wards: Sequence[str],
    now: datetime,
    agency: str = "",
) -> None:
    """Keep that a person signed in; another role or other wards than last time are logged."""
    found = select(people).where(people.c.person == person)
    row = connection.execute(found).mappings().first()
    told = {"role": role, "wards": list(wards), **({"agency": agency} if agency else {})}
    kept = {"role": role, "wards": json.dumps(list(wards)), "agency": agency}
    facts = {"name": name, **kept, "last_seen": now}
    if row is None:
        connection.execute(insert(people), {"person": person, "first_seen": now, **facts})
        return
    connection.execute(update(people).where(people.c.person == person).values(facts))
    before = {"role": row["role"], "wards": json.loads(row["wards"])}
    if row["agency"]:
        before["agency"] = row["agency"]
    if before != told:
        detail = {"before": before, "now": told}
        append(connection, Event("role", person, "role at sign-in", role, detail=detail), at=now)

"""Tables of trust: the audit log, the register of releases, sessions, people, datasets.

Revision 0001 makes them, but for one that says so.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from mapper.records.schema.base import DIGEST, Moment, metadata

# The chain: each entry's hash covers the hash before it and everything the entry says. Times are
# text here, because what was hashed must come back to the letter.
audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", String(27), nullable=False),  # 2026-11-23T09:30:00.000000Z
    Column("kind", String(40), nullable=False),
    Column("person", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("digest", String(DIGEST), nullable=False),
    Column("detail", Text, nullable=False),  # JSON in its one canonical form
    Column("previous", String(DIGEST), nullable=False),
    Column("hash", String(DIGEST), nullable=False, unique=True),
    Index("ix_audit_at", "at"),
    Index("ix_audit_person", "person"),
)

people = Table(
    "people",
    metadata,
    Column("person", String(320), primary_key=True),  # the provider's own name for them
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),  # names joined; revision 0007 lets them be long
    Column("wards", Text, nullable=False),  # JSON list
    Column("agency", Text, nullable=False, server_default=""),  # revision 0005 adds it
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("key", String(DIGEST), primary_key=True),  # SHA-256 of the id: a copy opens nothing
    Column("person", String(320), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),  # names joined; revision 0007 lets them be long
    Column("wards", Text, nullable=False),  # JSON list
    Column("agency", Text, nullable=False, server_default=""),  # revision 0005 adds it
    Column("issued", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("ended", Moment),
    Column("ended_because", String(40)),
)

datasets = Table(
    "datasets",
    metadata,
    Column("dataset", String(DIGEST), primary_key=True),  # digest of what was imported
    Column("title", Text, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("imported", Moment, nullable=False),
    Column("imported_by", Text, nullable=False),
    Column("expires", Date, index=True),  # first day on which it is to be gone; none: kept
)

# Which of them everybody sees; without a row it is the demonstration. Revision 0004 makes it.
current_data = Table(
    "current_data",
    metadata,
    Column(
        "slot",
        Integer,
        CheckConstraint("slot = 1", name="one"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("dataset", String(DIGEST), ForeignKey("datasets.dataset"), nullable=False),
    Column("set", Moment, nullable=False),
    Column("set_by", Text, nullable=False),
)

releases = Table(
    "releases",
    metadata,
    Column("release", String(DIGEST), primary_key=True),
    Column("audience", String(40), nullable=False, index=True),
    Column("made", Moment, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("expires", Date, index=True),
    Column("cells", Integer, nullable=False),  # how many numbers it holds, for the counts left
    Column("content", LargeBinary, nullable=False),  # compressed
)

# What deletion leaves: how many, never what.
deletions = Table(
    "deletions",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("kind", String(40), nullable=False),  # dataset or release
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("because", String(40), nullable=False),  # expired, or asked
    Column("items", Integer, nullable=False),
    Column("rows", BigInteger, nullable=False),
)

retention = Table(
    "retention",
    metadata,
    Column("kind", String(40), primary_key=True),
    Column("days", Integer, CheckConstraint("days > 0", name="days_positive"), nullable=False),
    Column("set", Moment, nullable=False),
    Column("set_by", Text, nullable=False),
)

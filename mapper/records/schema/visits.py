"""The table of visits: minutes at a place, by day and shift; never who, and no position.

Revision 0006 makes it.
"""

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table, Text

from mapper.records.schema.base import DIGEST, Moment, metadata

visits = Table(
    "visits",
    metadata,
    Column("visit", String(20), primary_key=True),
    Column("day", String(10), nullable=False),  # 2026-03-01; a night's is that on which it starts
    Column("shift", String(10), nullable=False),
    Column("minutes", Integer, CheckConstraint("minutes > 0", name="positive"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("place", Text, nullable=False),
    Column("cells", Text, nullable=False),  # of the place, with blanks between
    Column("origin", String(DIGEST), nullable=False),  # SHA-256 of the file; empty: by hand
    Column("saved", Moment, nullable=False),
    Index("ix_visits_day", "day"),
    Index("ix_visits_origin", "origin"),
)

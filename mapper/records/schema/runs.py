"""The table of saved runs: what was asked of which data, never what was answered.

Revision 0003 makes it.
"""

from sqlalchemy import Column, Index, String, Table, Text

from mapper.records.schema.base import DIGEST, Moment, metadata

saved_runs = Table(
    "saved_runs",
    metadata,
    Column("run", String(20), primary_key=True),
    Column("title", Text, nullable=False),
    Column("question", String(40), nullable=False),
    Column("asked", Text, nullable=False),  # JSON: question, values, request, lens, places
    Column("data", String(DIGEST), nullable=False),  # digest of the data it was asked of
    Column("data_title", Text, nullable=False),
    Column("release", String(DIGEST), nullable=False),  # digest of the answer as it was released
    Column("saved_by", String(320), nullable=False),
    Column("saved", Moment, nullable=False),
    Index("ix_saved_runs_saved", "saved"),
)

"""Tables of people's work: versions that are never changed, texts set aside, and drafts.

Revision 0002 makes them.
"""

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table, Text

from mapper.records.schema.base import DIGEST, Moment, metadata

AUTHOR = 320

# One row a save. The key is what makes two savers of one version impossible: the second finds the
# number taken. Title, hot spot and ward repeat what the content says, to find records by.
work_versions = Table(
    "work_versions",
    metadata,
    Column("record", String(20), primary_key=True),
    Column("number", Integer, CheckConstraint("number > 0", name="positive"), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("form", Integer, nullable=False),  # version of the form
    Column("content", Text, nullable=False),  # JSON in its one form
    Column("digest", String(DIGEST), nullable=False),  # SHA-256 of content
    Column("title", Text, nullable=False),
    Column("hotspot_id", Text, nullable=False),
    Column("ward", Text, nullable=False),
    Column("author", String(AUTHOR), nullable=False),
    Column("saved", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_work_versions_kind", "kind"),
    Index("ix_work_versions_hotspot_id", "hotspot_id"),
)

# What somebody meant to save when another had been faster: kept whole, whatever they choose then.
work_set_aside = Table(
    "work_set_aside",
    metadata,
    Column("record", String(20), primary_key=True),
    Column("number", Integer, CheckConstraint("number > 0", name="positive"), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("based_on", Integer, nullable=False),  # the version they had started from
    Column("behind", Integer, nullable=False),  # the version that had come first
    Column("content", Text, nullable=False),
    Column("digest", String(DIGEST), nullable=False),
    Column("author", String(AUTHOR), nullable=False),
    Column("saved", Moment, nullable=False),
    Column("reason", Text, nullable=False),
)

# The newest unsaved text of each author; written over as they type, gone once it is saved.
work_drafts = Table(
    "work_drafts",
    metadata,
    Column("record", String(20), primary_key=True),
    Column("author", String(AUTHOR), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("based_on", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("digest", String(DIGEST), nullable=False),
    Column("saved", Moment, nullable=False),
    Index("ix_work_drafts_author", "author"),
)

"""Make the tables of people's work: versions, texts set aside, drafts.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from mapper.records.schema.base import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NEVER_CHANGED = ("work_versions", "work_set_aside")


def upgrade() -> None:
    """Make the tables, and the guards that let nobody rewrite what was saved."""
    _versions()
    _set_aside()
    _drafts()
    postgresql = op.get_bind().dialect.name == "postgresql"
    for guard in _POSTGRESQL if postgresql else ():
        op.get_bind().exec_driver_sql(guard)
    for table in NEVER_CHANGED:
        for guard in _POSTGRESQL_TABLE if postgresql else _SQLITE_TABLE:
            op.get_bind().exec_driver_sql(guard.format(table=table))


def _versions() -> None:
    """Make the versions."""
    op.create_table(
        "work_versions",
        sa.Column("record", sa.String(20)),
        sa.Column("number", sa.Integer),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("form", sa.Integer, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("hotspot_id", sa.Text, nullable=False),
        sa.Column("ward", sa.Text, nullable=False),
        sa.Column("author", sa.String(320), nullable=False),
        sa.Column("saved", Moment, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("record", "number", name="pk_work_versions"),
        sa.CheckConstraint("number > 0", name="ck_work_versions_positive"),
    )
    op.create_index("ix_work_versions_kind", "work_versions", ["kind"])
    op.create_index("ix_work_versions_hotspot_id", "work_versions", ["hotspot_id"])


def _set_aside() -> None:
    """Make the texts set aside."""
    op.create_table(
        "work_set_aside",
        sa.Column("record", sa.String(20)),
        sa.Column("number", sa.Integer),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("based_on", sa.Integer, nullable=False),
        sa.Column("behind", sa.Integer, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("author", sa.String(320), nullable=False),
        sa.Column("saved", Moment, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("record", "number", name="pk_work_set_aside"),
        sa.CheckConstraint("number > 0", name="ck_work_set_aside_positive"),
    )


def _drafts() -> None:
    """Make the drafts."""
    op.create_table(
        "work_drafts",
        sa.Column("record", sa.String(20)),
        sa.Column("author", sa.String(320)),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("based_on", sa.Integer, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("saved", Moment, nullable=False),
        sa.PrimaryKeyConstraint("record", "author", name="pk_work_drafts"),
    )
    op.create_index("ix_work_drafts_author", "work_drafts", ["author"])


_SQLITE_TABLE = (
    (
        "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN"
        " SELECT RAISE(ABORT, 'what was saved is never changed'); END"
    ),
    (
        "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN"
        " SELECT RAISE(ABORT, 'what was saved is never deleted'); END"
    ),
)

_POSTGRESQL = (
    (
        "CREATE FUNCTION work_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'what was saved is never changed or deleted'; END $$"
    ),
)

_POSTGRESQL_TABLE = (
    (
        "CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION work_never_changes()"
    ),
    (
        "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION work_never_changes()"
    ),
)

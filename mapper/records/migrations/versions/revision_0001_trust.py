"""Make the tables of trust: audit log, people, sessions, datasets, releases, retention.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from mapper.records.schema.base import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and the guards that let nobody rewrite the log."""
    _audit()
    _people()
    _kept()
    guards = _POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _SQLITE
    for guard in guards:
        op.get_bind().exec_driver_sql(guard)


def _audit() -> None:
    """Make the log."""
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger, autoincrement=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
        sa.UniqueConstraint("hash", name="uq_audit_hash"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_person", "audit", ["person"])


def _people() -> None:
    """Make people and their sessions."""
    op.create_table(
        "people",
        sa.Column("person", sa.String(320)),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("wards", sa.Text, nullable=False),
        sa.Column("first_seen", Moment, nullable=False),
        sa.Column("last_seen", Moment, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_people"),
    )
    op.create_table(
        "sessions",
        sa.Column("key", sa.String(64)),
        sa.Column("person", sa.String(320), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("wards", sa.Text, nullable=False),
        sa.Column("issued", Moment, nullable=False),
        sa.Column("expires", Moment, nullable=False),
        sa.Column("last_seen", Moment, nullable=False),
        sa.Column("ended", Moment),
        sa.Column("ended_because", sa.String(40)),
        sa.PrimaryKeyConstraint("key", name="pk_sessions"),
    )
    op.create_index("ix_sessions_person", "sessions", ["person"])


def _kept() -> None:
    """Make what is kept for a time, and what its deletion leaves."""
    op.create_table(
        "datasets",
        sa.Column("dataset", sa.String(64)),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("accepted", sa.Integer, nullable=False),
        sa.Column("rejected", sa.Integer, nullable=False),
        sa.Column("imported", Moment, nullable=False),
        sa.Column("imported_by", sa.Text, nullable=False),
        sa.Column("expires", sa.Date),
        sa.PrimaryKeyConstraint("dataset", name="pk_datasets"),
    )
    op.create_index("ix_datasets_expires", "datasets", ["expires"])
    op.create_table(
        "releases",
        sa.Column("release", sa.String(64)),
        sa.Column("audience", sa.String(40), nullable=False),
        sa.Column("made", Moment, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("expires", sa.Date),
        sa.Column("cells", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("release", name="pk_releases"),
    )
    op.create_index("ix_releases_audience", "releases", ["audience"])
    op.create_index("ix_releases_expires", "releases", ["expires"])
    op.create_table(
        "deletions",
        sa.Column("number", sa.Integer),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("because", sa.String(40), nullable=False),
        sa.Column("items", sa.Integer, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_deletions"),
    )
    op.create_table(
        "retention",
        sa.Column("kind", sa.String(40)),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("set", Moment, nullable=False),
        sa.Column("set_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("kind", name="pk_retention"),
        sa.CheckConstraint("days > 0", name="ck_retention_days_positive"),
    )


_SQLITE = (
    (
        "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN"
        " SELECT RAISE(ABORT, 'the audit log is never changed'); END"
    ),
    (
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN"
        " SELECT RAISE(ABORT, 'the audit log is never deleted from'); END"
    ),
    (
        "CREATE TRIGGER audit_in_order BEFORE INSERT ON audit"
        " WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM audit) BEGIN"
        " SELECT RAISE(ABORT, 'the audit log grows at its end only'); END"
    ),
)

_POSTGRESQL = (
    (
        "CREATE FUNCTION audit_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'the audit log is never changed or deleted from'; END $$"
    ),
    (
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit"
        " FOR EACH ROW EXECUTE FUNCTION audit_never_changes()"
    ),
    (
        "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_never_changes()"
    ),
    (
        "CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM audit) THEN"
        " RAISE EXCEPTION 'the audit log grows at its end only'; END IF; RETURN NEW; END $$"
    ),
    (
        "CREATE TRIGGER audit_in_order BEFORE INSERT ON audit"
        " FOR EACH ROW EXECUTE FUNCTION audit_only_grows()"
    ),
)

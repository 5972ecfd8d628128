"""Make the table of saved runs.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from mapper.records.schema.base import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "saved_runs",
        sa.Column("run", sa.String(20)),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("question", sa.String(40), nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("data", sa.String(64), nullable=False),
        sa.Column("data_title", sa.Text, nullable=False),
        sa.Column("release", sa.String(64), nullable=False),
        sa.Column("saved_by", sa.String(320), nullable=False),
        sa.Column("saved", Moment, nullable=False),
        sa.PrimaryKeyConstraint("run", name="pk_saved_runs"),
    )
    op.create_index("ix_saved_runs_saved", "saved_runs", ["saved"])

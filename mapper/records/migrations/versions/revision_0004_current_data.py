"""Make the table of what this installation shows: its current data.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from mapper.records.schema.base import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "current_data",
        sa.Column("slot", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("dataset", sa.String(64), nullable=False),
        sa.Column("set", Moment, nullable=False),
        sa.Column("set_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("slot", name="pk_current_data"),
        sa.CheckConstraint("slot = 1", name="ck_current_data_one"),
        sa.ForeignKeyConstraint(
            ["dataset"], ["datasets.dataset"], name="fk_current_data_dataset_datasets"
        ),
    )

"""Keep visits to places: minutes by day and shift.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from mapper.records.schema.base import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "visits",
        sa.Column("visit", sa.String(20), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("shift", sa.String(10), nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("cells", sa.Text, nullable=False),
        sa.Column("origin", sa.String(64), nullable=False),
        sa.Column("saved", Moment, nullable=False),
        sa.PrimaryKeyConstraint("visit", name="pk_visits"),
        sa.CheckConstraint("minutes > 0", name="ck_visits_positive"),
    )
    op.create_index("ix_visits_day", "visits", ["day"])
    op.create_index("ix_visits_origin", "visits", ["origin"])

"""Keep the agency of a sign-in beside its role and wards.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; who signed in before has none."""
    for table in ("people", "sessions"):
        op.add_column(table, sa.Column("agency", sa.Text, nullable=False, server_default=""))

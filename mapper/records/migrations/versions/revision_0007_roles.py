"""Roles of any length: somebody who has all of them has more than 40 letters of them.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let the column of roles be as long as it needs to be."""
    for table in ("people", "sessions"):
        with op.batch_alter_table(table) as change:
            change.alter_column("role", type_=sa.Text, existing_type=sa.String(40))

"""Where a listing that broke off goes on, and when the first of its runs began."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("inventory_run", sa.Column("place", sa.Text(), nullable=False, server_default=""))
    op.add_column("inventory_run", sa.Column("listed_from", sa.Double(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take them away again."""
    op.drop_column("inventory_run", "listed_from")
    op.drop_column("inventory_run", "place")

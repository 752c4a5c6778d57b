"""What stands in a bundle, thing by thing, so that a listing that differs in one reads that one alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the next listing of a bundle that has changed fills it."""
    op.add_column("inventory_bundle", sa.Column("things", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("inventory_bundle", "things")

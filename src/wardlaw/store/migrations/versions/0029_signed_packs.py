"""Frameworks that came with a pack are signed; those applied before are not, and count again once they are applied anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the signature."""
    op.add_column("framework_pack", sa.Column("signature", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("framework_pack", "signature")

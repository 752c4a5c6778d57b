"""What an erasure reaches in the inventory, and names that stay out of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "erasure_reach",
        sa.Column("erasure", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("reach", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("erasure", name=op.f("pk_erasure_reach")),
    )
    op.create_table(
        "suppressed_name",
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("directory", sa.String(length=64), nullable=False),
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("erasure", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("tag", "directory", name=op.f("pk_suppressed_name")),
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("suppressed_name")
    op.drop_table("erasure_reach")

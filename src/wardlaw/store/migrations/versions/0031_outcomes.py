"""Live decisions as counts, and the rules that watch them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "outcome_count",
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("groups", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("system", "day", "key", "place", name=op.f("pk_outcome_count")),
    )
    op.create_table(
        "outcome_watch",
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("live", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(length=128), nullable=False),
        sa.Column("set_at", sa.Double(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("system", name=op.f("pk_outcome_watch")),
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("outcome_watch")
    op.drop_table("outcome_count")

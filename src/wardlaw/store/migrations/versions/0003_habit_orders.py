"""Behaviour profiles: what people say about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a table."""
    op.create_table(
        "habit_order",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("caller", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.String(length=128), nullable=False),
        sa.Column("placed_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_habit_order")),
    )
    op.create_index(op.f("ix_habit_order_caller"), "habit_order", ["caller"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_index(op.f("ix_habit_order_caller"), "habit_order")
    op.drop_table("habit_order")

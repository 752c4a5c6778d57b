"""What platforms send by themselves, and signals that are sent to others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "inventory_delivery",
        sa.Column("directory", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("directory", "id", name=op.f("pk_inventory_delivery")),
    )
    op.create_index("ix_inventory_delivery_until", "inventory_delivery", ["until"])
    op.create_table(
        "inventory_push",
        sa.Column("directory", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("directory", "outcome", name=op.f("pk_inventory_push")),
    )
    op.create_table(
        "inventory_wish",
        sa.Column("directory", sa.String(length=64), nullable=False),
        sa.Column("feed", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("directory", "feed", name=op.f("pk_inventory_wish")),
    )
    op.create_table(
        "inventory_channel",
        sa.Column("directory", sa.String(length=64), nullable=False),
        sa.Column("feed", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("resource", sa.String(length=512), nullable=False),
        sa.Column("address", sa.String(length=1024), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("directory", "feed", name=op.f("pk_inventory_channel")),
    )
    op.create_table(
        "signal_out",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("receiver", sa.String(length=64), nullable=False),
        sa.Column("claims", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.Double(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal_out")),
    )
    op.create_index("ix_signal_out_state_next_at", "signal_out", ["state", "next_at"])


def downgrade() -> None:
    """Take them away again."""
    for name in ("signal_out", "inventory_channel", "inventory_wish", "inventory_push", "inventory_delivery"):
        op.drop_table(name)

"""What connected organisations tell of grants, apps and identities, and the runs that read it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "inventory_run",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("directory", sa.String(length=64), nullable=False),
        sa.Column("platform", sa.String(length=32), nullable=False),
        sa.Column("feed", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("started_by", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=False),
        sa.Column("watermark", sa.Text(), nullable=False),
        sa.Column("covered_until", sa.Double(), nullable=False),
        sa.Column("gaps", sa.Text(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inventory_run")),
    )
    op.create_index(
        op.f("ix_inventory_run_directory_feed_started_at"), "inventory_run", ["directory", "feed", "started_at"]
    )
    op.create_table(
        "inventory_item",
        sa.Column("directory", sa.String(length=64), nullable=False),
        sa.Column("feed", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("id", sa.String(length=512), nullable=False),
        sa.Column("last_seen_at", sa.Double(), nullable=False),
        sa.Column("gone_at", sa.Double(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("directory", "feed", "kind", "id", name=op.f("pk_inventory_item")),
    )
    op.create_index(
        op.f("ix_inventory_item_directory_feed_last_seen_at"), "inventory_item", ["directory", "feed", "last_seen_at"]
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("inventory_item")
    op.drop_table("inventory_run")

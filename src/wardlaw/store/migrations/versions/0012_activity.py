"""Events of connected organisations, what detectors remember of them, and findings with a state."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "inventory_activity",
        sa.Column("directory", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=512), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("directory", "id", name=op.f("pk_inventory_activity")),
    )
    op.create_index(
        op.f("ix_inventory_activity_directory_judged_at"), "inventory_activity", ["directory", "judged", "at"]
    )
    op.create_table(
        "inventory_rollup",
        sa.Column("directory", sa.String(length=64), nullable=False),
        sa.Column("app", sa.String(length=512), nullable=False),
        sa.Column("method", sa.String(length=200), nullable=False),
        sa.Column("asn", sa.BigInteger(), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("directory", "app", "method", "asn", "hour", name=op.f("pk_inventory_rollup")),
    )
    op.create_index(op.f("ix_inventory_rollup_directory_hour"), "inventory_rollup", ["directory", "hour"])
    op.create_table(
        "inventory_memory",
        sa.Column("directory", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("app", sa.String(length=512), nullable=False),
        sa.Column("memory", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("directory", "kind", "app", name=op.f("pk_inventory_memory")),
    )
    op.create_table(
        "inventory_finding",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("directory", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("event", sa.String(length=512), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("last_at", sa.Double(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inventory_finding")),
    )
    op.create_index(op.f("ix_inventory_finding_directory_state"), "inventory_finding", ["directory", "state"])


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("inventory_finding")
    op.drop_table("inventory_memory")
    op.drop_table("inventory_rollup")
    op.drop_table("inventory_activity")

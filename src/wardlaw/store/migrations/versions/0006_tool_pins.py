"""Definitions of tools that servers offer, and who approved them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "tool_pin",
        sa.Column("server", sa.String(length=64), nullable=False),
        sa.Column("tool", sa.String(length=256), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("pin", sa.String(length=64), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("offered_pin", sa.String(length=64), nullable=False),
        sa.Column("offered", sa.Text(), nullable=False),
        sa.Column("concerns", sa.Text(), nullable=False),
        sa.Column("first_at", sa.Double(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.Column("approved_by", sa.String(length=128), nullable=False),
        sa.Column("approved_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("server", "tool", name=op.f("pk_tool_pin")),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("tool_pin")

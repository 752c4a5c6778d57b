"""What vendors keep for callers, and whose it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "kept",
        sa.Column("upstream", sa.String(length=128), nullable=False),
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("endpoint", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=256), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("upstream", "id", name=op.f("pk_kept")),
    )
    op.create_index(op.f("ix_kept_owner_kind"), "kept", ["owner", "kind"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_index(op.f("ix_kept_owner_kind"), "kept")
    op.drop_table("kept")

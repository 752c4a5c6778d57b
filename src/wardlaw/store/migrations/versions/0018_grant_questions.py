"""Questions to persons about what they granted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "grant_question",
        sa.Column("directory", sa.String(length=64), nullable=False),
        sa.Column("grant_id", sa.String(length=512), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=512), nullable=False),
        sa.Column("asked_at", sa.Double(), nullable=False),
        sa.Column("answered_at", sa.Double(), nullable=False),
        sa.Column("answered_by", sa.String(length=128), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("directory", "grant_id", name=op.f("pk_grant_question")),
    )
    op.create_index(op.f("ix_grant_question_id"), "grant_question", ["id"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("grant_question")

"""What red-team tools found, kept for gates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "red_team_report",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("model_digest", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("kept_by", sa.String(length=128), nullable=False),
        sa.Column("kept_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_red_team_report")),
        sa.UniqueConstraint("model_digest", "digest", name=op.f("uq_red_team_report_model_digest_digest")),
    )
    op.create_index(op.f("ix_red_team_report_kept_at"), "red_team_report", ["kept_at"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("red_team_report")

"""Questions to persons about what they granted, and what apps were seen calling."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from wardlaw.store.exercise import adopt_exercise

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, and keep what the events that are there tell."""
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
    op.create_table(
        "inventory_exercise",
        sa.Column("directory", sa.String(length=64), nullable=False),
        sa.Column("app", sa.String(length=512), nullable=False),
        sa.Column("account", sa.String(length=512), nullable=False),
        sa.Column("method", sa.String(length=200), nullable=False),
        sa.Column("first_at", sa.Double(), nullable=False),
        sa.Column("last_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("directory", "app", "account", "method", name=op.f("pk_inventory_exercise")),
    )
    op.create_index(op.f("ix_inventory_exercise_directory_last_at"), "inventory_exercise", ["directory", "last_at"])
    adopt_exercise(op.get_bind())


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("inventory_exercise")
    op.drop_table("grant_question")

"""Answers somebody is still at work on, and what makes the log quick to search by kind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the index."""
    op.create_table(
        "classification_draft",
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=128), nullable=False),
        sa.Column("follows", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("system", "person", name=op.f("pk_classification_draft")),
    )
    op.create_index(op.f("ix_record_kind_leaf_index"), "record", ["kind", "leaf_index"])


def downgrade() -> None:
    """Take them away again."""
    op.drop_index(op.f("ix_record_kind_leaf_index"), table_name="record")
    op.drop_table("classification_draft")

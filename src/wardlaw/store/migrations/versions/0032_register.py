"""Models, datasets and vendors beside systems, and how systems were classified."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    for name, *keys in (("register_entry", "kind", "id"), ("register_entry_version", "kind", "id", "version")):
        op.create_table(
            name,
            sa.Column("kind", sa.String(length=16), nullable=False),
            sa.Column("id", sa.String(length=64), nullable=False),
            sa.Column("version", sa.Integer(), nullable=False),
            sa.Column("entry", sa.Text(), nullable=False),
            sa.Column("changed_by", sa.String(length=128), nullable=False),
            sa.Column("changed_at", sa.Double(), nullable=False),
            sa.Column("retired_at", sa.Double(), nullable=False),
            sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}")),
        )
    op.create_table(
        "classification",
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tier", sa.String(length=16), nullable=False),
        sa.Column("classification", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=128), nullable=False),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("system", "version", name=op.f("pk_classification")),
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("classification")
    op.drop_table("register_entry_version")
    op.drop_table("register_entry")

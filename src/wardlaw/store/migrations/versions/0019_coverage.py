"""AI systems with their history, changes of the law, and what people vouch for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "ai_system",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=128), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.Column("retired_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_system")),
    )
    op.create_table(
        "ai_system_version",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=128), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_ai_system_version")),
    )
    op.create_table(
        "framework_pack",
        sa.Column("framework", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("as_of", sa.String(length=10), nullable=False),
        sa.Column("pack", sa.String(length=128), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("applied_by", sa.String(length=128), nullable=False),
        sa.Column("applied_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("framework", "number", name=op.f("pk_framework_pack")),
    )
    op.create_table(
        "reopening",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("ref", sa.String(length=160), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("pack", sa.String(length=128), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Double(), nullable=False),
        sa.Column("closed_at", sa.Double(), nullable=False),
        sa.Column("closed_by", sa.String(length=128), nullable=False),
        sa.Column("attestation", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reopening")),
    )
    op.create_index("ix_reopening_closed_at", "reopening", ["closed_at"])
    op.create_index("ix_reopening_ref_system", "reopening", ["ref", "system"])
    op.create_table(
        "attestation",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("clause", sa.String(length=160), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("says", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Double(), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.Column("attested_by", sa.String(length=128), nullable=False),
        sa.Column("received_at", sa.Double(), nullable=False),
        sa.Column("file_name", sa.String(length=256), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("withdrawn_at", sa.Double(), nullable=False),
        sa.Column("withdrawn_by", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestation")),
    )
    op.create_index("ix_attestation_until", "attestation", ["until"])


def downgrade() -> None:
    """Take them away again."""
    for name in ("attestation", "reopening", "framework_pack", "ai_system_version", "ai_system"):
        op.drop_table(name)

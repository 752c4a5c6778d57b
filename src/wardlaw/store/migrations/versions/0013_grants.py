"""Approvals of grants, what clauses say of grants, revocations, and links to principals of the gateway."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "grant_approval",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=False),
        sa.Column("approval", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant_approval")),
    )
    op.create_index(op.f("ix_grant_approval_ended_at_expires_at"), "grant_approval", ["ended_at", "expires_at"])
    op.create_table(
        "grant_decision",
        sa.Column("directory", sa.String(length=64), nullable=False),
        sa.Column("grant_id", sa.String(length=512), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("effect", sa.String(length=16), nullable=False),
        sa.Column("fate", sa.String(length=16), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("ruling", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("directory", "grant_id", name=op.f("pk_grant_decision")),
    )
    op.create_index(op.f("ix_grant_decision_id"), "grant_decision", ["id"])
    op.create_index(op.f("ix_grant_decision_fate_at"), "grant_decision", ["fate", "at"])
    op.create_table(
        "revocation",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("directory", sa.String(length=64), nullable=False),
        sa.Column("app", sa.String(length=512), nullable=False),
        sa.Column("planned_at", sa.Double(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revocation", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocation")),
    )
    op.create_index(op.f("ix_revocation_planned_at"), "revocation", ["planned_at"])
    op.create_index(op.f("ix_revocation_directory_app"), "revocation", ["directory", "app"])
    op.create_table(
        "revocation_record",
        sa.Column("record", sa.String(length=64), nullable=False),
        sa.Column("revocation", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("operation", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("record", name=op.f("pk_revocation_record")),
    )
    op.create_index(op.f("ix_revocation_record_revocation_at"), "revocation_record", ["revocation", "at"])
    op.create_table(
        "principal_link",
        sa.Column("directory", sa.String(length=64), nullable=False),
        sa.Column("app", sa.String(length=512), nullable=False),
        sa.Column("principal", sa.String(length=256), nullable=False),
        sa.Column("linked_by", sa.String(length=128), nullable=False),
        sa.Column("linked_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("directory", "app", "principal", name=op.f("pk_principal_link")),
    )


def downgrade() -> None:
    """Take them away again."""
    for table in ("principal_link", "revocation_record", "revocation", "grant_decision", "grant_approval"):
        op.drop_table(table)

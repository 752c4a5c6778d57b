"""Canaries that were sent, people's wishes to have some sent now, and how far targets have read the log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "canary_run",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("canary", sa.String(length=64), nullable=False),
        sa.Column("clause", sa.String(length=128), nullable=False),
        sa.Column("route", sa.String(length=64), nullable=False),
        sa.Column("example", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("decision", sa.String(length=64), nullable=False),
        sa.Column("took_us", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("incident", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canary_run")),
    )
    op.create_index(op.f("ix_canary_run_clause_route_at"), "canary_run", ["clause", "route", "at"])
    op.create_index(op.f("ix_canary_run_order_id"), "canary_run", ["order_id"])
    op.create_table(
        "canary_order",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("clause", sa.String(length=128), nullable=False),
        sa.Column("asked_by", sa.String(length=128), nullable=False),
        sa.Column("asked_at", sa.Double(), nullable=False),
        sa.Column("done_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canary_order")),
    )
    op.create_index(op.f("ix_canary_order_done_at"), "canary_order", ["done_at"])
    op.create_table(
        "export_cursor",
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("next_leaf", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("missing", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.Double(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("target", name=op.f("pk_export_cursor")),
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("export_cursor")
    op.drop_table("canary_order")
    op.drop_table("canary_run")

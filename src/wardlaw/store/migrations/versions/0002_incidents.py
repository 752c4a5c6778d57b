"""Campaigns: what an incident is known again by, its evidence, its quarantines, and who is told about it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OF_QUARANTINES = ("incident", "release_reason")


def upgrade() -> None:
    """Add tables and columns; what stands in the others stays."""
    op.create_table(
        "incident_mark",
        sa.Column("incident", sa.String(length=64), nullable=False),
        sa.Column("mark", sa.String(length=96), nullable=False),
        sa.PrimaryKeyConstraint("incident", "mark", name=op.f("pk_incident_mark")),
    )
    op.create_index(op.f("ix_incident_mark_mark"), "incident_mark", ["mark"])
    op.create_table(
        "incident_evidence",
        sa.Column("incident", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.String(length=64), nullable=False),
        sa.Column("exchange", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("clause", sa.String(length=64), nullable=False),
        sa.Column("effect", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("incident", "decision", name=op.f("pk_incident_evidence")),
    )
    op.create_table(
        "notification",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("incident", sa.String(length=64), nullable=False),
        sa.Column("event", sa.String(length=16), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.Double(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    op.create_index(op.f("ix_notification_state_next_at"), "notification", ["state", "next_at"])
    op.add_column("quarantine", sa.Column("incident", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("quarantine", sa.Column("release_reason", sa.Text(), nullable=False, server_default=""))
    op.create_index(op.f("ix_quarantine_incident"), "quarantine", ["incident"])


def downgrade() -> None:
    """Take them away again."""
    op.drop_index(op.f("ix_quarantine_incident"), "quarantine")
    for column in _OF_QUARANTINES:
        op.drop_column("quarantine", column)
    for table in ("notification", "incident_evidence", "incident_mark"):
        op.drop_table(table)

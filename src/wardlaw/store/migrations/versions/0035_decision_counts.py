"""Decisions can be counted by effect and time without reading them."""

from __future__ import annotations

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index(op.f("ix_record_kind_at_ms_effect_id"), "record", ["kind", "at_ms", "effect", "id"])


def downgrade() -> None:
    """Take it away."""
    op.drop_index(op.f("ix_record_kind_at_ms_effect_id"), table_name="record")

"""What is sealed of held calls: what the person who is asked must see, and answers that are kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; where values came from is sealed from now on."""
    op.drop_column("call_approval", "values")
    op.create_index(op.f("ix_call_approval_principal_state"), "call_approval", ["principal", "state"])
    op.create_table(
        "call_detail",
        sa.Column("approval", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("approval", name=op.f("pk_call_detail")),
    )
    op.create_table(
        "kept_answer",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("approvals", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_kept_answer")),
    )
    op.create_index(op.f("ix_kept_answer_owner"), "kept_answer", ["owner"])
    op.create_index(op.f("ix_kept_answer_subject"), "kept_answer", ["subject"])
    op.create_index(op.f("ix_kept_answer_expires_at"), "kept_answer", ["expires_at"])


def downgrade() -> None:
    """Take them away again."""
    op.drop_index(op.f("ix_kept_answer_expires_at"), "kept_answer")
    op.drop_index(op.f("ix_kept_answer_subject"), "kept_answer")
    op.drop_index(op.f("ix_kept_answer_owner"), "kept_answer")
    op.drop_table("kept_answer")
    op.drop_table("call_detail")
    op.drop_index(op.f("ix_call_approval_principal_state"), "call_approval")
    op.add_column("call_approval", sa.Column("values", sa.Text(), nullable=False, server_default="[]"))

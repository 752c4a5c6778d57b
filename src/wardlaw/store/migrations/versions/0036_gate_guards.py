"""On PostgreSQL the guards of gates: nobody signs off what they asked for or made."""

from __future__ import annotations

from alembic import op

from wardlaw.store.gateguards import gate_guard_statements, gate_unguard_statements

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in gate_guard_statements():
            op.execute(statement)


def downgrade() -> None:
    """Take them away; the tables stay."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in gate_unguard_statements():
            op.execute(statement)

"""On PostgreSQL the guards of classifications, the register, requests and red-team reports; those of systems and gates anew."""

from __future__ import annotations

from alembic import op

from wardlaw.store.dutyguards import system_guard_function
from wardlaw.store.gateguards import gate_guard_functions
from wardlaw.store.registerguards import register_guard_statements, register_unguard_statements

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; an erasure may veil what people wrote, and nothing else."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in (*register_guard_statements(), system_guard_function(), *gate_guard_functions()):
            op.execute(statement)


def downgrade() -> None:
    """Take them away; the stricter functions of systems and gates stay with what they lean on."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in register_unguard_statements():
            op.execute(statement)

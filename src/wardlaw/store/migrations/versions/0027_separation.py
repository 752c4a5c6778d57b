"""Why a system was changed, and on PostgreSQL the guards of the separation of duties that hold whoever connects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from wardlaw.store.databaseroles import life_guard_functions
from wardlaw.store.dutyguards import duty_guard_statements, duty_unguard_statements

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the guards; those of the life of clauses are made anew."""
    op.add_column("ai_system_version", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    if op.get_bind().dialect.name == "postgresql":
        for statement in (*life_guard_functions(), *duty_guard_statements()):
            op.execute(statement)


def downgrade() -> None:
    """Take them away again; the stricter functions of the life of clauses stay."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in duty_unguard_statements():
            op.execute(statement)
    op.drop_column("ai_system_version", "reason")

"""Findings and approvals at a million grants: what grants allow, counted by app, and the ids of findings that stand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from wardlaw.store.adopting import adopt_findings

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns and a table. Drawing everything anew took more than ten minutes for a million grants: 0024 has it done
    in steps while the new version runs."""
    op.add_column("inventory_thing", sa.Column("shape", sa.String(length=32), nullable=False, server_default=""))
    op.add_column("inventory_standing", sa.Column("finding", sa.String(length=64), nullable=False, server_default=""))
    op.create_index("ix_inventory_standing_finding", "inventory_standing", ["finding"])
    op.create_table(
        "inventory_lot",
        sa.Column("directory", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=520), nullable=False),
        sa.Column("shape", sa.String(length=32), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("as_itself", sa.Boolean(), nullable=False),
        sa.Column("strength", sa.Integer(), nullable=False),
        sa.Column("grants", sa.BigInteger(), nullable=False),
        sa.Column("whole", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=512), nullable=False),
        sa.PrimaryKeyConstraint("directory", "name", "shape", name=op.f("pk_inventory_lot")),
    )
    op.add_column("inventory_finding", sa.Column("weight", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("inventory_finding", sa.Column("about", sa.Text(), nullable=False, server_default=""))
    op.add_column("inventory_finding", sa.Column("until", sa.Double(), nullable=False, server_default="0"))
    op.create_index("ix_inventory_finding_rule", "inventory_finding", ["rule"])
    adopt_findings(op.get_bind())


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_inventory_finding_rule", "inventory_finding")
    for name in ("until", "about", "weight"):
        op.drop_column("inventory_finding", name)
    op.drop_table("inventory_lot")
    op.drop_index("ix_inventory_standing_finding", "inventory_standing")
    op.drop_column("inventory_standing", "finding")
    op.drop_column("inventory_thing", "shape")

"""Pictures that are due to be drawn: an upgrade marks them, and the sequencer's process draws them step by step."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from wardlaw.store.redrawing import mark_due

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; what an earlier step of this upgrade left undrawn is due."""
    op.create_table(
        "inventory_drawing",
        sa.Column("directory", sa.String(length=64), nullable=False),
        sa.Column("after", sa.String(length=32), nullable=False),
        sa.Column("drawn", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("directory", name=op.f("pk_inventory_drawing")),
    )
    mark_due(op.get_bind())


def downgrade() -> None:
    """Take it away; what is half drawn counts as undrawn, so that coming back draws it all."""
    due = "directory IN (SELECT directory FROM inventory_drawing)"
    op.execute(f"DELETE FROM inventory_lot WHERE {due}")
    op.execute(f"UPDATE inventory_thing SET shape = '' WHERE {due}")
    op.drop_table("inventory_drawing")

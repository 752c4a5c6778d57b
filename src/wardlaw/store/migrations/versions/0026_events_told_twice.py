"""Under which other id an event was told too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("inventory_activity", sa.Column("twin", sa.String(length=512), nullable=False, server_default=""))
    op.create_index(
        "ix_inventory_activity_twin",
        "inventory_activity",
        ["directory", "twin"],
        sqlite_where=sa.text("twin <> ''"),
        postgresql_where=sa.text("twin <> ''"),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ix_inventory_activity_twin", "inventory_activity")
    op.drop_column("inventory_activity", "twin")

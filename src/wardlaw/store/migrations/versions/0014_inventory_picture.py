"""The inventory at a million grants: bundles of an account, the picture all feeds make, and what rules find in it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from wardlaw.store.adopting import adopt_items

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns and tables, and work out what stands in them for what is known already."""
    op.add_column("inventory_item", sa.Column("bundle", sa.String(length=640), nullable=False, server_default=""))
    op.add_column("inventory_item", sa.Column("face", sa.String(length=32), nullable=False, server_default=""))
    op.add_column("inventory_item", sa.Column("shared", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.drop_index("ix_inventory_item_directory_feed_last_seen_at", "inventory_item")
    op.create_index("ix_inventory_item_directory_feed_bundle", "inventory_item", ["directory", "feed", "bundle"])
    op.create_index("ix_inventory_item_directory_face", "inventory_item", ["directory", "face"])
    op.create_table(
        "inventory_bundle",
        sa.Column("directory", sa.String(length=64), nullable=False),
        sa.Column("feed", sa.String(length=64), nullable=False),
        sa.Column("bundle", sa.String(length=640), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("directory", "feed", "bundle", name=op.f("pk_inventory_bundle")),
    )
    op.create_table(
        "inventory_thing",
        sa.Column("directory", sa.String(length=64), nullable=False),
        sa.Column("face", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("id", sa.String(length=512), nullable=False),
        sa.Column("account", sa.String(length=512), nullable=False),
        sa.Column("app", sa.String(length=512), nullable=False),
        sa.Column("acts_as", sa.String(length=16), nullable=False),
        sa.Column("vendor", sa.String(length=64), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("data", sa.String(length=512), nullable=False),
        sa.Column("born_at", sa.Double(), nullable=False),
        sa.Column("used_at", sa.Double(), nullable=False),
        sa.Column("usage_known", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("is_there", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("directory", "face", name=op.f("pk_inventory_thing")),
    )
    for columns in (["directory", "kind", "id", "face"], ["kind", "is_there", "directory", "level"], ["id"], ["account"], ["app", "kind"]):
        op.create_index(f"ix_inventory_thing_{'_'.join(columns)}", "inventory_thing", columns)
    for name, columns in (("vendor", ["vendor", "directory", "kind", "is_there", "account"]), ("words", ["kind", "words"])):
        told = sa.text(f"{name} <> ''")
        op.create_index(
            f"ix_inventory_thing_{name}", "inventory_thing", columns, sqlite_where=told, postgresql_where=told
        )
    op.create_table(
        "inventory_standing",
        sa.Column("directory", sa.String(length=64), nullable=False),
        sa.Column("face", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=600), nullable=False),
        sa.Column("holds_from", sa.Double(), nullable=False),
        sa.Column("holds_until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("directory", "face", "rule", name=op.f("pk_inventory_standing")),
    )
    op.create_index(
        "ix_inventory_standing_weight_rule_directory_about",
        "inventory_standing",
        ["weight", "rule", "directory", "about"],
    )
    adopt_items(op.get_bind())


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("inventory_standing")
    op.drop_table("inventory_thing")
    op.drop_table("inventory_bundle")
    op.drop_index("ix_inventory_item_directory_face", "inventory_item")
    op.drop_index("ix_inventory_item_directory_feed_bundle", "inventory_item")
    op.create_index(
        "ix_inventory_item_directory_feed_last_seen_at", "inventory_item", ["directory", "feed", "last_seen_at"]
    )
    for name in ("shared", "face", "bundle"):
        op.drop_column("inventory_item", name)

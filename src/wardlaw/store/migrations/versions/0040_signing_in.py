"""Passwords and passkeys of persons, and what API tokens are limited to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and the column."""
    op.create_table(
        "console_password",
        sa.Column("person", sa.String(length=128), nullable=False),
        sa.Column("encoded", sa.Text(), nullable=False),
        sa.Column("set_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"], ["person.id"], name=op.f("fk_console_password_person_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_console_password")),
    )
    op.create_table(
        "console_passkey",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=128), nullable=False),
        sa.Column("credential", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("rp_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=36), nullable=False),
        sa.Column("backed_up", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("used_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"], ["person.id"], name=op.f("fk_console_passkey_person_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_passkey")),
        sa.UniqueConstraint("credential", name=op.f("uq_console_passkey_credential")),
    )
    op.create_index(op.f("ix_console_passkey_person"), "console_passkey", ["person"])
    with op.batch_alter_table("token") as batch:
        batch.add_column(sa.Column("scopes", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Take them away again."""
    with op.batch_alter_table("token") as batch:
        batch.drop_column("scopes")
    op.drop_table("console_passkey")
    op.drop_table("console_password")

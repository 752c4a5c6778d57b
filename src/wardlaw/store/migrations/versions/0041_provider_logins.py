"""Accounts at an identity provider, the sessions that came of them, and logout tokens that were taken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "provider_login",
        sa.Column("issuer", sa.String(length=512), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("person", sa.String(length=128), nullable=False),
        sa.Column("bound_by", sa.String(length=128), nullable=False),
        sa.Column("bound_at", sa.Double(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"], ["person.id"], name=op.f("fk_provider_login_person_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_provider_login")),
        sa.UniqueConstraint("person", "issuer", name=op.f("uq_provider_login_person_issuer")),
    )
    op.create_table(
        "provider_session",
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("issuer", sa.String(length=512), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("sid", sa.String(length=256), nullable=False),
        sa.ForeignKeyConstraint(
            ["session"],
            ["console_session.id"],
            name=op.f("fk_provider_session_session_console_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session", name=op.f("pk_provider_session")),
    )
    op.create_index(op.f("ix_provider_session_issuer_subject"), "provider_session", ["issuer", "subject"])
    op.create_table(
        "provider_logout",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_provider_logout")),
    )
    op.create_index(op.f("ix_provider_logout_until"), "provider_logout", ["until"])


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("provider_logout")
    op.drop_table("provider_session")
    op.drop_table("provider_login")

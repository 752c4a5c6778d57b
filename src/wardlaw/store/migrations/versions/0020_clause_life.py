"""The life of clauses: versions, sign-offs, what happened, backtests; the human behind an account; asked loosenings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from wardlaw.store.databaseroles import guard_statements, unguard_statements

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_TABLES = ("clause_backtest", "clause_event", "sign_off", "clause_version")


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, autoincrement=False)


def _of_version(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["clause", "version"],
        ["clause_version.clause", "clause_version.version"],
        name=op.f(f"fk_{table}_clause_clause_version"),
    )


def upgrade() -> None:
    """Make them, and on PostgreSQL the guards that hold whoever connects."""
    op.add_column("person", sa.Column("identity", sa.String(length=256), nullable=False, server_default=""))
    op.create_table(
        "clause_version",
        _text("clause", 32), _number("version"), _text("digest", 64), _text("kind", 16), _text("risk", 16),
        sa.Column("text", sa.Text(), nullable=False), _text("author", 128), _text("author_human", 256),
        sa.Column("at", sa.Double(), nullable=False), _text("mac", 64),
        sa.PrimaryKeyConstraint("clause", "version", name=op.f("pk_clause_version")),
    )  # fmt: skip
    op.create_table(
        "sign_off",
        _text("id", 64), _text("clause", 32), _number("version"), _text("digest", 64), _text("person", 128),
        _text("human", 256), _text("roles", 128), sa.Column("approves", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False), sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False), sa.Column("expires_at", sa.Double(), nullable=False),
        _text("mac", 64),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off")),
        _of_version("sign_off"),
    )  # fmt: skip
    op.create_index("ix_sign_off_clause_version", "sign_off", ["clause", "version"])
    op.create_table(
        "clause_event",
        _text("clause", 32), _number("number"), _number("version"), _text("step", 16), _text("state", 16),
        _text("by", 128), sa.Column("at", sa.Double(), nullable=False), sa.Column("reason", sa.Text(), nullable=False),
        _text("record", 64), sa.Column("until", sa.Double(), nullable=False), _text("mac", 64),
        sa.PrimaryKeyConstraint("clause", "number", name=op.f("pk_clause_event")),
        _of_version("clause_event"),
    )  # fmt: skip
    op.create_table(
        "clause_backtest",
        _text("id", 64), _text("clause", 32), _number("version"), sa.Column("at", sa.Double(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False), sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False), _text("mac", 64),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clause_backtest")),
        _of_version("clause_backtest"),
    )  # fmt: skip
    op.create_index("ix_clause_backtest_clause_version", "clause_backtest", ["clause", "version"])
    op.create_table(
        "loosening",
        _text("subject", 128), _text("asked_by", 128), sa.Column("asked_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_loosening")),
    )  # fmt: skip
    if op.get_bind().dialect.name == "postgresql":
        for statement in guard_statements():
            op.execute(statement)


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("loosening")
    for table in _TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for statement in unguard_statements():
            op.execute(statement)
    op.drop_column("person", "identity")

"""Sums over the log by minute and hour, and ways to find a few decisions among a million."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_SPANS_MS = (60_000, 3_600_000)


def upgrade() -> None:
    """Add the tables and indexes, and sum up the effects of what the log holds already.

    Which clauses fired and what the gateway added stand inside the records; both are noted from here on.
    """
    op.create_table(
        "log_clause",
        sa.Column("clause", sa.String(length=64), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("clause", "leaf_index", name=op.f("pk_log_clause")),
    )
    op.create_index(op.f("ix_record_subject_leaf_index"), "record", ["subject", "leaf_index"])
    op.create_index(op.f("ix_record_route_leaf_index"), "record", ["route", "leaf_index"])
    reason = sa.text("code <> ''")
    op.create_index(
        "ix_record_code", "record", ["code", "leaf_index"], sqlite_where=reason, postgresql_where=reason
    )
    stopped = sa.text("effect NOT IN ('allow', '')")
    op.create_index(
        "ix_record_stopped", "record", ["effect", "leaf_index"], sqlite_where=stopped, postgresql_where=stopped
    )
    op.create_table(
        "log_count",
        sa.Column("span_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("many", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("span_ms", "kind", "start_ms", "name", name=op.f("pk_log_count")),
    )
    for span in _SPANS_MS:
        op.execute(
            sa.text(
                "INSERT INTO log_count (span_ms, kind, start_ms, name, many) "
                "SELECT :span, 'effect', at_ms - at_ms % :span, effect, count(*) FROM record "
                "WHERE kind = 'decision' AND id NOT IN (SELECT decision FROM canary_run) "
                "GROUP BY at_ms - at_ms % :span, effect"
            ).bindparams(sa.bindparam("span", span, type_=sa.BigInteger(), literal_execute=True))
        )


def downgrade() -> None:
    """Take them away; the log itself stays."""
    op.drop_index("ix_record_stopped", table_name="record")
    op.drop_index("ix_record_code", table_name="record")
    op.drop_index(op.f("ix_record_route_leaf_index"), table_name="record")
    op.drop_index(op.f("ix_record_subject_leaf_index"), table_name="record")
    op.drop_table("log_clause")
    op.drop_table("log_count")

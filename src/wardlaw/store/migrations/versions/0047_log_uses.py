"""How often each name of the log was decided on, by day, and what upstreams carried."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from wardlaw.audit.envelope import decode
from wardlaw.store.logcounts import HOUR_MS, MINUTE_MS, NAME_CHARS, carried

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_DAYS_MS = 62 * 86_400_000


def upgrade() -> None:
    """Add the table, and sum up the last two months of what the log holds already."""
    op.create_table(
        "log_use",
        sa.Column("day_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("many", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day_ms", "subject", name=op.f("pk_log_use")),
    )
    connection = op.get_bind()
    newest = connection.execute(sa.text("SELECT max(at_ms) FROM record")).scalar() or 0
    since = {"since": newest - _DAYS_MS}
    connection.execute(
        sa.text(
            "INSERT INTO log_use (day_ms, subject, many, last_ms) "
            "SELECT at_ms - at_ms % 86400000, subject, count(*), max(at_ms) FROM record "
            "WHERE kind = 'decision' AND subject <> '' AND at_ms >= :since GROUP BY at_ms - at_ms % 86400000, subject"
        ),
        since,
    )
    _sum_outcomes(connection, since)


def _sum_outcomes(connection: sa.Connection, since: dict[str, int]) -> None:
    """What an exchange carried stands inside its record; canaries are nobody's traffic."""
    found: dict[tuple[int, str, int, str], int] = {}
    outcomes = sa.text("SELECT at_ms, envelope FROM record WHERE kind = 'outcome' AND at_ms >= :since")
    rows = connection.execute(outcomes.execution_options(yield_per=10_000), since)
    for at_ms, envelope in rows:
        facts = decode(bytes(envelope)).facts
        if facts.get("canary"):
            continue
        for kind, name, many in carried(facts):
            for span in (MINUTE_MS, HOUR_MS):
                place = (span, kind, at_ms - at_ms % span, name[:NAME_CHARS])
                found[place] = found.get(place, 0) + many
    if found:
        connection.execute(
            sa.text(
                "INSERT INTO log_count (span_ms, kind, start_ms, name, many) VALUES (:span, :kind, :start, :name, :many)"
            ),
            [
                {"span": span, "kind": kind, "start": start, "name": name, "many": many}
                for (span, kind, start, name), many in sorted(found.items())
            ],
        )


def downgrade() -> None:
    """Take them away; the log itself stays."""
    op.execute(sa.text("DELETE FROM log_count WHERE kind IN ('calls', 'tokens', 'uncounted')"))
    op.drop_table("log_use")

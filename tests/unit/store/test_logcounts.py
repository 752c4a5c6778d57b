from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.engine import Engine

from wardlaw.audit.envelope import Envelope, RecordKind
from wardlaw.store.database import reading, writing
from wardlaw.store.logcounts import (
    ADDED,
    CLAUSE,
    EFFECT,
    HOUR_MS,
    STEPS_US,
    Sum,
    add_counts,
    note_clauses,
    quantile_us,
    sums,
)
from wardlaw.store.tables import LOG_CLAUSE


def decision(at: int, effect: str, *clauses: str, canary: str = "") -> Envelope:
    facts: dict[str, str | int] = {"canary": canary} if canary else {}
    return Envelope(
        at=at, clauses=clauses, effect=effect, epoch=1, facts=facts, gateway="g", id="dec_1", kind=RecordKind.DECISION, seq=1
    )  # fmt: skip


def outcome(at: int, added: int) -> Envelope:
    return Envelope(
        at=at, epoch=1, facts={"overhead_us": added}, gateway="g", id="out_1", kind=RecordKind.OUTCOME, seq=2
    )


def test_records_are_summed_by_minute_and_hour_without_canaries(database: Engine) -> None:
    with writing(database) as connection:
        add_counts(connection, [decision(59_999, "deny", "GOV-01", "GOV-02"), decision(60_000, "deny", "GOV-01")])
        add_counts(
            connection,
            [decision(60_001, "deny"), decision(HOUR_MS, "allow"), decision(0, "cut", "X-1", canary="can_1")],
        )
        add_counts(connection, [])
    with reading(database) as connection:
        minutes = sums(connection, EFFECT, since_ms=0, until_ms=120_000, step_ms=60_000)
        hours = sums(connection, EFFECT, since_ms=0, until_ms=2 * HOUR_MS, step_ms=HOUR_MS)
        clauses = sums(connection, CLAUSE, since_ms=0, until_ms=120_000)
    assert minutes == (Sum(0, "deny", 1), Sum(60_000, "deny", 2))
    assert hours == (Sum(0, "deny", 3), Sum(HOUR_MS, "allow", 1))
    assert clauses == (Sum(0, "GOV-01", 2), Sum(0, "GOV-02", 1))


def test_added_times_are_told_at_most_a_fifth_too_high(database: Engine) -> None:
    with writing(database) as connection:
        add_counts(connection, [outcome(at, 1_000 + 10 * at) for at in range(100)])
        add_counts(connection, [outcome(5, 10**9), outcome(6, 0)])
    with reading(database) as connection:
        found = sums(connection, ADDED, since_ms=0, until_ms=60_000)
    assert sum(one.count for one in found) == 102
    assert 1_490 <= quantile_us(found, 0.5) <= 1_800
    assert quantile_us(found, 1.0) == STEPS_US[-1]
    assert quantile_us((), 0.5) == 0


def test_clauses_are_noted_by_their_place(database: Engine) -> None:
    with writing(database) as connection:
        note_clauses(connection, [(7, decision(1, "deny", "GOV-01", "GOV-01")), (8, decision(1, "allow"))])
        note_clauses(connection, [])
    with reading(database) as connection:
        assert [tuple(row) for row in connection.execute(select(LOG_CLAUSE))] == [("GOV-01", 7)]

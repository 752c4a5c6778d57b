from __future__ import annotations

from sqlalchemy import insert
from sqlalchemy.engine import Engine

from wardlaw.audit.envelope import Envelope, RecordKind
from wardlaw.store.database import reading, writing
from wardlaw.store.decisioncounts import EffectCount, count_decisions
from wardlaw.store.evidencetables import CANARY_RUN
from wardlaw.store.logcounts import add_counts
from wardlaw.store.tables import RECORD


def _rows(*given: tuple[int, str, str]) -> list[dict[str, object]]:
    return [
        {
            "leaf_index": leaf, "id": f"dec_{leaf}", "kind": kind, "exchange": "exc", "at_ms": at_ms, "gateway": "g", "epoch": 1,
            "seq": leaf, "subject": "aa", "effect": effect, "demanded": effect, "action": "ModelCall", "route": "chat",
            "policies": "ff", "code": "", "envelope": b"{}",
        }
        for leaf, (at_ms, kind, effect) in enumerate(given)
    ]  # fmt: skip


def test_decisions_are_counted_by_stretch_and_effect_without_canaries(database: Engine) -> None:
    rows = _rows(
        (999, "decision", "allow"), (1_000, "decision", "allow"), (1_999, "decision", "allow"), (1_500, "decision", "cut"),
        (2_000, "decision", "deny"), (2_100, "outcome", ""), (2_200, "decision", "deny"), (4_000, "decision", "deny"),
    )  # fmt: skip
    canary = {
        "id": "run_1", "canary": "can_1", "clause": "SEC-01", "route": "chat", "example": "x", "at": 2.1, "outcome": "held",
        "decision": "dec_6", "took_us": 1, "detail": "", "order_id": "", "incident": "",
    }  # fmt: skip
    with writing(database) as connection:
        connection.execute(insert(RECORD), rows)
        connection.execute(insert(CANARY_RUN), [canary])
    with reading(database) as connection:
        found = count_decisions(connection, since_ms=1_000, until_ms=4_000, step_ms=1_000)
    assert found == (EffectCount(1_000, "allow", 2), EffectCount(1_000, "cut", 1), EffectCount(2_000, "deny", 1))


def test_whole_minutes_are_read_from_the_kept_sums(database: Engine) -> None:
    envelope = Envelope(
        at=61_000, effect="cut", epoch=1, gateway="g", id="dec_1", kind=RecordKind.DECISION, seq=1
    )  # fmt: skip
    with writing(database) as connection:
        add_counts(connection, [envelope])
    with reading(database) as connection:
        found = count_decisions(connection, since_ms=0, until_ms=120_000, step_ms=60_000)
        assert count_decisions(connection, since_ms=1, until_ms=120_000, step_ms=60_000) == ()
    assert found == (EffectCount(60_000, "cut", 1),)

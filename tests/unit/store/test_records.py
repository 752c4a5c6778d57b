from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import insert

from wardlaw.facts.errors import InputError
from wardlaw.store.database import reading, writing
from wardlaw.store.evidencetables import CANARY_RUN
from wardlaw.store.records import (
    MAX_ROWS,
    RecordRow,
    Search,
    StoredPart,
    get_record,
    newest_decisions,
    newest_told,
    outcomes_of,
    search_records,
    stored_parts,
)
from wardlaw.store.tables import LOG_CLAUSE, RECORD, SEALED_PART


def row(index: int, **changes: object) -> RecordRow:
    base = RecordRow(
        leaf_index=index, id=f"dec_{index}", kind="decision", exchange=f"exc_{index}", at_ms=1000 + index,
        gateway="g", epoch=1, seq=index, subject="aa", effect="allow", demanded="allow", action="ModelCall",
        route="chat.completions", policies="ff", code="", envelope=b"\x00\xff{}",
    )  # fmt: skip
    return msgspec.structs.replace(base, **changes)


@pytest.fixture
def connection(database):
    rows = [row(0), row(1, effect="deny", code="clause"), row(2, kind="outcome", exchange="exc_1"), row(2**40, seq=9)]
    with writing(database) as connection:
        connection.execute(insert(RECORD), [msgspec.structs.asdict(one) for one in rows])
        for klass in ("inputs", "content"):
            part = StoredPart(1, klass, "aa", "2026-11", b"\x00" + klass.encode())
            connection.execute(insert(SEALED_PART).values(**msgspec.structs.asdict(part)))
    with reading(database) as connection:
        yield connection


def found(connection, **asked: object) -> list[int]:
    return [one.leaf_index for one in search_records(connection, Search(**asked))]


def test_newest_first_and_byte_for_byte(connection) -> None:
    assert found(connection) == [2**40, 2, 1, 0]
    assert get_record(connection, "dec_1") == row(1, effect="deny", code="clause")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"kind": "outcome"}, [2]),
        ({"effect": "deny"}, [1]),
        ({"exchange": "exc_1"}, [2, 1]),
        ({"code": "clause"}, [1]),
        ({"subject": "bb"}, []),
        ({"route": "embeddings"}, []),
        ({"since_ms": 1001, "until_ms": 1002}, [1]),
        ({"before": 2}, [1, 0]),
        ({"before": 0}, []),
        ({"limit": 1}, [2**40]),
        ({"limit": 10 * MAX_ROWS}, [2**40, 2, 1, 0]),
    ],
)
def test_searches(connection, asked: dict, expected: list[int]) -> None:
    assert found(connection, **asked) == expected


def test_parts_and_missing_ones(connection) -> None:
    assert [part.klass for part in stored_parts(connection, 1)] == ["content", "inputs"]
    assert stored_parts(connection, 1)[0].ciphertext == b"\x00content"
    assert stored_parts(connection, 0) == ()
    with pytest.raises(InputError, match="WL-STO-060"):
        get_record(connection, "dec_none")


def test_by_clause_pseudonyms_and_time(database) -> None:
    rows = [
        row(0, effect="deny", code="clause", subject="aa", at_ms=1_000),
        row(1, effect="deny", code="gate", subject="bb", at_ms=200_000),
        row(2, subject="cc", at_ms=400_000),
        row(3, effect="deny", code="clause", route="mcp", at_ms=400_001),
    ]
    with writing(database) as connection:
        connection.execute(insert(RECORD), [msgspec.structs.asdict(one) for one in rows])
        connection.execute(insert(LOG_CLAUSE), [{"clause": "GOV-01", "leaf_index": leaf} for leaf in (0, 3)])
    with reading(database) as connection:
        assert found(connection, clause="GOV-01") == [3, 0]
        assert found(connection, clause="GOV-01", effect="deny", route="mcp") == [3]
        assert found(connection, clause="GOV-01", before=3) == [0]
        assert found(connection, clause="GOV-02") == []
        assert found(connection, subjects=("bb", "cc")) == [2, 1]
        assert found(connection, effect="deny", code="gate") == [1]
        assert found(connection, since_ms=200_000) == [3, 2, 1]
        assert found(connection, since_ms=200_001, until_ms=400_001) == [2]
        assert found(connection, since_ms=10_000_000) == []
        assert found(connection, until_ms=1_000) == []


def test_what_was_decided_last_without_canaries(database) -> None:
    rows = [
        row(0, effect="cut"),
        row(1),
        row(2, kind="outcome"),
        row(3, effect="cut"),
        row(4, effect="cut", route="mcp"),
    ]
    canary = {
        "id": "run_1", "canary": "can_1", "clause": "SEC-01", "route": "chat", "example": "x", "at": 2.1, "outcome": "held",
        "decision": "dec_3", "took_us": 1, "detail": "", "order_id": "", "incident": "",
    }  # fmt: skip
    with writing(database) as connection:
        connection.execute(insert(RECORD), [msgspec.structs.asdict(one) for one in rows])
        connection.execute(insert(CANARY_RUN), [canary])
    with reading(database) as connection:
        leaves = lambda **asked: [one.leaf_index for one in newest_decisions(connection, -1, **asked)]  # noqa: E731
        assert leaves(limit=9) == [0, 1, 4]
        assert leaves(limit=2) == [1, 4]
        assert leaves(effect="cut", limit=9) == [0, 4]
        assert leaves(effect="cut", route="mcp", limit=9) == [4]
        assert newest_decisions(connection, 4, limit=9) == ()
        assert outcomes_of(connection, ["exc_2", "exc_1"]) == {"exc_2": rows[2].envelope}
        assert outcomes_of(connection, []) == {}


def test_what_a_gateway_told_openly(database) -> None:
    told = b'{"facts":{"operation":"detectors.in-force","target":"x"}}'
    rows = [row(0, kind="control", envelope=told), row(1, kind="control", envelope=b"{}"), row(2, envelope=told)]
    with writing(database) as connection:
        connection.execute(insert(RECORD), [msgspec.structs.asdict(one) for one in rows])
    with reading(database) as connection:
        asked = {"since_ms": 0, "limit": 10}
        assert [one.leaf_index for one in newest_told(connection, "detectors.in-force", **asked)] == [0]
        assert newest_told(connection, "detectors.in-force", since_ms=5_000, limit=10) == ()

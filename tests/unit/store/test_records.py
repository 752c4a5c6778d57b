from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import insert

from wardlaw.facts.errors import InputError
from wardlaw.store.database import reading, writing
from wardlaw.store.records import MAX_ROWS, RecordRow, Search, StoredPart, get_record, search_records, stored_parts
from wardlaw.store.tables import RECORD, SEALED_PART


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

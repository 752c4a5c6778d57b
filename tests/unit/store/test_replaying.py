from __future__ import annotations

import pytest
from sqlalchemy import insert

from wardlaw.store.database import reading, writing
from wardlaw.store.replaying import Stretch, read_inputs, stretch_of
from wardlaw.store.tables import RECORD, SEALED_PART


@pytest.fixture
def connection(database):
    plain = {
        "exchange": "e", "gateway": "g", "epoch": 1, "subject": "aa", "effect": "allow", "demanded": "allow",
        "action": "ModelCall", "route": "chat.completions", "policies": "ff", "code": "", "envelope": b"{}",
    }  # fmt: skip
    kinds = ["decision", "outcome", "decision", "decision", "control"]
    rows = [
        {**plain, "leaf_index": place, "seq": place, "id": f"r{place}", "kind": kind, "at_ms": 1000 + 10 * place}
        for place, kind in enumerate(kinds)
    ]
    with writing(database) as connection:
        connection.execute(insert(RECORD), rows)
        for leaf, klass in ((0, "inputs"), (0, "content"), (3, "inputs"), (4, "inputs")):
            part = {
                "leaf_index": leaf,
                "klass": klass,
                "subject": "aa",
                "month": "2026-11",
                "ciphertext": klass.encode(),
            }
            connection.execute(insert(SEALED_PART).values(**part))
    with reading(database) as connection:
        yield connection


def test_the_stretch_of_a_time(connection) -> None:
    assert stretch_of(connection, since_ms=0, until_ms=0) == Stretch(0, 5)
    assert stretch_of(connection, since_ms=1010, until_ms=1030) == Stretch(1, 3)
    assert stretch_of(connection, since_ms=9999, until_ms=0) == Stretch(0, 0)


def test_decisions_come_in_order_with_their_inputs(connection) -> None:
    rows = read_inputs(connection, Stretch(0, 5), since_ms=0, until_ms=0)
    assert [(row[0], row[1], row[-1]) for row in rows] == [(0, "r0", b"inputs"), (2, "r2", None), (3, "r3", b"inputs")]
    assert [row[0] for row in read_inputs(connection, Stretch(0, 5), since_ms=0, until_ms=0, limit=2)] == [0, 2]
    assert [row[0] for row in read_inputs(connection, Stretch(1, 3), since_ms=0, until_ms=0)] == [2]
    assert [row[0] for row in read_inputs(connection, Stretch(0, 5), since_ms=1010, until_ms=1030)] == [2]

from __future__ import annotations

import pytest
from sqlalchemy import insert
from sqlalchemy.engine import Engine

from wardlaw.audit.envelope import Envelope, RecordKind, encode
from wardlaw.store import recordsearch
from wardlaw.store.database import reading, writing
from wardlaw.store.recordsearch import RecordSearch, find_records
from wardlaw.store.tables import RECORD


def keep(engine: Engine, *, kind: str, name: str, subject: str = "", leaf: int = 0, facts=None, at_ms: int = 0) -> None:
    at_ms = at_ms or 1_000 + leaf
    envelope = Envelope(
        at=at_ms, epoch=0, facts=facts or {}, gateway="g", id=name, kind=RecordKind(kind), seq=leaf, subject=subject,
        clauses=("GOV-20",) if kind == "decision" else (),
    )  # fmt: skip
    with writing(engine) as connection:
        connection.execute(
            insert(RECORD).values(
                leaf_index=leaf, id=name, kind=kind, exchange="", at_ms=at_ms, gateway="g", epoch=0, seq=leaf,
                subject=subject, effect="", demanded="", action="", route="", policies="", code="",
                envelope=encode(envelope),
            )
        )  # fmt: skip


@pytest.fixture
def filled(database: Engine) -> Engine:
    for leaf in range(6):
        kind = "control" if leaf % 2 else "decision"
        keep(database, kind=kind, name=f"r{leaf}", leaf=leaf, subject="aa" if leaf < 3 else "bb",
             facts={"operation": f"keys.{leaf}"} if leaf % 2 else {})  # fmt: skip
    return database


def found(engine: Engine, **asked) -> tuple[list[int], int]:
    with reading(engine) as connection:
        page = find_records(connection, RecordSearch(**asked))
    return [row.leaf_index for row in page.rows], page.next


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ([5, 4, 3, 2, 1, 0], -1)),
        ({"limit": 4}, ([5, 4, 3, 2], 2)),
        ({"limit": 4, "before": 2}, ([1, 0], -1)),
        ({"kind": "control"}, ([5, 3, 1], -1)),
        ({"subjects": ("aa",)}, ([2, 1, 0], -1)),
        ({"subjects": ("aa", "bb"), "kind": "decision"}, ([4, 2, 0], -1)),
        ({"since_ms": 1_002, "until_ms": 1_004}, ([3, 2], -1)),
        ({"words": "KEYS.3"}, ([3], -1)),
        ({"words": "gov-20"}, ([4, 2, 0], -1)),
        ({"words": "gov-20", "limit": 1}, ([4], 4)),
        ({"words": "nothing"}, ([], -1)),
    ],
)
def test_records_are_found(filled: Engine, asked: dict, expected: tuple[list[int], int]) -> None:
    assert found(filled, **asked) == expected


def test_a_search_for_words_reads_a_part_and_says_where_to_go_on(filled: Engine, monkeypatch) -> None:
    monkeypatch.setattr(recordsearch, "LOOKED_ROWS", 3)
    assert found(filled, words="keys.1") == ([], 3)
    assert found(filled, words="keys.1", before=3) == ([1], 0)


def test_times_find_their_place_though_writers_have_clocks_of_their_own(database: Engine) -> None:
    for leaf, at_ms in enumerate((10_000, 30_000, 20_000, 40_000, 50_000)):
        keep(database, kind="outcome", name=f"r{leaf}", leaf=leaf, at_ms=at_ms)
    assert found(database, since_ms=20_000, until_ms=45_000) == ([3, 2, 1], -1)
    assert found(database, since_ms=60_000) == ([], -1)


def test_an_empty_log_has_nothing(database: Engine) -> None:
    assert found(database, since_ms=1, until_ms=2) == ([], -1)

"""Rows of the life of clauses: what comes back, and what a hand in the tables shows."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy.engine import Connection, Engine

from tests.unit.governance.lives import AT, GOV, backtest, sign_off, text, version
from wardlaw.facts.clauselife import ClauseVersion, LifeEvent, LifeState, LifeStep
from wardlaw.store.database import open_database, reading, writing
from wardlaw.store.life import LifeStore
from wardlaw.store.migrate import upgrade

STORE = LifeStore(b"k" * 32)
S, T = LifeState, LifeStep
FORGED = (
    "INSERT INTO sign_off SELECT 'sgn_x', clause, version, digest, 'person:eve', 'eve@x', 'risk', 1, '', 9.0, at, "
    "expires_at, mac FROM sign_off WHERE person = 'person:leo'"
)


def event(number: int, of: int, step: LifeStep, state: LifeState, *, until: float = 0.0) -> LifeEvent:
    return LifeEvent("GOV-20", number, of, step, state, "person:x", AT + number, "why", f"ctl_{number}", until)


def tell(connection: Connection) -> ClauseVersion:
    """Two versions, the second approved by two and tested; answers the second as it must come back."""
    one, two = version(), version(text(GOV.replace("1000", "500")), number=2)
    signed = (sign_off(two, "leo", "legal"), sign_off(two, "cis", "ciso", "risk", at=AT + 1))
    STORE.add_version(connection, one)
    STORE.add_event(connection, event(1, 1, T.ADOPT, S.ENFORCE))
    STORE.add_version(connection, two)
    STORE.add_event(connection, event(2, 2, T.REVIEW, S.IN_REVIEW))
    for word in signed:
        STORE.add_sign_off(connection, two, word)
    STORE.add_backtest(connection, two, backtest(two), id_="bkt_1")
    STORE.add_event(connection, event(3, 2, T.APPROVE, S.APPROVED))
    return msgspec.structs.replace(two, state=S.APPROVED, state_at=AT + 3, sign_offs=signed, backtest=backtest(two))


def test_what_is_kept_comes_back(database: Engine) -> None:
    with writing(database) as connection:
        assert STORE.is_empty(connection)
        two = tell(connection)
        assert not STORE.is_empty(connection)
    with reading(database) as connection:
        book = STORE.load(connection)
        assert [one.state for one in book["GOV-20"]] == [S.ENFORCE, S.APPROVED]
        assert book["GOV-20"][1] == two
        assert STORE.load(connection, "GOV-20") == book
        assert STORE.load(connection, "GOV-99") == {}
        assert [one.number for one in STORE.events(connection, "GOV-20")] == [1, 2, 3]
        assert STORE.events(connection, "GOV-20")[2] == event(3, 2, T.APPROVE, S.APPROVED)
        assert STORE.sign_offs(connection) == two.sign_offs
        assert STORE.next_number(connection, "GOV-20") == 4
        assert STORE.next_number(connection, "GOV-99") == 1


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE clause_version SET text = '{}' WHERE version = 2", {2}),
        ("UPDATE clause_version SET author = 'person:other' WHERE version = 2", {2}),
        ("UPDATE sign_off SET approves = 0", {2}),
        ("UPDATE sign_off SET expires_at = expires_at + 1 WHERE person = 'person:leo'", {2}),
        ("UPDATE sign_off SET person = 'person:eve', human = 'eve@x' WHERE person = 'person:leo'", {2}),
        ("UPDATE clause_event SET state = 'enforce' WHERE number = 3", {1, 2}),
        ("DELETE FROM clause_event WHERE number = 2", {1, 2}),
        ("UPDATE clause_backtest SET report = replace(report, '10', '11')", {2}),
        (FORGED, {2}),
    ],
)  # fmt: skip
def test_a_hand_in_the_tables_shows(tmp_path, statement: str, broken: set[int]) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/w.db")
    upgrade(engine)
    with writing(engine) as connection:
        tell(connection)
    with writing(engine) as connection:
        connection.exec_driver_sql(statement)
    with reading(engine) as connection:
        found = STORE.load(connection)["GOV-20"]
        assert {one.version for one in found if not one.is_intact} == broken
    engine.dispose()


def test_rows_of_another_installation_are_not_ours(database: Engine) -> None:
    with writing(database) as connection:
        tell(connection)
    with reading(database) as connection:
        found = LifeStore(b"x" * 32).load(connection)["GOV-20"]
        assert [one.is_intact for one in found] == [False, False]

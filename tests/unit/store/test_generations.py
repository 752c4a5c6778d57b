from __future__ import annotations

from sqlalchemy import event

from wardlaw.store.database import writing
from wardlaw.store.generations import Generation, bump, read


def test_counters_start_at_nought_and_rise_by_one(database) -> None:
    assert read(database) == {generation.value: 0 for generation in Generation}
    for expected in (1, 2):
        with writing(database) as connection:
            bump(connection, Generation.SECRETS)
        assert read(database)["secrets"] == expected
    assert read(database)["keys"] == 0


def test_reading_is_one_query(database) -> None:
    statements: list[str] = []
    event.listen(database, "before_cursor_execute", lambda *given: statements.append(given[2]))
    read(database)
    assert len([statement for statement in statements if statement.startswith("SELECT")]) == 1

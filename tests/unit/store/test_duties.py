from __future__ import annotations

import msgspec
import pytest

from tests.unit.governance.test_duties import APPEAL, SERIOUS
from wardlaw.facts.appeal import AppealState
from wardlaw.facts.errors import InputError
from wardlaw.governance.duties import answered_appeal, reported
from wardlaw.store.database import writing
from wardlaw.store.duties import (
    change_appeal,
    change_serious,
    get_appeal,
    get_serious,
    keep_appeal,
    keep_serious,
    list_appeals,
    list_serious,
)


def code(work, *args) -> str:
    with pytest.raises(InputError) as caught:
        work(*args)
    return caught.value.code


def test_serious_incidents_come_back_the_next_due_first(database) -> None:
    sooner = msgspec.structs.replace(SERIOUS, id="ser_2", due_at=SERIOUS.due_at - 1)
    with writing(database) as connection:
        keep_serious(connection, SERIOUS)
        keep_serious(connection, sooner)
        assert list_serious(connection) == (sooner, SERIOUS)
        closed = reported(sooner, by="person:lex", sent_at=200.0, report_ref="B-7", now=300.0)
        change_serious(connection, closed)
        assert list_serious(connection) == (SERIOUS,)
        assert list_serious(connection, everything=True) == (SERIOUS, closed)
        assert get_serious(connection, "ser_2") == closed
        assert code(change_serious, connection, closed) == "WL-DUE-005"
        assert code(get_serious, connection, "ser_9") == "WL-DUE-001"


def test_one_person_has_one_open_appeal_about_one_decision(database) -> None:
    with writing(database) as connection:
        keep_appeal(connection, APPEAL)
        assert code(keep_appeal, connection, msgspec.structs.replace(APPEAL, id="app_2")) == "WL-DUE-012"
        other = msgspec.structs.replace(APPEAL, id="app_3", by="person:ben", at=200.0)
        keep_appeal(connection, other)
        assert list_appeals(connection) == (other, APPEAL)
        done = answered_appeal(APPEAL, by="person:lex", overturns=False, answer="No.", now=300.0)
        change_appeal(connection, done)
        assert list_appeals(connection, state=AppealState.OPEN) == (other,)
        keep_appeal(connection, again := msgspec.structs.replace(APPEAL, id="app_4"))
        assert get_appeal(connection, "app_4") == again
        assert code(change_appeal, connection, done) == "WL-DUE-005"
        assert code(get_appeal, connection, "app_9") == "WL-DUE-010"

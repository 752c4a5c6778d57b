from __future__ import annotations

import msgspec
import pytest
from sqlalchemy.engine import Engine

from tests.unit.register.test_intake import ASKED, TOOL, yes
from wardlaw.facts.errors import InputError
from wardlaw.facts.person import Person, Role
from wardlaw.register.intake import IntakeEnd, answered_intake, withdrawn_intake
from wardlaw.store.database import reading, writing
from wardlaw.store.generations import Generation, read
from wardlaw.store.intakes import approvals_of, change_intake, end_intake, get_intake, keep_intake, list_intakes
from wardlaw.store.people import add_person


def test_a_request_gains_answers_one_at_a_time(database: Engine) -> None:
    with writing(database) as connection:
        add_person(connection, Person("person:a", "a", (Role.RISK,)), by="init", now=1.0)
        keep_intake(connection, ASKED)
        refused = answered_intake(ASKED, yes("person:a", approves=False), (Role.RISK,))
        assert list_intakes(connection, asked_by=frozenset({"person:ann"})) == (ASKED,)
        assert list_intakes(connection, asked_by=frozenset({"person:ben"})) == ()
        change_intake(connection, refused)
        with pytest.raises(InputError) as caught:
            change_intake(connection, refused)
        assert caught.value.code == "WL-ITK-003"
        assert get_intake(connection, "itk_1") == refused
        assert (list_intakes(connection), list_intakes(connection, everything=True)) == ((), (refused,))
        with pytest.raises(InputError) as caught:
            get_intake(connection, "itk_2")
        assert caught.value.code == "WL-ITK-002"


def test_what_was_granted_stands_until_its_day_or_its_withdrawal_and_the_door_is_told(database: Engine) -> None:
    first = msgspec.structs.replace(ASKED, form=TOOL, due=(Role.RISK,))
    granted = answered_intake(first, yes("person:a"), (Role.RISK,))
    with writing(database) as connection:
        add_person(connection, Person("person:a", "a", (Role.RISK,)), by="init", now=1.0)
        keep_intake(connection, first)
        assert approvals_of(connection) == {}
        change_intake(connection, granted)
    raised = read(database)[Generation.GATES]
    with writing(database) as connection:
        assert approvals_of(connection) == {TOOL.system: granted}
        ended = withdrawn_intake(granted, IntakeEnd("person:a", "x", 5.0))
        end_intake(connection, ended)
        with pytest.raises(InputError) as caught:
            end_intake(connection, ended)
        assert caught.value.code == "WL-ITK-007"
    assert read(database)[Generation.GATES] > raised > 0
    with reading(database) as connection:
        assert [(one.until, one.state.value) for one in approvals_of(connection).values()] == [(5.0, "withdrawn")]

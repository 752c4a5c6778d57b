from __future__ import annotations

import pytest
from sqlalchemy.engine import Engine

from tests.unit.register.test_intake import ASKED, yes
from wardlaw.facts.errors import InputError
from wardlaw.facts.person import Role
from wardlaw.register.intake import answered_intake
from wardlaw.store.database import writing
from wardlaw.store.intakes import change_intake, get_intake, keep_intake, list_intakes


def test_a_request_gains_answers_one_at_a_time(database: Engine) -> None:
    with writing(database) as connection:
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

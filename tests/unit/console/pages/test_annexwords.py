from __future__ import annotations

from tests.unit.register.answered import QUESTIONNAIRE
from wardlaw.console.pages.annexwords import USES
from wardlaw.console.pages.systemwords import OUR_ROLES


def test_every_value_of_the_questionnaire_has_words() -> None:
    offered = {value for question in QUESTIONNAIRE.questions for value in question.values}
    assert offered <= set(USES) | set(OUR_ROLES)
    assert set(USES) <= offered

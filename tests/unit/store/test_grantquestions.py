from __future__ import annotations

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.inventory.asking import GrantQuestion
from wardlaw.store.database import writing
from wardlaw.store.grantquestions import (
    answer_question,
    get_question,
    keep_question,
    list_questions,
    question_about,
)


def test_a_question_is_kept_answered_and_answered_again(database) -> None:
    asked = GrantQuestion("gqn_1", "acme", "g1", "ada", 10.0)
    with writing(database) as connection:
        keep_question(connection, asked)
        assert list_questions(connection) == [asked]
        assert question_about(connection, "acme", "g1") == asked
        assert question_about(connection, "other", "g1") is None
        answer_question(connection, "gqn_1", reason="notes", by="person:ada", at=20.0)
        again = answer_question(connection, "gqn_1", reason="minutes", by="person:sec", at=30.0)
        assert get_question(connection, "gqn_1") == again
        assert (again.reason, again.answered_by, again.answered_at) == ("minutes", "person:sec", 30.0)
        with pytest.raises(InputError, match="WL-INV-120"):
            answer_question(connection, "g1", reason="x", by="person:ada", at=20.0)

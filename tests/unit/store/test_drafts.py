from __future__ import annotations

from sqlalchemy.engine import Engine

from wardlaw.register.classification import ClassificationDraft, SaidAnswer
from wardlaw.store.database import reading, writing
from wardlaw.store.drafts import draft_of, drop_draft, keep_draft, list_drafts

ONE = ClassificationDraft("cv", "person:own", 0, {"is_ai": SaidAnswer("yes", "it infers")}, 5.0)


def test_each_person_has_one_draft_of_a_system(database: Engine) -> None:
    later = ClassificationDraft("cv", "person:own", 1, {"annex_iii": SaidAnswer(("annex-iii-4a",))}, 6.0)
    with writing(database) as connection:
        keep_draft(connection, ONE)
        keep_draft(connection, later)
    with reading(database) as connection:
        assert draft_of(connection, "cv", "person:own") == later
        assert draft_of(connection, "cv", "person:leg") is None
        assert draft_of(connection, "other", "person:own") is None
        assert list_drafts(connection, frozenset({"person:own", "own@acme.example"})) == (later,)
        assert list_drafts(connection, frozenset({"person:leg"})) == ()
    with writing(database) as connection:
        assert drop_draft(connection, "cv", "person:own")
        assert not drop_draft(connection, "cv", "person:own")

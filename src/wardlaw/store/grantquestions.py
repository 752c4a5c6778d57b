"""Questions to persons about what they granted: one a grant, for ever, with what was answered."""

from __future__ import annotations

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.facts.errors import InputError
from wardlaw.inventory.asking import GrantQuestion
from wardlaw.store.inventorytables import GRANT_QUESTION
from wardlaw.store.rows import as_struct

_COLUMN = GRANT_QUESTION.c
_QUERY = select(GRANT_QUESTION, _COLUMN.grant_id.label("grant"))


def keep_question(connection: Connection, question: GrantQuestion) -> None:
    """Keep a new question."""
    values = msgspec.structs.asdict(question)
    connection.execute(insert(GRANT_QUESTION).values(grant_id=values.pop("grant"), **values))


def list_questions(connection: Connection) -> list[GrantQuestion]:
    """All questions, oldest first."""
    query = _QUERY.order_by(_COLUMN.asked_at, _COLUMN.id)
    return [as_struct(row, GrantQuestion, without=("grant_id",)) for row in connection.execute(query).mappings()]


def question_about(connection: Connection, directory: str, grant: str) -> GrantQuestion | None:
    """The question about a grant; None where nobody was asked."""
    query = _QUERY.where(_COLUMN.directory == directory, _COLUMN.grant_id == grant)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else as_struct(row, GrantQuestion, without=("grant_id",))


def get_question(connection: Connection, question: str) -> GrantQuestion:
    """One question by its id.

    Raises:
        InputError: There is none of that id (WL-INV-120).
    """
    row = connection.execute(_QUERY.where(_COLUMN.id == question)).mappings().one_or_none()
    if row is None:
        raise InputError(
            "WL-INV-120", "There is no such question about a grant.", "Give the id that stands in the message, gqn_…."
        )
    return as_struct(row, GrantQuestion, without=("grant_id",))


def answer_question(connection: Connection, question: str, *, reason: str, by: str, at: float) -> GrantQuestion:
    """Keep what somebody says a grant is for, in place of what was said before.

    Args:
        by: The person who says it.
        at: Unix seconds.

    Raises:
        InputError: There is no such question (WL-INV-120).
    """
    known = get_question(connection, question)
    told: dict[str, object] = {"answered_at": at, "answered_by": by, "reason": reason}
    connection.execute(update(GRANT_QUESTION).where(_COLUMN.id == question).values(**told))
    return msgspec.structs.replace(known, **told)

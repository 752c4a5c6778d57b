"""Answers to the questionnaire that somebody is still at work on: theirs alone, and nothing follows from them yet."""

from __future__ import annotations

import msgspec
from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.register.classification import ClassificationDraft, SaidAnswer
from wardlaw.store.registertables import CLASSIFICATION_DRAFT

_D = CLASSIFICATION_DRAFT.c


def draft_of(connection: Connection, system: str, person: str) -> ClassificationDraft | None:
    """What a person has answered of a system so far; None when they have not begun."""
    query = select(CLASSIFICATION_DRAFT).where(_D.system == system, _D.person == person)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _draft(row)


def list_drafts(connection: Connection, people: frozenset[str]) -> tuple[ClassificationDraft, ...]:
    """What these people have begun to answer, oldest first.

    Args:
        people: Everything one human is called.
    """
    query = select(CLASSIFICATION_DRAFT).where(_D.person.in_(sorted(people))).order_by(_D.at, _D.system)
    return tuple(_draft(row) for row in connection.execute(query).mappings())


def keep_draft(connection: Connection, draft: ClassificationDraft) -> None:
    """Keep a draft in place of the one before it."""
    drop_draft(connection, draft.system, draft.person)
    connection.execute(
        insert(CLASSIFICATION_DRAFT).values(
            system=draft.system,
            person=draft.person,
            follows=draft.follows,
            answers=msgspec.json.encode(draft.answers).decode(),
            at=draft.at,
        )
    )


def drop_draft(connection: Connection, system: str, person: str) -> bool:
    """Let go of a draft; answers whether there was one."""
    gone = connection.execute(delete(CLASSIFICATION_DRAFT).where(_D.system == system, _D.person == person))
    return gone.rowcount > 0


def _draft(row: RowMapping) -> ClassificationDraft:
    answers = msgspec.json.decode(row["answers"], type=dict[str, SaidAnswer])
    return ClassificationDraft(row["system"], row["person"], row["follows"], answers, row["at"])

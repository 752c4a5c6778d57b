"""What persons say a held grant is for."""

from __future__ import annotations

import msgspec
from litestar import post
from litestar.params import FromPath, JSONBody

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.shapes import Line
from wardlaw.store.grantquestions import answer_question


class Explained(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a grant is for."""

    reason: Line


class Answered(msgspec.Struct, frozen=True):
    """The answer is kept; of the grant it says nothing, for anybody who holds the question's id may answer."""

    question: str
    answered_at: float


@post(
    "/grants/questions/{question:str}/answer",
    operation_id="grants.answer",
    summary="Say what a grant is for",
    status_code=200,
)
async def answer_why(call: Given, question: FromPath[str], data: JSONBody[Explained]) -> Answered:
    """By any signed-in person who was given the id, or who writes down an answer that came by mail.

    It changes nothing about the grant: whoever decides about it reads the answer. A later answer takes its place.
    """

    def work(turn: Turn) -> Done[Answered]:
        kept = answer_question(turn.connection, question, reason=data.reason, by=turn.person.id, at=turn.now)
        facts: dict[str, str | int] = {
            "question": kept.id,
            "directory": kept.directory,
            "grant": kept.grant,
            "reason": kept.reason,
        }
        return Done(Answered(kept.id, kept.answered_at), facts)

    return await call.change(work)

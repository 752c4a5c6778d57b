"""Drafts of a classification: kept for their author while they go through the questions, and handed in at the end."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from wardlaw.console.api.desk import Call, Done, Given, Turn
from wardlaw.register.classification import ClassificationDraft, SaidAnswer, found_by, lowers, merged
from wardlaw.register.classify import ClassifiedAs, asked_by
from wardlaw.store.classifications import classifications_of
from wardlaw.store.drafts import draft_of, drop_draft, keep_draft
from wardlaw.store.systems import living_system


class DraftAnswers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answers to keep; those left out stay as they were."""

    answers: dict[str, SaidAnswer]


class DraftView(msgspec.Struct, frozen=True):
    """A draft, and what would follow if it were handed in now.

    Attributes:
        follows: Version of the classification it began from; 0 for the first.
        newest: The newest version there is by now.
        answers: Those of that classification with the draft's in their place.
        given: Questions that the draft itself answers.
        asked: Questions that are asked once these answers stand.
        lowers: Handing it in would make the system milder: for somebody with the role legal.
        at: When it was kept last, Unix seconds; 0 when nothing is kept.
    """

    system: str
    follows: int
    newest: int
    answers: dict[str, SaidAnswer]
    given: tuple[str, ...]
    asked: tuple[str, ...]
    found: ClassifiedAs
    lowers: bool
    at: float


@get("/systems/{system_id:str}/classification/draft", operation_id="classification.draft", summary="My draft")
async def show_draft(call: Given, system_id: FromPath[str]) -> DraftView:
    """What the caller has answered so far, and what would follow from it."""
    return await call.read(lambda turn: _view(call, turn, system_id))


@post(
    "/systems/{system_id:str}/classification/draft",
    operation_id="classification.keep_draft",
    summary="Keep answers for later",
    status_code=200,
)
async def save_draft(call: Given, system_id: FromPath[str], data: JSONBody[DraftAnswers]) -> DraftView:
    """Keep answers in the caller's draft. The system stays as it is classified until they are handed in."""

    def work(turn: Turn) -> Done[DraftView]:
        living_system(turn.connection, system_id)
        history = classifications_of(turn.connection, system_id)
        old = draft_of(turn.connection, system_id, turn.person.id)
        follows = old.follows if old is not None else len(history)
        answers = {**(old.answers if old is not None else {}), **data.answers}
        keep_draft(turn.connection, ClassificationDraft(system_id, turn.person.id, follows, answers, turn.now))
        # What does not answer its question is refused here, and with it the change.
        view = _view(call, turn, system_id)
        return Done(view, {"system": system_id, "answers": len(answers), "follows": follows})

    return await call.change(work)


@delete(
    "/systems/{system_id:str}/classification/draft",
    operation_id="classification.drop_draft",
    summary="Drop my draft",
    status_code=200,
)
async def forget_draft(call: Given, system_id: FromPath[str]) -> DraftView:
    """Begin anew from the classification that stands."""

    def work(turn: Turn) -> Done[DraftView]:
        living_system(turn.connection, system_id)
        dropped = drop_draft(turn.connection, system_id, turn.person.id)
        return Done(_view(call, turn, system_id), {"system": system_id, "dropped": int(dropped)})

    return await call.change(work)


def _view(call: Call, turn: Turn, system_id: str) -> DraftView:
    system = living_system(turn.connection, system_id).system
    history = classifications_of(turn.connection, system_id)
    draft = draft_of(turn.connection, system_id, turn.person.id)
    mine: Mapping[str, SaidAnswer] = draft.answers if draft is not None else {}
    known = {one.id for one in call.deps.questionnaire.questions}
    all_of = merged(history[-1] if history else None, mine, by=turn.person.id, at=turn.now)
    # A question the company took out of its questionnaire meanwhile is asked no more.
    all_of = {name: one for name, one in all_of.items() if name in known}
    found = found_by(call.deps.questionnaire, all_of)
    return DraftView(
        system=system_id,
        follows=draft.follows if draft is not None else len(history),
        newest=len(history),
        answers={name: SaidAnswer(one.value, one.reason) for name, one in all_of.items()},
        given=tuple(sorted(name for name in mine if name in known)),
        asked=asked_by(call.deps.questionnaire, {name: one.value for name, one in all_of.items()}),
        found=found,
        lowers=lowers(found, history, system),
        at=draft.at if draft is not None else 0.0,
    )

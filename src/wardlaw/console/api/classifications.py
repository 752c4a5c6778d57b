"""The classification of a system: the questions, the answers, and handing them in."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from wardlaw.console.api.desk import Call, Done, Given, Turn
from wardlaw.facts.errors import InputError
from wardlaw.facts.tier import Tier
from wardlaw.governance.rights import Circumstances
from wardlaw.register.classification import (
    Classification,
    SaidAnswer,
    found_by,
    lowers,
    merged,
    parts_of,
    stands,
)
from wardlaw.register.questionnaire import Questionnaire
from wardlaw.store.classifications import add_classification, classifications_of, newest_classification
from wardlaw.store.drafts import drop_draft
from wardlaw.store.systems import change_system, living_system


class ClassificationView(msgspec.Struct, frozen=True):
    """How a system is classified, and by which questions; ``standing`` is ``approved`` or says why not."""

    system: str
    standing: str
    current: Classification | None
    questionnaire: Questionnaire
    versions: int


class AnswersBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answers; those left out stay. ``version`` is the classification they follow, 0 for the first."""

    answers: dict[str, SaidAnswer]
    version: Annotated[int, msgspec.Meta(ge=0)] = 0


@get("/systems/{system_id:str}/classification", operation_id="classification.get", summary="How a system is classified")
async def show_classification(call: Given, system_id: FromPath[str]) -> ClassificationView:
    """The newest classification with its answers, and the questions to answer."""
    return await call.read(lambda turn: _view(call, turn, system_id))


@post(
    "/systems/{system_id:str}/classification",
    operation_id="classification.hand_in",
    summary="Hand in answers",
    status_code=201,
)
async def hand_in_answers(call: Given, system_id: FromPath[str], data: JSONBody[AnswersBody]) -> ClassificationView:
    """Answers make a new classification, and the system's tier with it. A milder one needs somebody with the role legal."""

    def circumstances(turn: Turn) -> Circumstances:
        system = living_system(turn.connection, system_id).system
        history = classifications_of(turn.connection, system_id)
        answers = merged(history[-1] if history else None, data.answers, by=turn.person.id, at=turn.now)
        found = found_by(call.deps.questionnaire, answers)
        return Circumstances(changes=True, lowers=lowers(found, history, system))

    def work(turn: Turn) -> Done[ClassificationView]:
        system = living_system(turn.connection, system_id).system
        before = newest_classification(turn.connection, system_id)
        version = before.version if before is not None else 0
        if data.version != version:
            raise InputError(
                "WL-CLS-003",
                f"The classification of {system_id} is at version {version}.",
                "Write its form anew with `wardlaw system classify --form`, and answer that.",
            )
        answers = merged(before, data.answers, by=turn.person.id, at=turn.now)
        found = found_by(call.deps.questionnaire, answers)
        one = Classification(
            system_id, version + 1, call.deps.questionnaire.version, answers, found, parts_of(system),
            turn.person.id, turn.person.roles, turn.now,
        )  # fmt: skip
        add_classification(turn.connection, one)
        drop_draft(turn.connection, system_id, turn.person.id)
        if (system.tier, system.annex_point) != (found.tier, found.annex_point):
            new = msgspec.structs.replace(system, tier=found.tier, annex_point=found.annex_point)
            reason = f"classification {one.version}: {found.why}"
            change_system(turn.connection, new, by=turn.person.id, now=turn.now, reason=reason)
        facts: dict[str, str | int] = {
            "system": system_id, "version": one.version, "tier": found.tier.value, "rule": found.rule,
            "open": len(found.still_open), "questionnaire": one.questionnaire,
        }  # fmt: skip
        return Done(_view(call, turn, system_id), facts)

    return await call.change(work, circumstances=circumstances)


def refuse_tier_by_hand(turn: Turn, system_id: str, old: Tier, new: Tier) -> None:
    """Once a questionnaire has said what a system is, nobody says so by hand.

    Raises:
        InputError: It was classified (WL-SYS-007).
    """
    if old is not new and newest_classification(turn.connection, system_id) is not None:
        raise InputError(
            "WL-SYS-007",
            f"The tier of {system_id} was decided by its questionnaire.",
            f"Answer it anew: `wardlaw system classify {system_id} --form form.yaml`.",
        )


def _view(call: Call, turn: Turn, system_id: str) -> ClassificationView:
    system = living_system(turn.connection, system_id).system
    newest = newest_classification(turn.connection, system_id)
    questionnaire = call.deps.questionnaire
    standing = stands(newest, system, questionnaire)
    return ClassificationView(system_id, standing, newest, questionnaire, newest.version if newest else 0)

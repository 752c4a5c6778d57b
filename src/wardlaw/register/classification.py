"""A system's classification: who answered what and when, what follows, and whether it still speaks for the system."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Annotated

import msgspec

from wardlaw.facts.person import Role
from wardlaw.facts.tier import Tier
from wardlaw.register.classify import ClassifiedAs, classify, is_milder
from wardlaw.register.questionnaire import UNKNOWN, Questionnaire
from wardlaw.register.system import System

APPROVED, NEVER, REOPENED = "approved", "never", "reopened"

_Reason = Annotated[str, msgspec.Meta(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]


class SaidAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer as it is handed in: the value, and why."""

    value: str | float | tuple[str, ...] = UNKNOWN
    reason: _Reason = ""


class GivenAnswer(msgspec.Struct, frozen=True):
    """An answer with who gave it and when (Unix seconds)."""

    value: str | float | tuple[str, ...]
    reason: str
    by: str
    at: float


class ClassificationDraft(msgspec.Struct, frozen=True):
    """Answers one person is still at work on; ``follows`` is the version they began from, ``at`` Unix seconds."""

    system: str
    person: str
    follows: int
    answers: dict[str, SaidAnswer]
    at: float


class Classification(msgspec.Struct, frozen=True):
    """One classification of a system; versions are only added.

    Attributes:
        questionnaire: Version of the questions it answers.
        found: What follows from the answers.
        of: What it was made of, by name: when one changes it no longer speaks for the system.
        by_roles: Roles of whoever handed it in.
    """

    system: str
    version: int
    questionnaire: str
    answers: dict[str, GivenAnswer]
    found: ClassifiedAs
    of: dict[str, str]
    by: str
    by_roles: tuple[Role, ...]
    at: float


def parts_of(system: System) -> dict[str, str]:
    """What a classification rests on, each as a digest."""
    said = {
        "purpose": system.purpose,
        "tools": ",".join(sorted(system.tools)),
        "data classes": ",".join(sorted(system.data_classes)),
        "models": ",".join(sorted((*system.models, *system.built_on))),
        "datasets": ",".join(sorted(system.datasets)),
    }
    made = msgspec.structs.asdict(system.made_of)
    return {
        **{name: hashlib.sha256(text.encode()).hexdigest() for name, text in said.items()},
        **{f"{name} digest": digest for name, digest in made.items()},
    }


def changed_since(classification: Classification, system: System) -> tuple[str, ...]:
    """What is another than when it was classified."""
    return tuple(name for name, digest in parts_of(system).items() if classification.of.get(name, "") != digest)


def stands(classification: Classification | None, system: System, questionnaire: Questionnaire) -> str:
    """How a classification stands: ``approved``, or in words why it does not."""
    if classification is None:
        return f"{NEVER}: nobody has answered the questionnaire"
    if changed := changed_since(classification, system):
        return f"{REOPENED}: since version {classification.version} the {', '.join(changed)} changed"
    if classification.questionnaire != questionnaire.version:
        return f"{REOPENED}: the questions are another version ({questionnaire.version})"
    if not classification.found.opens:
        stopped = classification.found.stopped_by
        why = f"stopped by {', '.join(stopped)}" if stopped else classification.found.why
        return f"{classification.found.tier.value}: {why}"
    return APPROVED


def merged(
    before: Classification | None, said: Mapping[str, SaidAnswer], *, by: str, at: float
) -> dict[str, GivenAnswer]:
    """All answers after some are handed in: what is said as before keeps who said it first."""
    old = dict(before.answers) if before is not None else {}
    for name, one in said.items():
        was = old.get(name)
        if was is None or (was.value, was.reason) != (one.value, one.reason):
            old[name] = GivenAnswer(one.value, one.reason, by, at)
    return old


def found_by(questionnaire: Questionnaire, answers: Mapping[str, GivenAnswer]) -> ClassifiedAs:
    """What follows from answers.

    Raises:
        InputError: One does not answer its question (WL-CLS-002).
    """
    return classify(questionnaire, {name: one.value for name, one in answers.items()})


def lowers(found: ClassifiedAs, history: Iterable[Classification], system: System) -> bool:
    """Whether it asks less of the system than what was decided last, or than what it is registered as.

    What is undetermined meanwhile does not count: whoever answers "unknown" first gains nothing by it.
    """
    decided = [one.found.tier for one in history if one.found.tier is not Tier.UNDETERMINED]
    before = decided[-1] if decided else system.tier
    return is_milder(found.tier, before)

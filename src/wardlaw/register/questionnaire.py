"""A questionnaire as data: questions, and rules that say what follows from the answers."""

from __future__ import annotations

from enum import StrEnum
from importlib.resources import files
from typing import Annotated

import msgspec

from wardlaw.facts.errors import InputError
from wardlaw.facts.tier import Tier
from wardlaw.register.condition import AnswerCondition

UNKNOWN = "unknown"
"""The answer of whoever does not know; it never helps."""

_Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_-]{0,63}$(?!\n)")]
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_Word = Annotated[str, msgspec.Meta(max_length=160, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]


class QuestionType(StrEnum):
    """What may be answered, beside ``unknown``."""

    YES_NO = "yes-no"
    CHOICE = "choice"  # one of its values
    SEVERAL = "several"  # at least one of its values
    LIST = "list"  # any of its values, or none
    NUMBER = "number"


class AskedQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question.

    Attributes:
        ref: Provision it comes from.
        when: It is asked unless this does not hold.
    """

    id: _Id
    text: _Text
    group: _Word = ""
    ref: _Word = ""
    type: QuestionType = QuestionType.YES_NO
    values: tuple[_Word, ...] = ()
    when: AnswerCondition | None = None


class LegalRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What follows when a condition holds.

    Attributes:
        tier: The tier it makes a system at least; None for none.
        route: ``annex-i`` or ``annex-iii`` for what makes a system high-risk.
        duties: Provisions that are due; due too while it is unknown whether it holds.
        for_tiers: Its duties are due only for these.
        applies_from: Day from which it binds, ``2027-12-02``.
        stops: It keeps a system shut whatever its tier; for questions of the company itself.
    """

    id: _Id
    why: _Text
    when: AnswerCondition
    tier: Tier | None = None
    ref: _Word = ""
    route: _Word = ""
    duties: tuple[_Word, ...] = ()
    for_tiers: tuple[Tier, ...] = ()
    applies_from: _Word = ""
    stops: bool = False


class Questionnaire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Questions and rules; ``version`` is the day it was last changed."""

    id: _Word
    version: _Word
    questions: tuple[AskedQuestion, ...]
    rules: tuple[LegalRule, ...]
    basis: _Word = ""


class OwnQuestions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a company asks beside the law; its rules may keep shut and add duties, and never make anything milder."""

    version: _Word
    questions: tuple[AskedQuestion, ...]
    rules: tuple[LegalRule, ...] = ()


def shipped_questionnaire() -> Questionnaire:
    """The questionnaire as it ships."""
    text = files("wardlaw.register").joinpath("data", "questionnaire.json").read_bytes()
    return msgspec.json.decode(text, type=Questionnaire)


def with_own(base: Questionnaire, text: str | bytes) -> Questionnaire:
    """A questionnaire with the company's own questions, from their YAML.

    Raises:
        InputError: They are no questions, or cannot stand beside the others (WL-CLS-001).
    """
    try:
        own = msgspec.yaml.decode(text, type=OwnQuestions)
    except msgspec.MsgspecError as error:
        raise _wrong(str(error)) from error
    known = {one.id for one in base.questions}
    mine = {one.id for one in own.questions}
    if len(mine) != len(own.questions) or known & mine:
        raise _wrong("two questions have the same id")
    rules = {one.id for one in (*base.rules, *own.rules)}
    if len(rules) != len(base.rules) + len(own.rules):
        raise _wrong("two rules have the same id")
    for rule in own.rules:
        if not rule.when.questions <= known | mine:
            raise _wrong(f"the rule {rule.id} looks at a question nobody asks")
        if rule.tier in (Tier.OUT_OF_SCOPE, Tier.MINIMAL, Tier.UNDETERMINED):
            raise _wrong(
                f"the rule {rule.id} would make a system milder; only the law's own rules know what is out of scope"
            )
    for question in own.questions:
        if question.when is not None and not question.when.questions <= known | mine:
            raise _wrong(f"the question {question.id} depends on one nobody asks")
    return Questionnaire(
        base.id, f"{base.version}+{own.version}", base.questions + own.questions, base.rules + own.rules, base.basis
    )


def _wrong(why: str) -> InputError:
    return InputError(
        "WL-CLS-001",
        f"The company's questions cannot be used: {why}.",
        "docs/classification.md shows how they are written.",
    )

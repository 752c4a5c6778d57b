"""A clause: a rule in plain language with the structured condition that enforces it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from wardlaw.facts.action import Action
from wardlaw.facts.effect import Effect, Mode
from wardlaw.facts.principal import PrincipalKind


class Risk(StrEnum):
    """How bad a breach of the clause is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Wing(StrEnum):
    """Whose clause it is. Governance refusals explain themselves fully; security refusals give no oracle."""

    GOVERNANCE = "governance"
    SECURITY = "security"


class Test(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One condition on an attribute; exactly one comparison is set.

    Attributes:
        attribute: A name from the attribute table.
        over: True when the number is greater.
        at_least: True when the number is greater or equal.
        under: True when the number is smaller.
        equals: True when text, number or claim is equal.
        one_of: True when the text is one of these.
        contains_any: True when the set holds at least one of these; ``*`` stands for any member.
    """

    attribute: str
    over: int | None = None
    at_least: int | None = None
    under: int | None = None
    equals: str | int | bool | None = None
    one_of: tuple[str, ...] | None = None
    contains_any: tuple[str, ...] | None = None


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """All of ``all`` and at least one of ``any`` must hold; an empty list asks nothing."""

    all: tuple[Test, ...] = ()
    any: tuple[Test, ...] = ()


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A worked case: the attributes of an ordinary request with these changed, and the effect this clause must have.

    Attributes:
        effect: The clause's own effect for a case it must stop, ``allow`` for one it must let pass.
        context: Attribute values that differ from an ordinary request.
    """

    name: str
    effect: Effect
    action: Action
    principal: PrincipalKind = PrincipalKind.USER
    resource: str = ""
    context: dict[str, str | int | bool | list[str]] = {}


class Duty(StrEnum):
    """What an answer owes to whoever reads it (EU AI Act, Article 50)."""

    DISCLOSE = "disclose"  # people are told that they talk to an AI system
    MARK = "mark"  # machines can tell that an AI system made it


class FilledForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The filled form a clause was made from, so that it can be edited as a form again.

    Attributes:
        template: Name of the template.
        fields: Answers by field, in the words of a business.
    """

    template: str
    fields: dict[str, str | int | list[str]] = {}


class Clause(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One rule as its owner wrote it.

    Attributes:
        id: Upper case with a number: ``GOV-07``.
        owner: The role that answers for it.
        refs: Framework references, ``<framework>:<id>``.
        actions: Actions it looks at.
        principals: Principal kinds it looks at; empty means all.
        resources: Resource ids it looks at, ``*`` for any characters; empty means all.
        valid_from: First day it holds, ISO date; ``""`` always.
        valid_to: Last day it holds, ISO date; ``""`` for ever.
        redact: Data classes to mask (effect ``transform`` only).
        quarantine: The match is a deterministic second signal, so that quarantine is allowed.
        quarantine_minutes: How long the quarantine stands; 0 until a person releases it.
        approvers: Persons who must approve a call it holds, 1 or 2 (effect ``hold`` only); 0 leaves it at 1.
        expires_minutes: How long a held call waits, and an approval stands; 0 leaves it at the usual time.
        duties: What answers owe (effect ``oblige`` only).
        notice: What people are told with the first reply of a conversation (duty ``disclose``).
        form: The form it was made from; None when it was written by hand.
    """

    id: str
    title: str
    text: str
    owner: str
    wing: Wing
    risk: Risk
    effect: Effect
    actions: tuple[Action, ...]
    when: Condition
    refs: tuple[str, ...] = ()
    mode: Mode = Mode.ENFORCE
    principals: tuple[PrincipalKind, ...] = ()
    resources: tuple[str, ...] = ()
    unless: Condition | None = None
    valid_from: str = ""
    valid_to: str = ""
    advice: str = ""
    redact: tuple[str, ...] = ()
    quarantine: bool = False
    quarantine_minutes: int = 0
    approvers: int = 0
    expires_minutes: int = 0
    duties: tuple[Duty, ...] = ()
    notice: str = ""
    examples: tuple[Example, ...] = ()
    form: FilledForm | None = None

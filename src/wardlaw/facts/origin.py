"""Where a value came from, and what a judgement of a tool call says about it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from wardlaw.facts.effect import Effect, strongest
from wardlaw.facts.resource import ToolEffect

DECISIVE = ("destination", "target", "credential")
"""Roles of arguments that decide what a call does: where something goes, what is acted on, what will hold."""


class Provenance(StrEnum):
    """Where a value came from, most trusted first. An agent's own word about it counts for nothing."""

    USER = "user"  # the person's own words
    SYSTEM = "system"  # the application's instructions
    TRUSTED = "trusted"  # a source the operator registered
    NAMED_RECORD = "named-record"  # a field of a record that the person's words pick out
    ASKED_FIELD = "asked-field"  # a field of an answer to a call that the person's words led to
    FIELD = "field"  # a field of some other answer
    UNKNOWN = "unknown"  # nothing seen holds it: computed, or made up
    NAMED_TEXT = "named-text"  # prose of a source that the person named
    TEXT = "text"  # prose written by anybody
    MAIL = "mail"
    WEB = "web"

    @property
    def rank(self) -> int:
        """Place in the order of trust, 0 for the least."""
        return _RANK[self]

    @property
    def prose(self) -> bool:
        """Written by somebody who may want something."""
        return self.rank <= _RANK[Provenance.NAMED_TEXT]


_RANK = {origin: place for place, origin in enumerate(reversed(Provenance))}


class Source(msgspec.Struct, frozen=True):
    """One place a value was seen at: a call's number in the session, from 0, and its tool; -1 is no call."""

    call: int
    tool: str = ""


class Traced(msgspec.Struct, frozen=True):
    """One leaf of a call's arguments and where it came from; ``path`` is as in ``cc[0]`` or ``event.title``."""

    path: str
    role: str
    origin: Provenance
    sources: tuple[Source, ...] = ()


class CallRule(StrEnum):
    """What can be wrong with a tool call."""

    UNASKED = "unasked-effect"  # nothing in the person's words asks for what the tool does
    UNTRUSTED = "untrusted-argument"  # a critical argument from where nobody trusted could have put it
    COPIED = "copied-order"  # a text does what a foreign text orders, or carries it on
    LINK = "foreign-link"  # a text carries an address that only a foreign text holds
    OTHER_DAY = "other-day"  # another day than the person named
    LEAK = "sensitive-data"  # sensitive data to a place the person did not name, or that nobody asked to send
    TRIFECTA = "lethal-trifecta"  # private data, foreign text and a way out in one session
    UNREAD = "unreadable-arguments"  # more or deeper arguments than are traced


class CallFinding(msgspec.Struct, frozen=True):
    """One thing found; ``demand`` is how grave it is by itself, and clauses decide what happens.

    Attributes:
        path: Argument it concerns; ``""`` when it is the call as a whole.
        why: One sentence for the person who must approve. It names tools and arguments, never a value.
        labels: Classes of sensitive data, for ``LEAK``.
    """

    rule: CallRule
    demand: Effect
    path: str
    why: str
    origin: Provenance = Provenance.UNKNOWN
    sources: tuple[Source, ...] = ()
    labels: tuple[str, ...] = ()


class CallJudgement(msgspec.Struct, frozen=True):
    """Facts about one tool call, for clauses.

    Attributes:
        traced: Every leaf of the arguments that was traced, in the order of their paths.
        intent_matched: The person's own words ask for what the tool does.
        taint: Labels of the session: ``saw:text``, ``saw:web``, ``saw:mail``, ``saw:<class of data>``.
        effects: What the call does, sorted.
        confirmed: A person has confirmed what the tool does; otherwise it is taken for the worst it may be.
        user_known: A person's own words are told from those of others.
    """

    findings: tuple[CallFinding, ...]
    traced: tuple[Traced, ...]
    intent_matched: bool
    taint: tuple[str, ...]
    effects: tuple[ToolEffect, ...] = ()
    confirmed: bool = False
    user_known: bool = False

    @property
    def demand(self) -> Effect:
        """The strongest demand of the findings; ``ALLOW`` when there are none."""
        return strongest(tuple(finding.demand for finding in self.findings))

    @property
    def found(self) -> tuple[str, ...]:
        """Rules that found something, alone and with what they demand (``sensitive-data:deny``), sorted."""
        names = {one.rule.value for one in self.findings}
        return tuple(sorted(names | {f"{one.rule.value}:{one.demand.value}" for one in self.findings}))

    @property
    def argument_origins(self) -> frozenset[Provenance]:
        """Origins of the critical arguments."""
        return frozenset(one.origin for one in self.traced if one.role in DECISIVE)

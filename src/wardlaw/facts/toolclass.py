"""What is known of a tool: what it does, which of its arguments matter, and how far its output can be believed."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from wardlaw.facts.intent import Intent
from wardlaw.facts.resource import ToolEffect


class ArgumentRole(StrEnum):
    """What an argument is for."""

    DESTINATION = "destination"  # where data, money or rights go: an address, an account, a channel, a URL
    TARGET = "target"  # the thing that is acted on: an id, a name, a path
    CREDENTIAL = "credential"  # a password, key or token that will hold afterwards
    CONTENT = "content"  # text for people
    WHEN = "when"
    AMOUNT = "amount"
    OPTION = "option"  # a flag, a limit, one of a closed list


class OutputTrust(StrEnum):
    """Who wrote what a tool answers."""

    OWN = "own"  # records of the organisation's or the person's own
    RECORDS = "records"  # records with fields of their own, and texts of others in them: mails, events, files
    CONTENT = "content"  # one text, all of it written by somebody else: a file's or page's contents
    WEB = "web"  # the same, from anywhere


class Argument(msgspec.Struct, frozen=True):
    """One argument of a tool; ``nouns`` are the words of its name and description that say what it holds."""

    name: str
    role: ArgumentRole
    nouns: frozenset[str] = frozenset()

    @property
    def critical(self) -> bool:
        """Whoever chooses its value decides what the call does."""
        return self.role in (ArgumentRole.DESTINATION, ArgumentRole.TARGET, ArgumentRole.CREDENTIAL)


class ToolClass(msgspec.Struct, frozen=True):
    """A tool as the judgement sees it.

    Attributes:
        effects: Everything it does; ``READ`` alone for a tool that changes nothing.
        intents: Wishes of which a person must have had at least one; empty when none is needed.
        nouns: Words for what it works on, from its name: ``calendar``, ``event``.
        data: Classes of data its output may hold (``contact``, ``financial``, ``secret`` …).
        reversible: What it does can be undone by another call.
        confirmed_by: Person who confirmed it; empty while it is only inferred.
        known: A word of its name or description said what it does; otherwise it is taken for the worst it may be.
        trusted: Its answers come from a source that only the organisation writes to; only a person says so.
    """

    name: str
    effects: frozenset[ToolEffect]
    intents: frozenset[Intent] = frozenset()
    nouns: frozenset[str] = frozenset()
    arguments: dict[str, Argument] = {}
    output: OutputTrust = OutputTrust.RECORDS
    data: frozenset[str] = frozenset()
    reversible: bool = False
    confirmed_by: str = ""
    known: bool = True
    trusted: bool = False

    @property
    def effect(self) -> ToolEffect:
        """The gravest of its effects."""
        return gravest(self.effects)

    @property
    def reads_only(self) -> bool:
        """It changes nothing and sends nothing that its arguments do not say."""
        return self.effects == _READS


class ToolConfirmation(msgspec.Struct, frozen=True):
    """What was said of a tool; each part that is not None replaces what was inferred.

    Attributes:
        by: The person who stands for it; ``""`` when nobody does.
        pin: Digest of the tool's definition that the person saw; ``""`` for whatever it is.
    """

    by: str
    pin: str
    effects: frozenset[ToolEffect] | None = None
    output: OutputTrust | None = None
    data: frozenset[str] | None = None
    reversible: bool | None = None
    roles: dict[str, ArgumentRole] = {}
    trusted: bool = False


def gravest(effects: Iterable[ToolEffect]) -> ToolEffect:
    """The gravest of these effects; ``UNKNOWN`` of none."""
    return max(effects, key=_GRAVITY.__getitem__, default=ToolEffect.UNKNOWN)


_READS = frozenset((ToolEffect.READ,))
_GRAVITY: dict[ToolEffect, int] = {
    effect: place
    for place, effect in enumerate(
        (
            ToolEffect.READ,
            ToolEffect.WRITE,
            ToolEffect.EGRESS,
            ToolEffect.SHARE,
            ToolEffect.DESTRUCTIVE,
            ToolEffect.PAYMENT,
            ToolEffect.CREDENTIAL,
            ToolEffect.UNKNOWN,
        )
    )
}

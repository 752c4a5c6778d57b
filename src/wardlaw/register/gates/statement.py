"""How a system stood at a moment, signed: what a pipeline keeps for the hours the installation cannot be reached."""

from __future__ import annotations

import msgspec

from wardlaw.facts.gate import GateMode
from wardlaw.register.gates.verdict import SignedVerdict
from wardlaw.register.system import MadeOf

_DOMAIN = b"wardlaw.dev/gate-statement/v1\n"
_ENCODER = msgspec.json.Encoder(order="sorted")

MOST_AGE_S = 24 * 3600.0
"""Longest a statement is believed without asking again, in seconds; as `docs/gates.md` promises."""


class Statement(msgspec.Struct, frozen=True):
    """How a system stood; times in Unix seconds.

    Attributes:
        lives: Its verdict stood.
        why: Why it did not; ``""`` when it did.
        at: The moment.
        until: When the verdict ends by itself.
        made_of: Of what the system was made, as it was registered then.
    """

    system: str
    mode: GateMode
    lives: bool
    why: str
    at: float
    until: float
    made_of: MadeOf
    verdict: SignedVerdict | None


def statement_message(statement: Statement) -> bytes:
    """The bytes that are signed: the same statement gives the same bytes."""
    return _DOMAIN + _ENCODER.encode(statement)


def believable(statement: Statement, *, system: str, model: str, at: float) -> str:
    """Why a statement kept from before does not let this release pass; ``""`` when it does.

    Args:
        model: SHA-256 of the model that is released; ``""`` where the release has none.
        at: Unix seconds.
    """
    if statement.system != system:
        return f"it is about {statement.system}"
    if not statement.lives:
        return f"it says that the gate is closed: {statement.why}"
    if not 0 <= at - statement.at <= MOST_AGE_S:
        return "it is older than 24 hours" if at > statement.at else "it is from the future"
    if at >= statement.until:
        return "the verdict has expired since"
    if statement.made_of.model and not model:
        return "it is about one model, and the release does not say which it is: give --model"
    if statement.made_of.model != model:
        return "it is about another model"
    return ""

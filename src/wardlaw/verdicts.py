"""What a gateway answers to applications that ask: verdicts on texts, on tool calls, and on what tools gave."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Effect = Literal["allow", "transform", "hold", "deny", "cut"]


class Guarded(msgspec.Struct, frozen=True):
    """What the gateway said of a text.

    Attributes:
        verdict: ``allow``, ``transform`` (something in it must be masked first), ``hold``, ``deny`` or ``cut``.
        code: Why, in one word; ``""`` when allowed.
        decision: Id of the decision in the log, ``dec_…``.
    """

    verdict: Effect
    code: str
    decision: str

    @property
    def allowed(self) -> bool:
        """Whether the text may be used as it is."""
        return self.verdict == "allow"


class StatedReason(msgspec.Struct, frozen=True):
    """One reason that may be told; reasons of security are not."""

    clause: str = ""
    effect: str = ""
    message: str = ""
    advice: str = ""


class Decided(msgspec.Struct, frozen=True):
    """What the gateway said of a tool call that somebody wants to make.

    Attributes:
        effect: ``allow``; ``transform``: only with ``arguments`` as they stand here; ``hold``: a person decides;
            ``deny``; ``cut``.
        code: Why not, in one word; ``""`` when allowed.
        message: For the model or a person to read; ``""`` when allowed.
        decision: Id of the decision in the log, ``dec_…``.
        call: Id under which the tool's result is handed in.
        session: Name of the conversation under which it is.
        receipt: Signed receipt of the record; ``""`` where the gateway gives none.
        arguments: Set with ``transform`` alone.
        approval: What is waited for when it is held.
    """

    effect: Effect
    decision: str
    call: str
    session: str = ""
    code: str = ""
    message: str = ""
    receipt: str = ""
    reasons: tuple[StatedReason, ...] = ()
    advice: str = ""
    arguments: dict[str, Any] | None = None
    approval: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        """Masked arguments and ``transform`` come together, or the answer makes no sense."""
        if (self.effect == "transform") is not (self.arguments is not None):
            raise ValueError("transform without arguments")

    @property
    def allowed(self) -> bool:
        """Whether the call may be made with the arguments that were asked about."""
        return self.effect == "allow"


class JudgedResult(msgspec.Struct, frozen=True):
    """What the gateway said of what a tool gave.

    Attributes:
        effect: As for a call; with ``transform`` only ``result`` may be read.
        result: The masked text; set with ``transform`` alone.
    """

    effect: Effect
    decision: str
    code: str = ""
    message: str = ""
    receipt: str = ""
    reasons: tuple[StatedReason, ...] = ()
    advice: str = ""
    result: str | None = None
    approval: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        """Masked text and ``transform`` come together, or the answer makes no sense."""
        if (self.effect == "transform") is not (self.result is not None):
            raise ValueError("transform without a text")

    @property
    def allowed(self) -> bool:
        """Whether a model may read it as it is."""
        return self.effect == "allow"

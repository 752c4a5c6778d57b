"""What goes into a stream layer and what it asks to be done."""

from __future__ import annotations

import msgspec

from wardlaw.facts.exchange import Segment, ToolCall
from wardlaw.gateway.wire.answer import Usage
from wardlaw.security.window import Piece


class UpstreamBytes(msgspec.Struct, frozen=True):
    """Bytes of the upstream's body, in any chunking."""

    data: bytes


class UpstreamEnded(msgspec.Struct, frozen=True):
    """The upstream's body is complete as far as HTTP is concerned."""


class UpstreamFailed(msgspec.Struct, frozen=True):
    """The connection to the upstream broke off or timed out.

    Attributes:
        code: Code of the error; goes into the outcome and to the caller.
        message: Plain words for the caller.
    """

    code: str
    message: str


class Judged(msgspec.Struct, frozen=True):
    """A piece or a tool call may be released.

    Attributes:
        text: What is released in its place (masked); ``None`` as it is. For a tool call: its arguments.
    """

    ticket: int
    text: str | None = None


class Refused(msgspec.Struct, frozen=True):
    """A piece or a tool call must not be released; the stream is cut.

    Attributes:
        code: Why, for the outcome.
        event: The event that tells the caller (:func:`refusal.cut_event`).
    """

    ticket: int
    code: str
    event: bytes


class ClientGone(msgspec.Struct, frozen=True):
    """Nobody reads the answer any more."""


Event = UpstreamBytes | UpstreamEnded | UpstreamFailed | Judged | Refused | ClientGone


class Judge(msgspec.Struct, frozen=True):
    """Judge a piece of text; answer with ``Judged`` or ``Refused``.

    Attributes:
        choice: Which of the answers; -1 for what belongs to none.
        pointer: Where the text stands, choices by their index.
    """

    ticket: int
    choice: int
    pointer: str
    piece: Piece


class JudgeToolCall(msgspec.Struct, frozen=True):
    """Judge a complete tool call; answer with ``Judged`` or ``Refused``.

    Attributes:
        segments: Every text of the call, its arguments in the channel of tool arguments.
    """

    ticket: int
    choice: int
    call: ToolCall
    segments: tuple[Segment, ...]


class JudgeUninspected(msgspec.Struct, frozen=True):
    """Judge that something comes which nobody can read; answer with ``Judged`` or ``Refused``.

    Attributes:
        kind: As whole answers name it: ``audio``, ``encrypted``.
    """

    ticket: int
    kind: str


class Send(msgspec.Struct, frozen=True):
    """Hand these bytes to the caller."""

    data: bytes


class AbortUpstream(msgspec.Struct, frozen=True):
    """Close the upstream's connection at once."""


class Cut(msgspec.Struct, frozen=True):
    """End the caller's connection so that no client takes the stream for complete. The last command.

    Attributes:
        failed: The upstream is to blame, nothing was refused.
    """

    code: str
    failed: bool = False


class Finish(msgspec.Struct, frozen=True):
    """The stream is complete and everything has been sent. The last command."""

    usage: Usage | None
    finish_reasons: tuple[str, ...]


Command = Judge | JudgeToolCall | JudgeUninspected | Send | AbortUpstream | Cut | Finish

"""What answers owe by a clause: people are told with the first reply, machines can tell by a header.

The notice stands in the text itself, before what the model said, so that it reaches people through every client of a
surface unmodified. An answer that is meant for a program (it begins like JSON) carries its notice in the header alone: a
sentence before it would make it unreadable.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from wardlaw.facts.decision import Decision, ObligationKind
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.gateway.wire.answer import Answer
from wardlaw.gateway.wire.commands import Event, Judge, Judged
from wardlaw.gateway.wire.surface import Surface

MARKED = "x-wardlaw-ai-generated"
DISCLOSED = "x-wardlaw-ai-disclosure"

# Where surfaces have what a person reads: chat, completions, Messages, Responses; whole and in streams.
_READ_BY_PEOPLE = re.compile(
    r"/choices/\d+/(?:message|delta)/content(?:/\d+/text)?\Z|/choices/\d+/text\Z|/content/\d+/text\Z"
    r"|/output/\d+/content/\d+/text\Z"
)
_FOR_PROGRAMS = ("{", "[", "<")


def is_first_reply(segments: Sequence[Segment]) -> bool:
    """Whether a request tells of no earlier answer to a person. Its history is the client's word: at worst a client that
    keeps none has its people told again, with each reply.
    """
    return not any(segment.channel is Channel.ASSISTANT and segment.text.strip() for segment in segments)


def answer_labels(decision: Decision) -> tuple[tuple[str, str], ...]:
    """The headers an answer is labelled with."""
    kinds = {duty.kind for duty in decision.obligations}
    found = [(MARKED, "true")] if ObligationKind.MARK in kinds else []
    return (*found, (DISCLOSED, "first-reply")) if ObligationKind.DISCLOSE in kinds else tuple(found)


def disclosed(surface: Surface, answer: Answer, body: bytes, decision: Decision) -> bytes:
    """A whole answer with the notice before the first text of each choice, where one is owed."""
    notice = Notice.of(decision)
    texts: dict[str, str] = {}
    for segment in answer.segments:
        if segment.channel is Channel.ANSWER and notice.is_owed(segment.pointer, segment.text):
            texts[segment.pointer] = notice.put_before(segment.pointer, segment.text)
    return surface.rewrite_answer(answer, texts) if texts else body


class Notice:
    """What is still to be said before an answer, once for each choice.

    Args:
        words: What people are told; ``""`` when nothing is owed.
    """

    def __init__(self, words: str = "") -> None:
        self._words = words
        self._told: set[str] = set()

    @classmethod
    def of(cls, decision: Decision) -> Notice:
        """What a decision about an answer demands."""
        duties = [duty for duty in decision.obligations if duty.kind is ObligationKind.DISCLOSE]
        return cls(" ".join(words for duty in duties for words in duty.classes))

    def is_owed(self, pointer: str, text: str) -> bool:
        """Whether the notice belongs before this text."""
        if not self._words or not text or not _READ_BY_PEOPLE.match(pointer) or _choice(pointer) in self._told:
            return False
        if text.lstrip().startswith(_FOR_PROGRAMS):
            self._told.add(_choice(pointer))
            return False
        return True

    def put_before(self, pointer: str, text: str) -> str:
        """The text with the notice before it; it is then no longer owed for this choice."""
        self._told.add(_choice(pointer))
        return f"{self._words}\n\n{text}"

    def before(self, command: Judge, event: Event) -> Event:
        """The verdict on a piece of a stream, with the notice where it belongs."""
        if not isinstance(event, Judged) or not self._words:
            return event
        text = command.piece.text if event.text is None else event.text
        if not self.is_owed(command.pointer, text):
            return event
        return Judged(event.ticket, self.put_before(command.pointer, text))


def _choice(pointer: str) -> str:
    """The answer a text belongs to: Messages and Responses have one."""
    return pointer.split("/")[2] if pointer.startswith("/choices/") else ""

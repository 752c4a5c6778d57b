"""What every surface reads out of a request: the texts, the measures, and what it asks the vendor to do."""

from __future__ import annotations

import msgspec

from wardlaw.facts.exchange import Measures, Segment


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request as the door needs it, whatever its form.

    Attributes:
        stream: The answer is asked for as a stream.
        answers: Answers asked for.
        max_tokens: Token ceiling for one answer; 0 when none.
        segments: Every text of the body, each once.
        joined: Texts a model reads as one although they stand in several parts; ``pointer`` is that of the
            list of parts. They are inspected besides; what is found only here cannot be redacted.
        attachments: Images, sounds and files.
        uninspected: Kinds of content nobody could read.
        hosted_tools: Vendor-hosted tools, stored state and model fallbacks asked for.
        tool_names: Tools the caller offers and runs itself.
        call_ids: Ids of tool calls whose results the request brings.
    """

    model: str
    segments: tuple[Segment, ...]
    stream: bool = False
    answers: int = 1
    max_tokens: int = 0
    joined: tuple[Segment, ...] = ()
    attachments: int = 0
    uninspected: tuple[str, ...] = ()
    hosted_tools: tuple[str, ...] = ()
    tool_names: tuple[str, ...] = ()
    call_ids: tuple[str, ...] = ()

    def measures(self, body_bytes: int) -> Measures:
        """The countable facts of the request; the ceiling counts for all answers together."""
        return Measures(
            body_bytes=body_bytes,
            attachments=self.attachments,
            prompt_tokens=body_bytes // 4,
            max_tokens=self.max_tokens * self.answers,
            hosted_tools=self.hosted_tools,
            uninspected=self.uninspected,
        )

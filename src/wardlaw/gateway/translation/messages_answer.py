"""Answers of chat completions as those of Messages: whole, streamed, and refused.

Left out: reasoning that some servers add beside the answer. Thinking was not asked for, and that form never shows it then.
"""

from __future__ import annotations

from typing import Any

import orjson

from wardlaw.gateway.translation.shape import Doc, unsaid
from wardlaw.gateway.wire.answer import ANSWER_LIMITS, as_object, as_text, garbage, read_document
from wardlaw.gateway.wire.dialect import ANTHROPIC
from wardlaw.gateway.wire.failure import BadUpstreamError
from wardlaw.gateway.wire.recoding import Recoding
from wardlaw.gateway.wire.sse import DONE, SseParser, format_named_event

_REASONS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "refusal"}
_SAID = frozenset(("role", "content", "refusal", "tool_calls"))
_BESIDE = frozenset(("reasoning", "reasoning_content", "reasoning_details"))


def from_chat(_doc: Doc, _at: float) -> Recoding:
    """How the answer to a Messages request is read out of that of a chat completion request."""
    return Recoding(stream=MessagesFromChat, answer=_answer, refusal=_refusal)


def _reason(value: Any) -> str:
    reason = _REASONS.get(value) if type(value) is str else None
    if reason is None:
        raise unsaid("a reason to stop")
    return reason


def _usage(value: Any) -> dict[str, int]:
    usage = value if type(value) is dict else {}
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if type(details) is dict else 0
    asked, written = usage.get("prompt_tokens"), usage.get("completion_tokens")
    asked = asked if type(asked) is int else 0
    cached = min(cached, asked) if type(cached) is int and cached > 0 else 0
    return {
        "input_tokens": asked - cached,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": cached,
        "output_tokens": written if type(written) is int else 0,
    }


def _only(value: Doc) -> None:
    for name, member in value.items():
        if name not in _SAID and name not in _BESIDE and member not in (None, [], ""):
            raise unsaid("a member of the message")


def _answer(raw: bytes) -> bytes:
    doc = read_document(raw, ANSWER_LIMITS)
    choices = doc.get("choices")
    if type(choices) is not list or len(choices) != 1:
        raise garbage("not exactly one answer")
    choice = as_object(choices[0], "choice")
    message = as_object(choice.get("message"), "message")
    _only(message)
    refusal = as_text(message.get("refusal"), "refusal")
    said = as_text(message.get("content"), "content") + refusal
    content: list[dict[str, Any]] = [{"type": "text", "text": said}] if said else []
    for item in message.get("tool_calls") or ():
        call = as_object(item, "tool call")
        function = as_object(call.get("function"), "function")
        try:
            given = as_object(orjson.loads(as_text(function.get("arguments"), "arguments") or "{}"), "input")
        except orjson.JSONDecodeError:
            raise garbage("arguments that are not JSON") from None
        content.append({"type": "tool_use", "id": call.get("id"), "name": function.get("name"), "input": given})
    made = {
        "id": doc.get("id"),
        "type": "message",
        "role": "assistant",
        "model": doc.get("model"),
        "content": content,
        "stop_reason": "refusal" if refusal else _reason(choice.get("finish_reason")),
        "stop_sequence": None,
        "usage": _usage(doc.get("usage")),
    }
    return orjson.dumps(made)


def _refusal(status: int, raw: bytes) -> bytes:
    try:
        message = orjson.loads(raw)["error"]["message"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return b""  # nothing of it is passed on
    return ANTHROPIC.body(status, {"message": message}) if type(message) is str else b""


class MessagesFromChat:
    """One stream of chunks of a chat completion as message events."""

    def __init__(self) -> None:
        self._parser = SseParser()
        self._begun = self._done = False
        self._index = -1
        self._open: str = ""  # kind of the block that is open
        self._call = -1
        self._reason = ""
        self._refused = False
        self._usage: Any = None

    def feed(self, data: bytes) -> bytes:
        """The events these bytes complete."""
        return b"".join([self._event(sse.data) for sse in self._parser.feed(data) if not self._done])

    def finish(self) -> bytes:
        """Nothing, unless only the empty line after the closing mark is missing."""
        left = self._parser.finish()
        if not self._done and left.removeprefix(b"data:").strip() == DONE:
            return self._close()
        return b""

    def _event(self, data: bytes) -> bytes:
        if data.strip() == DONE:
            return self._close()
        try:
            doc = as_object(orjson.loads(data), "chunk")
        except orjson.JSONDecodeError:
            raise garbage("a chunk that is not JSON") from None
        if doc.get("error") is not None:
            raise BadUpstreamError("WL-GW-205", "The upstream reported an error in the middle of its answer.")
        self._usage = doc.get("usage") or self._usage
        choices = doc.get("choices")
        if type(choices) is not list or len(choices) > 1:
            raise garbage("not exactly one answer")
        out = b"" if self._begun else self._start(doc)
        for choice in choices:
            out += self._choice(as_object(choice, "choice"))
        return out

    def _start(self, doc: Doc) -> bytes:
        self._begun = True
        message: dict[str, Any] = {
            "id": doc.get("id"),
            "type": "message",
            "role": "assistant",
            "model": doc.get("model"),
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": _usage(None),
        }
        return _written("message_start", message=message)

    def _choice(self, choice: Doc) -> bytes:
        delta = as_object(choice.get("delta") or {}, "delta")
        _only(delta)
        if choice.get("index", 0) != 0:
            raise garbage("not exactly one answer")
        out = b""
        for name in ("content", "refusal"):
            if text := as_text(delta.get(name), name):
                self._refused = self._refused or name == "refusal"
                out += self._text(text)
        for item in delta.get("tool_calls") or ():
            out += self._tool(as_object(item, "tool call"))
        if choice.get("finish_reason") is not None:
            self._reason = _reason(choice["finish_reason"])
        return out

    def _text(self, text: str) -> bytes:
        begins = b"" if self._open == "text" else self._begin({"type": "text", "text": ""})
        return begins + _written("content_block_delta", index=self._index, delta={"type": "text_delta", "text": text})

    def _tool(self, call: Doc) -> bytes:
        function = as_object(call.get("function") or {}, "function")
        place = call.get("index", self._call)
        out = b""
        if place != self._call or self._open != "tool_use":
            if type(place) is not int or place <= self._call:
                raise garbage("a call that goes on after another has begun")
            self._call = place
            out = self._begin({"type": "tool_use", "id": call.get("id"), "name": function.get("name"), "input": {}})
        if part := as_text(function.get("arguments"), "arguments"):
            delta = {"type": "input_json_delta", "partial_json": part}
            out += _written("content_block_delta", index=self._index, delta=delta)
        return out

    def _begin(self, block: dict[str, Any]) -> bytes:
        ends = self._end_block()
        self._index += 1
        self._open = block["type"]
        return ends + _written("content_block_start", index=self._index, content_block=block)

    def _end_block(self) -> bytes:
        if not self._open:
            return b""
        self._open = ""
        return _written("content_block_stop", index=self._index)

    def _close(self) -> bytes:
        self._done = True
        if not self._begun or not self._reason:
            raise garbage("an end without a reason")
        reason = "refusal" if self._refused else self._reason
        delta = {"stop_reason": reason, "stop_sequence": None}
        return (
            self._end_block()
            + _written("message_delta", delta=delta, usage=_usage(self._usage))
            + _written("message_stop")
        )


def _written(kind: str, **members: Any) -> bytes:
    return format_named_event(kind, orjson.dumps({"type": kind, **members}))

"""Answers of Messages as those of chat completions: whole, streamed, and refused."""

from __future__ import annotations

from typing import Any

import orjson

from wardlaw.gateway.translation.shape import Doc, unsaid
from wardlaw.gateway.wire.answer import ANSWER_LIMITS, as_object, as_text, garbage, read_document
from wardlaw.gateway.wire.dialect import OPENAI
from wardlaw.gateway.wire.failure import BadUpstreamError
from wardlaw.gateway.wire.recoding import Recoding
from wardlaw.gateway.wire.sse import DONE_EVENT, SseParser, format_event

_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
_INPUT = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


def from_messages(doc: Doc, at: float) -> Recoding:
    """How the answer to a chat completion request is read out of that of a Messages request.

    Args:
        doc: The request as it came.
        at: Unix seconds, for ``created``.
    """
    options = doc.get("stream_options")
    wants_usage = type(options) is dict and options.get("include_usage") is True
    return Recoding(
        stream=lambda: ChatFromMessages(int(at), wants_usage=wants_usage),
        answer=lambda raw: _answer(raw, int(at)),
        refusal=_refusal,
    )


def _reason(value: Any) -> str | None:
    if value is None:
        return None
    reason = _REASONS.get(value) if type(value) is str else None
    if reason is None:
        raise unsaid("a reason to stop")
    return reason


def _usage(value: Any) -> dict[str, Any] | None:
    if type(value) is not dict:
        return None
    parts = [value.get(name) or 0 for name in _INPUT]
    written = value.get("output_tokens") or 0
    if any(type(part) is not int for part in (*parts, written)):
        return None
    asked = sum(parts)
    return {
        "prompt_tokens": asked,
        "completion_tokens": written,
        "total_tokens": asked + written,
        "prompt_tokens_details": {"cached_tokens": parts[2]},
    }


def _answer(raw: bytes, created: int) -> bytes:
    doc = read_document(raw, ANSWER_LIMITS)
    content = doc.get("content")
    if type(content) is not list:
        raise garbage("an answer without content")
    texts: list[str] = []
    calls: list[dict[str, Any]] = []
    for item in content:
        block = as_object(item, "block")
        match block.get("type"):
            case "text" if not block.get("citations"):
                texts.append(as_text(block.get("text"), "text"))
            case "tool_use":
                given = as_object(block.get("input"), "input of a call")
                function = {"name": block.get("name"), "arguments": orjson.dumps(given).decode()}
                calls.append({"id": block.get("id"), "type": "function", "function": function})
            case _:
                raise unsaid("a block")
    message: dict[str, Any] = {"role": "assistant", "content": "".join(texts) if texts else None, "refusal": None}
    if calls:
        message["tool_calls"] = calls
    choice = {"index": 0, "message": message, "finish_reason": _reason(doc.get("stop_reason")), "logprobs": None}
    made = {
        "id": doc.get("id"),
        "object": "chat.completion",
        "created": created,
        "model": doc.get("model"),
        "choices": [choice],
    }
    usage = _usage(doc.get("usage"))
    return orjson.dumps({**made, "usage": usage} if usage else made)


def _refusal(status: int, raw: bytes) -> bytes:
    try:
        doc = orjson.loads(raw)
        message = doc["error"]["message"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return b""  # nothing of it is passed on
    if type(message) is not str:
        return b""
    kind = "rate_limit_error" if status == 429 else "invalid_request_error"
    return OPENAI.body(status, {"message": message, "type": kind, "param": None, "code": None})


class ChatFromMessages:
    """One stream of message events as chunks of a chat completion.

    Args:
        created: Unix seconds.
        wants_usage: The stream shall end with a chunk of its usage.
    """

    def __init__(self, created: int, *, wants_usage: bool) -> None:
        self._parser = SseParser()
        self._created = created
        self._wants_usage = wants_usage
        self._head: dict[str, Any] = {}
        self._usage: dict[str, Any] = {}
        self._calls: dict[int, int] = {}  # block to call
        self._texts: set[int] = set()
        self._done = False

    def feed(self, data: bytes) -> bytes:
        """The chunks these bytes complete."""
        return b"".join([self._event(sse.data) for sse in self._parser.feed(data) if not self._done])

    def finish(self) -> bytes:
        """Nothing: what is not complete stays so."""
        return b""

    def _event(self, data: bytes) -> bytes:
        try:
            doc = as_object(orjson.loads(data), "event")
        except orjson.JSONDecodeError:
            raise garbage("a chunk that is not JSON") from None
        kind = doc.get("type")
        if kind == "error" or doc.get("error") is not None:
            raise BadUpstreamError("WL-GW-205", "The upstream reported an error in the middle of its answer.")
        if kind == "ping":
            return b""
        if not self._head and kind != "message_start":
            raise garbage("a stream that does not begin")
        match kind:
            case "message_start":
                return self._start(as_object(doc.get("message"), "message"))
            case "content_block_start":
                return self._open(doc.get("index"), as_object(doc.get("content_block"), "block"))
            case "content_block_delta":
                return self._delta(doc.get("index"), as_object(doc.get("delta"), "delta"))
            case "content_block_stop":
                return b""
            case "message_delta":
                return self._end(doc)
            case "message_stop":
                self._done = True
                return self._close()
            case _:
                return b""  # an event nobody knows is left out, as on the upstream's own surface

    def _chunk(self, delta: dict[str, Any], reason: str | None = None) -> bytes:
        choices = [{"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}]
        return format_event(orjson.dumps({**self._head, "choices": choices}))

    def _start(self, message: Doc) -> bytes:
        if self._head:
            raise garbage("a stream that begins twice")
        self._head = {
            "id": message.get("id"),
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": message.get("model"),
        }
        self._count(message.get("usage"))
        return self._chunk({"role": "assistant", "content": ""})

    def _open(self, index: Any, block: Doc) -> bytes:
        if type(index) is not int or index in self._calls or index in self._texts:
            raise garbage("a block with an impossible index")
        match block.get("type"):
            case "text":
                self._texts.add(index)
                text = as_text(block.get("text"), "text")
                return self._chunk({"content": text}) if text else b""
            case "tool_use":
                call = self._calls[index] = len(self._calls)
                given = block.get("input") or {}
                begins = orjson.dumps(given).decode() if given else ""
                function = {"name": block.get("name"), "arguments": begins}
                made = {"index": call, "id": block.get("id"), "type": "function", "function": function}
                return self._chunk({"tool_calls": [made]})
            case _:
                raise unsaid("a block")

    def _delta(self, index: Any, delta: Doc) -> bytes:
        kind = delta.get("type")
        if kind == "text_delta" and index in self._texts:
            return self._chunk({"content": as_text(delta.get("text"), "text")})
        if kind == "input_json_delta" and index in self._calls:
            part = as_text(delta.get("partial_json"), "arguments")
            return self._chunk({"tool_calls": [{"index": self._calls[index], "function": {"arguments": part}}]})
        raise unsaid("a part of a block")

    def _end(self, doc: Doc) -> bytes:
        self._count(doc.get("usage"))
        reason = _reason(as_object(doc.get("delta"), "delta").get("stop_reason"))
        return self._chunk({}, reason) if reason else b""

    def _count(self, usage: Any) -> None:
        # The last event may leave out what the first one said.
        if type(usage) is dict:
            self._usage |= {name: value for name, value in usage.items() if type(value) is int}

    def _close(self) -> bytes:
        usage = _usage(self._usage)
        told = b""
        if self._wants_usage and usage:
            told = format_event(orjson.dumps({**self._head, "choices": [], "usage": usage}))
        return told + DONE_EVENT

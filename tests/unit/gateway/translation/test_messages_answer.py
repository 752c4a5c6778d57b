"""Answers of chat completions, read by the official Anthropic client after translation."""

from __future__ import annotations

import json
from typing import Any

import anthropic
import httpx2
import pytest

from wardlaw.gateway.translation.messages_answer import from_chat
from wardlaw.gateway.wire.failure import BadUpstreamError

WAY = from_chat({}, 0.0)
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
USAGE = {"prompt_tokens": 9, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 3}}
DONE = b"data: [DONE]\n\n"


def answer(reason: str = "stop", **message: Any) -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", "content": None, **message}, "finish_reason": reason}
    return json.dumps({"id": "chatcmpl-1", "model": "m", "choices": [choice], "usage": USAGE}).encode()


def chunk(reason: str | None = None, **delta: Any) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return b"data: " + json.dumps({"id": "chatcmpl-1", "model": "m", "choices": [choice]}).encode() + b"\n\n"


def client(body: bytes, kind: str, status: int = 200) -> anthropic.Anthropic:
    def give(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, headers={"content-type": kind}, content=body)

    http = httpx2.Client(transport=httpx2.MockTransport(give))
    return anthropic.Anthropic(api_key="k", base_url="http://127.0.0.1:1", http_client=http, max_retries=0)


def translated(raw: bytes) -> Any:
    assert WAY.answer is not None
    made = client(WAY.answer(raw), "application/json")
    return made.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": "hi"}])


def streamed(*pieces: bytes) -> bytes:
    assert WAY.stream is not None
    recoder, data = WAY.stream(), b"".join(pieces)
    return b"".join(recoder.feed(data[at : at + 7]) for at in range(0, len(data), 7)) + recoder.finish()


def test_a_whole_answer() -> None:
    got = translated(answer("tool_calls", content="Hi", tool_calls=[CALL], reasoning_content="hm", annotations=[]))
    said, used = got.content
    assert (said.text, used.id, used.name, used.input) == ("Hi", "c1", "f", {"a": 1})
    assert (got.stop_reason, got.usage.input_tokens, got.usage.cache_read_input_tokens, got.usage.output_tokens) == (
        "tool_use",
        6,
        3,
        4,
    )


@pytest.mark.parametrize(
    ("reason", "expected"), [("stop", "end_turn"), ("length", "max_tokens"), ("content_filter", "refusal")]
)
def test_reasons_to_stop(reason: str, expected: str) -> None:
    assert translated(answer(reason, content="x")).stop_reason == expected


def test_a_refusal_of_the_model_is_said_and_marked() -> None:
    got = translated(answer(refusal="I cannot."))
    assert (got.content[0].text, got.stop_reason) == ("I cannot.", "refusal")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (answer(content="x", audio={"id": "a"}), "WL-GW-211"),
        (answer(content="x", annotations=[{"type": "url_citation"}]), "WL-GW-211"),
        (answer("because", content="x"), "WL-GW-211"),
        (answer(tool_calls=[{"id": "c", "function": {"name": "f", "arguments": "{"}}]), "WL-GW-201"),
        (answer(tool_calls=[{"id": "c", "function": {"name": "f", "arguments": "[]"}}]), "WL-GW-201"),
        (b'{"choices":[]}', "WL-GW-201"),
        (b'{"error":{"message":"x"}}', "WL-GW-205"),
    ],
)
def test_what_has_no_counterpart_is_an_error_and_not_left_out(raw: bytes, code: str) -> None:
    with pytest.raises(BadUpstreamError) as caught:
        translated(raw)
    assert caught.value.code == code


def test_an_error_is_worded_as_the_surface_has_it() -> None:
    assert WAY.refusal is not None
    body = WAY.refusal(429, b'{"error":{"message":"slow down","type":"x"}}')
    with pytest.raises(anthropic.RateLimitError, match="slow down"):
        client(body, "application/json", 429).messages.create(
            model="m", max_tokens=9, messages=[{"role": "user", "content": "hi"}]
        )
    assert WAY.refusal(400, b"<html>") == b""


def test_a_stream_with_text_calls_and_usage() -> None:
    usage = b"data: " + json.dumps({"id": "x", "model": "m", "choices": [], "usage": USAGE}).encode() + b"\n\n"
    second = {"index": 1, "id": "c2", "type": "function", "function": {"name": "g", "arguments": "{}"}}
    body = streamed(
        chunk(role="assistant", content=""),
        chunk(content="Hi "),
        chunk(content="there", reasoning="hm"),
        chunk(tool_calls=[{"index": 0, "id": "c1", "type": "function", "function": {"name": "f", "arguments": ""}}]),
        chunk(tool_calls=[{"index": 0, "function": {"arguments": '{"a"'}}]),
        chunk(tool_calls=[{"index": 0, "function": {"arguments": ":1}"}}]),
        chunk(tool_calls=[second]),
        chunk("tool_calls"),
        usage,
        DONE,
    )
    asking: Any = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    with client(body, "text/event-stream").messages.stream(**asking) as stream:
        got: Any = stream.get_final_message()
    assert [block.type for block in got.content] == ["text", "tool_use", "tool_use"]
    assert (got.content[0].text, got.content[1].input, got.content[2].name) == ("Hi there", {"a": 1}, "g")
    assert (got.stop_reason, got.usage.output_tokens) == ("tool_use", 4)


def test_a_stream_that_breaks_off_never_stops() -> None:
    assert b"message_stop" not in streamed(chunk(content="half"), chunk("stop"))
    assert b"message_stop" in streamed(chunk(content="x"), chunk("stop"), b"data: [DONE]")


@pytest.mark.parametrize(
    ("pieces", "code"),
    [
        ([chunk(audio={"data": "x"})], "WL-GW-211"),
        ([chunk("because")], "WL-GW-211"),
        ([chunk(content="x"), DONE], "WL-GW-201"),
        ([b'data: {"error":{"message":"x"}}\n\n'], "WL-GW-205"),
        ([chunk(tool_calls=[{"index": 1, "id": "a"}]), chunk(tool_calls=[{"index": 0, "id": "b"}])], "WL-GW-201"),
    ],
)
def test_a_stream_that_cannot_be_translated_ends_with_an_error(pieces: list[bytes], code: str) -> None:
    with pytest.raises(BadUpstreamError) as caught:
        streamed(*pieces)
    assert caught.value.code == code

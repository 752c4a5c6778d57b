"""Answers of Messages, read by the official OpenAI client after translation."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import openai
import pytest

from tests.transcript.gateway.wire.test_messages_stream import begin, delta, end, event, start, stop, text
from wardlaw.gateway.translation.chat_answer import ChatFromMessages, from_messages
from wardlaw.gateway.wire.failure import BadUpstreamError
from wardlaw.gateway.wire.recoding import Recoding

USED = {"type": "tool_use", "id": "t1", "name": "f", "input": {"a": 1}}


def answer(*content: Any, reason: str = "end_turn") -> bytes:
    usage = {"input_tokens": 5, "cache_read_input_tokens": 3, "output_tokens": 4}
    doc = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": content}
    return json.dumps({**doc, "stop_reason": reason, "stop_sequence": None, "usage": usage}).encode()


def way(**request: Any) -> Recoding:
    return from_messages(request, 1_790_000_000.5)


def client(body: bytes, kind: str, status: int = 200) -> openai.OpenAI:
    def give(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, headers={"content-type": kind}, content=body)

    transport = httpx2.MockTransport(give)
    http = httpx2.Client(transport=transport)
    return openai.OpenAI(api_key="k", base_url="http://127.0.0.1:1/v1", http_client=http, max_retries=0)


def ask(of: openai.OpenAI, **more: Any) -> Any:
    return of.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}], **more)


def translated(raw: bytes) -> Any:
    made = way().answer
    assert made is not None
    return ask(client(made(raw), "application/json"))


def streamed(*events: bytes, **request: Any) -> bytes:
    make = way(**request).stream
    assert make is not None
    recoder = make()
    data = b"".join(events)
    return b"".join(recoder.feed(data[at : at + 7]) for at in range(0, len(data), 7)) + recoder.finish()


def test_a_whole_answer() -> None:
    got = translated(
        answer({"type": "text", "text": "Hi "}, {"type": "text", "text": "there"}, USED, reason="tool_use")
    )
    (choice,) = got.choices
    assert (choice.message.content, choice.finish_reason) == ("Hi there", "tool_calls")
    (call,) = choice.message.tool_calls
    assert (call.id, call.function.name, call.function.arguments) == ("t1", "f", '{"a":1}')
    assert (got.usage.prompt_tokens, got.usage.completion_tokens, got.usage.total_tokens) == (8, 4, 12)
    assert (got.usage.prompt_tokens_details.cached_tokens, got.created) == (3, 1_790_000_000)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("refusal", "content_filter"),
    ],
)
def test_reasons_to_stop(reason: str, expected: str) -> None:
    assert translated(answer({"type": "text", "text": "x"}, reason=reason)).choices[0].finish_reason == expected


@pytest.mark.parametrize(
    "raw",
    [
        answer({"type": "thinking", "thinking": "x", "signature": "s"}),
        answer({"type": "text", "text": "x", "citations": [{"cited_text": "y"}]}),
        answer({"type": "text", "text": "x"}, reason="pause_turn"),
    ],
)
def test_what_has_no_counterpart_is_an_error_and_not_left_out(raw: bytes) -> None:
    with pytest.raises(BadUpstreamError) as caught:
        translated(raw)
    assert caught.value.code == "WL-GW-211"


def test_a_refusal_is_worded_as_the_surface_has_it() -> None:
    make = way().refusal
    assert make is not None
    body = make(400, b'{"type":"error","error":{"type":"invalid_request_error","message":"too long"}}')
    with pytest.raises(openai.BadRequestError, match="too long"):
        ask(client(body, "application/json", 400))
    assert make(400, b"<html>") == make(400, b'{"error":{"message":3}}') == b""


def test_a_stream_with_text_calls_and_usage() -> None:
    body = streamed(
        start(),
        begin(0, type="text", text=""),
        text(0, "Hi "),
        text(0, "there"),
        stop(0),
        begin(1, **{**USED, "input": {}}),
        delta(1, type="input_json_delta", partial_json='{"a"'),
        delta(1, type="input_json_delta", partial_json=":1}"),
        stop(1),
        end("tool_use"),
        stream_options={"include_usage": True},
    )
    assert body.endswith(b"data: [DONE]\n\n")
    with client(body, "text/event-stream").chat.completions.stream(
        model="m", messages=[{"role": "user", "content": "hi"}]
    ) as stream:
        got = stream.get_final_completion()
    (choice,) = got.choices
    assert (choice.message.content, choice.finish_reason) == ("Hi there", "tool_calls")
    assert choice.message.tool_calls is not None
    assert choice.message.tool_calls[0].function.arguments == '{"a":1}'
    assert got.usage is not None
    assert (got.usage.prompt_tokens, got.usage.completion_tokens) == (11, 7)


def test_usage_is_told_only_where_it_was_asked_for() -> None:
    assert b'"usage"' not in streamed(start(), begin(0, type="text", text="x"), stop(0), end())


def test_a_stream_that_breaks_off_has_no_closing_mark() -> None:
    assert b"[DONE]" not in streamed(start(), begin(0, type="text", text=""), text(0, "half"))


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ([start(), begin(0, type="thinking", thinking="", signature="")], "WL-GW-211"),
        ([start(), begin(0, type="text", text=""), delta(0, type="citations_delta", citation={})], "WL-GW-211"),
        ([start(), event("error", error={"type": "overloaded_error", "message": "x"})], "WL-GW-205"),
        ([begin(0, type="text", text="")], "WL-GW-201"),
        ([start(), start()], "WL-GW-201"),
        ([start(), begin(0, type="text", text=""), begin(0, type="text", text="")], "WL-GW-201"),
    ],
)
def test_a_stream_that_cannot_be_translated_ends_with_an_error(events: list[bytes], code: str) -> None:
    with pytest.raises(BadUpstreamError) as caught:
        streamed(*events)
    assert caught.value.code == code


def test_nothing_follows_the_end() -> None:
    recoder = ChatFromMessages(0, wants_usage=False)
    recoder.feed(start() + begin(0, type="text", text="x") + stop(0) + end())
    assert recoder.feed(begin(1, type="text", text="more")) == b""

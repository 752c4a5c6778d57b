from __future__ import annotations

from typing import Any

import orjson
import pytest

from wardlaw.facts.errors import InputError
from wardlaw.facts.exchange import Channel
from wardlaw.gateway.files import BATCHED
from wardlaw.gateway.surfaces import CHAT, RESPONSES
from wardlaw.gateway.wire.batch import BatchFile, read_batch, read_output, write_batch
from wardlaw.gateway.wire.body import BodyLimits
from wardlaw.gateway.wire.failure import BadUpstreamError
from wardlaw.testing.edges import completion, user


def line(body: dict[str, Any], *, url: str = "/v1/chat/completions", **more: Any) -> bytes:
    return orjson.dumps({"custom_id": "q1", "method": "POST", "url": url, "body": body, **more}) + b"\n"


def read(raw: bytes, **limits: int) -> BatchFile:
    return read_batch(raw, surfaces=BATCHED, limits=BodyLimits(**limits))


def test_every_line_is_read_as_the_request_it_stands_for() -> None:
    raw = line(user("hello", max_tokens=5)) + b"\n" + line(user("there", max_tokens=7, web_search_options={}))
    batch = read(raw)
    assert (batch.surface.path, batch.model, batch.measures.records) == ("/v1/chat/completions", "demo", 2)
    assert (batch.measures.max_tokens, batch.measures.body_bytes) == (12, len(raw))
    assert batch.measures.hosted_tools
    users = {one.pointer: one.text for one in batch.segments if one.channel is Channel.USER}
    assert users == {"/lines/1/body/messages/0/content": "hello", "/lines/3/body/messages/0/content": "there"}
    assert [one.index for one in batch.segments] == list(range(len(batch.segments)))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        line(user("a"), url="/v1/files"),
        line(user("a"), extra=1),
        line(user("a")).replace(b"POST", b"GET"),
        line(user("a")) + line({"model": "demo", "input": "a"}, url="/v1/embeddings"),
        line(user("a")) + line({**user("a"), "model": "abroad"}),
        line(user("a", stream=True)),
        orjson.dumps({"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": "x"}),
    ],
)
def test_what_is_no_batch_is_refused(raw: bytes) -> None:
    with pytest.raises(InputError, match="WL-GW-122"):
        read(raw)


def test_a_line_is_held_to_the_rules_of_its_surface() -> None:
    with pytest.raises(InputError, match="WL-GW-107"):
        read(line(user("a")).replace(b'"model":"demo"', b'"model":"demo","model":"other"'))
    with pytest.raises(InputError, match="WL-GW-122"):
        read(line(user("a")) * 5, max_leaves=6)


def test_it_goes_up_as_it_came_or_with_the_name_of_the_model_there() -> None:
    raw = line(user("a"))
    assert write_batch(read(raw), raw, "demo") == raw
    assert orjson.loads(write_batch(read(raw), raw, "large"))["body"]["model"] == "large"
    kept = line({"model": "demo", "input": "a"}, url="/v1/responses")
    assert orjson.loads(write_batch(read(kept), kept, "demo"))["body"]["store"] is False


def answered(body: dict[str, Any], status: int = 200) -> bytes:
    return orjson.dumps(
        {"id": "r", "custom_id": "q1", "response": {"status_code": status, "body": body}, "error": None}
    )


def test_answers_are_read_as_answers_with_their_tool_calls() -> None:
    raw = answered(completion("Hi", calls=[("call_1", "pay", '{"to":"x"}')])) + b"\n"
    output = read_output(raw + answered({"error": {"message": "went wrong"}}, 400), CHAT)
    texts = {one.pointer: one.text for one in output.segments}
    assert texts["/lines/1/response/body/choices/0/message/content"] == "Hi"
    assert texts["/lines/2/response/body/error/message"] == "went wrong"
    assert [call.name for call in output.tool_calls] == ["pay"]


@pytest.mark.parametrize("raw", [b"no json", answered({"choices": 7})])
def test_answers_that_cannot_be_read_are_not_given_out(raw: bytes) -> None:
    with pytest.raises(BadUpstreamError, match="WL-GW-201"):
        read_output(raw, CHAT)
    with pytest.raises(BadUpstreamError):
        read_output(raw, RESPONSES)

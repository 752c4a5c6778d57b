from __future__ import annotations

from typing import Any

import orjson
import pytest

from wardlaw.facts.exchange import Channel
from wardlaw.gateway.wire.answer import Answer, Usage
from wardlaw.gateway.wire.failure import BadUpstreamError
from wardlaw.gateway.wire.responses_answer import read_responses_answer, rewrite_responses_answer

CALL = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "query", "arguments": '{"a":1}'}


def message(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": list(parts)}


def answer(*output: Any, **more: Any) -> Answer:
    doc = {"id": "resp_1", "object": "response", "status": "completed", "error": None, "output": list(output), **more}
    return read_responses_answer(orjson.dumps(doc))


def test_texts_usage_and_status() -> None:
    part = {"type": "output_text", "text": "Hello", "annotations": [{"title": "note"}]}
    got = answer(
        {"type": "reasoning", "id": "rs", "summary": [{"type": "summary_text", "text": "hm"}]},
        message(part, {"type": "refusal", "refusal": "no"}),
        usage={"input_tokens": 3, "output_tokens": 4},
        instructions="echoed",
    )
    assert {"Hello", "note", "hm", "no", "echoed"} <= {s.text for s in got.segments}
    assert (got.usage, got.finish_reasons, got.uninspected, got.tool_calls) == (Usage(3, 4), ("completed",), (), ())


def test_calls_of_the_callers_tools() -> None:
    got = answer(CALL, {"type": "custom_tool_call", "call_id": "call_2", "name": "shell", "input": "ls"})
    assert [(c.id, c.name, c.arguments, c.index) for c in got.tool_calls] == [
        ("call_1", "query", '{"a":1}', 0),
        ("call_2", "shell", "ls", 1),
    ]
    assert [s.text for s in got.segments if s.channel is Channel.TOOL_ARGUMENTS] == ['{"a":1}', "ls"]


@pytest.mark.parametrize("kind", ["web_search_call", "local_shell_call", "mcp_approval_request", "news"])
def test_every_other_item_is_decided_like_a_call_by_its_kind(kind: str) -> None:
    got = answer({"type": kind, "id": "x_1", "action": {"command": "ls"}})
    (call,) = got.tool_calls
    assert (call.id, call.name) == ("x_1", kind)
    assert "ls" in [s.text for s in got.segments if s.channel is Channel.TOOL_ARGUMENTS]
    assert "ls" in got.joined[0].text


def test_what_only_the_vendor_can_read_is_said() -> None:
    assert answer({"type": "reasoning", "summary": [], "encrypted_content": "QUJD"}).uninspected == ("encrypted",)


def test_probabilities_are_read_and_do_not_survive_masking() -> None:
    logprobs = [{"token": "se", "logprob": -0.1, "top_logprobs": []}, {"token": "cret", "logprob": -0.1}]
    got = answer(message({"type": "output_text", "text": "secret", "annotations": [], "logprobs": logprobs}))
    assert [s.text for s in got.segments].count("secret") == 2
    pointer = next(s.pointer for s in got.segments if s.text == "secret" and s.pointer.endswith("/text"))
    raw = rewrite_responses_answer(got, {pointer: "***", "/output/0/content/0/logprobs/logprobs": "***"})
    part = orjson.loads(raw)["output"][0]["content"][0]
    assert (part["text"], part["logprobs"]) == ("***", [])


@pytest.mark.parametrize(
    "raw",
    [
        b"{}",
        b'{"output": {}}',
        b'{"output": ["x"]}',
        b'{"output": [{"id": "x"}]}',
        b'{"output": [{"type": "message", "content": ["x"]}]}',
        b'{"output": [{"type": "message", "content": [{"type": "function_call", "name": "x"}]}]}',
        b'{"output": [{"type": "message", "content": [], "more": {"tool_calls": [{}]}}]}',
        b'{"output": [{"type": "function_call", "call_id": "x"}]}',
        b'{"output": [], "more": [{"type": "function_call", "name": "x"}]}',
        b'{"output": [{"type": "message", "content": [], "Content": []}]}',
    ],
)
def test_another_shape_is_no_answer(raw: bytes) -> None:
    with pytest.raises(BadUpstreamError) as caught:
        read_responses_answer(raw)
    assert caught.value.code == "WL-GW-201"


def test_an_error_in_place_of_an_answer() -> None:
    with pytest.raises(BadUpstreamError) as caught:
        answer(error={"code": "x", "message": "y"})
    assert caught.value.code == "WL-GW-205"

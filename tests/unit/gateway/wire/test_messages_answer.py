from __future__ import annotations

from typing import Any

import orjson
import pytest

from wardlaw.facts.exchange import Channel
from wardlaw.gateway.wire.answer import Answer, Usage
from wardlaw.gateway.wire.failure import BadUpstreamError
from wardlaw.gateway.wire.messages_answer import messages_usage, read_count_answer, read_messages_answer

USE = {"type": "tool_use", "id": "toolu_1", "name": "query", "input": {"sql": "select 1"}}


def answer(*content: Any, **more: Any) -> Answer:
    doc = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": list(content),
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 3, "cache_read_input_tokens": 4, "output_tokens": 5},
        **more,
    }
    return read_messages_answer(orjson.dumps(doc))


def test_text_thinking_and_usage() -> None:
    got = answer({"type": "thinking", "thinking": "hm", "signature": "c2ln"}, {"type": "text", "text": "Hello"})
    assert [s.text for s in got.segments if s.pointer.startswith("/content")] == ["hm", "c2ln", "Hello"]
    assert {s.channel for s in got.segments} == {Channel.ANSWER}
    assert (got.usage, got.finish_reasons, got.uninspected) == (Usage(7, 5), ("end_turn",), ())


def test_a_tool_call_is_read_leaf_by_leaf_and_as_a_whole() -> None:
    got = answer(USE)
    (call,) = got.tool_calls
    assert (call.id, call.name, call.arguments) == ("toolu_1", "query", '{"sql":"select 1"}')
    arguments = [(s.text, s.pointer) for s in got.segments if s.channel is Channel.TOOL_ARGUMENTS]
    assert arguments == [("sql", "#/content/0/input/sql"), ("select 1", "/content/0/input/sql")]
    assert [joined.text for joined in got.joined] == ['{"sql":"select 1"}']


@pytest.mark.parametrize(
    ("block", "name"),
    [
        ({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}, "web_search"),
        ({"type": "mcp_tool_use", "id": "s", "name": "n", "server_name": "x", "input": {}}, "n"),
        ({"type": "computer_key_tool_use", "id": "s", "input": {"key": "a"}}, "computer_key_tool_use"),
    ],
)
def test_calls_of_other_kinds_are_calls(block: dict[str, Any], name: str) -> None:
    assert [call.name for call in answer(block).tool_calls] == [name]


def test_what_only_the_vendor_can_read_is_said() -> None:
    assert answer({"type": "redacted_thinking", "data": "QUJD"}).uninspected == ("encrypted",)
    found = {"type": "web_search_result", "url": "https://x.example", "encrypted_content": "QUJD"}
    assert answer({"type": "web_search_tool_result", "content": [found]}).uninspected == ("encrypted",)


def test_unknown_blocks_and_members_are_read() -> None:
    got = answer({"type": "news", "deep": [{"words": "inner"}]}, note="outer")
    assert {"inner", "outer"} <= {s.text for s in got.segments}


@pytest.mark.parametrize(
    "raw",
    [
        b"{}",
        b"<html>",
        b'{"content": "x"}',
        b'{"content": ["x"]}',
        b'{"content": [{"text": "x"}]}',
        b'{"content": [{"type": "text", "text": "x", "Text": "y"}]}',
        b'{"content": [{"type": "tool_use", "id": "t", "name": "n", "input": "x"}]}',
        b'{"content": [{"type": "tool_use", "id": "t", "input": {}}]}',
        b'{"content": [], "tool_calls": [{"id": "t"}]}',
        b'{"content": [], "next": {"type": "tool_use", "name": "n", "input": {}}}',
        b'{"content": [{"type": "text", "text": "x", "more": [{"type": "tool_use"}]}]}',
        b'{"content": [], "stop_reason": 3}',
    ],
)
def test_another_shape_is_no_answer(raw: bytes) -> None:
    with pytest.raises(BadUpstreamError) as caught:
        read_messages_answer(raw)
    assert caught.value.code == "WL-GW-201"


def test_an_error_in_place_of_an_answer() -> None:
    with pytest.raises(BadUpstreamError) as caught:
        read_messages_answer(b'{"type": "error", "error": {"type": "api_error", "message": "x"}}')
    assert caught.value.code == "WL-GW-205"


def test_a_count_gives_back_what_was_set_aside() -> None:
    got = read_count_answer(b'{"input_tokens": 12, "note": "words"}')
    assert (got.usage, [s.text for s in got.segments]) == (Usage(0, 0), ["note", "words"])
    for raw in (b"{}", b'{"input_tokens": "12"}', b'{"input_tokens": 1, "x": {"type": "tool_use"}}'):
        with pytest.raises(BadUpstreamError):
            read_count_answer(raw)


def test_usage_never_goes_back() -> None:
    first = messages_usage({"input_tokens": 10, "output_tokens": 1})
    assert messages_usage({"output_tokens": 7}, first) == Usage(10, 7)
    for odd in (None, {"output_tokens": "7"}, {"output_tokens": -1}):
        assert messages_usage(odd, first) == first

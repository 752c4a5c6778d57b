from __future__ import annotations

import pytest

from wardlaw.gateway.wire.calls import MAX_CALL_CHARS, CallParts
from wardlaw.gateway.wire.failure import BadUpstreamError


def _taken(*chunks):
    parts = CallParts()
    for chunk in chunks:
        parts.add(chunk)
    return parts.take()


def test_deltas_become_one_call():
    [(call, delta, body, member)] = _taken(
        [{"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}],
        [{"index": 0, "function": {"arguments": '{"a"'}}],
        [{"index": 0, "id": "call_1", "function": {"name": "f", "arguments": ":1}"}}],
    )
    assert (call.id, call.name, call.arguments, call.index) == ("call_1", "f", '{"a":1}', 0)
    assert delta == {
        "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}, "index": 0}
        ]
    }
    body[member] = "{}"
    assert delta["tool_calls"][0]["function"]["arguments"] == "{}"


def test_parallel_calls_come_in_order_of_their_index():
    found = _taken(
        [{"index": 1, "id": "b", "function": {"name": "g"}}, {"index": 0, "id": "a", "function": {"name": "f"}}],
        [{"index": 1, "function": {"arguments": "1"}}, {"index": 0, "function": {"arguments": "0"}}],
    )
    assert [(call.id, call.arguments) for call, *_ in found] == [("a", "0"), ("b", "1")]


def test_calls_without_index_are_told_apart_by_id():
    found = _taken(
        [{"id": "a", "function": {"name": "f", "arguments": "{"}}],
        [{"function": {"arguments": "}"}}],
        [{"id": "b", "function": {"name": "g", "arguments": "{}"}}],
    )
    assert [(call.id, call.arguments, call.index) for call, *_ in found] == [("a", "{}", 0), ("b", "{}", 1)]


def test_custom_and_unknown_kinds():
    found = _taken(
        [{"index": 0, "id": "a", "type": "custom", "custom": {"name": "shell", "input": "l"}}],
        [{"index": 0, "custom": {"input": "s"}}],
        [{"index": 1, "id": "b", "type": "remote", "remote": {"x": "y"}}],
    )
    assert (found[0][0].name, found[0][0].arguments) == ("shell", "ls")
    assert found[1][0].name == "remote"
    assert '"y"' in found[1][0].arguments
    assert found[1][3] == ""  # nothing in it can be rewritten


def test_legacy_function_call():
    parts = CallParts()
    parts.add_legacy({"name": "f", "arguments": ""})
    parts.add_legacy({"arguments": "{}"})
    [(call, delta, _, _)] = parts.take()
    assert (call.name, call.arguments) == ("f", "{}")
    assert delta == {"function_call": {"arguments": "{}", "name": "f"}}
    assert parts.take() == []


@pytest.mark.parametrize(
    "chunk",
    [
        {},
        ["x"],
        [{"index": -1}],
        [{"index": True}],
        [{"index": 1000}],
        [{"index": 0, "function": "x"}],
        [{"index": 0, "function": {"name": "f", "arguments": {}}}],
        [{"index": 0, "id": "a"}, {"index": 0, "id": "b"}],
        [{"index": 0, "id": "a", "function": {"arguments": "{}"}}],
        [{"index": 0, "id": 3, "function": {"name": "f"}}],
        [{"index": 0, "function": {"name": "f", "arguments": "x" * (MAX_CALL_CHARS + 1)}}],
    ],
)
def test_other_shapes_are_refused(chunk):
    with pytest.raises(BadUpstreamError) as caught:
        _taken(chunk)
    assert caught.value.code == "WL-GW-201"


def test_a_legacy_call_of_another_shape_is_refused():
    with pytest.raises(BadUpstreamError):
        CallParts().add_legacy("f")

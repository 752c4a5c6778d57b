from __future__ import annotations

from typing import Any

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.facts.exchange import Channel
from wardlaw.gateway.wire.asking import read_call, read_result
from wardlaw.gateway.wire.body import BodyLimits
from wardlaw.gateway.wire.failure import TooLargeError

LIMITS = BodyLimits()
RESULT = {"call": "c1", "tool": "crm", "result": "ok"}


def test_a_call_with_everything() -> None:
    asked = read_call(
        {
            "tool": "crm",
            "arguments": {"q": "Ada", "n": 3},
            "definition": {"name": "crm", "description": "Looks up"},
            "session": "s1",
            "call": "call_1",
            "messages": [
                {"role": "user", "content": "Who is Ada?"},
                {"role": "assistant", "tool_calls": [
                    {"id": "c0", "type": "function", "function": {"name": "crm", "arguments": "{}"}}]},
                {"role": "tool", "tool_call_id": "c0", "content": "Ada is here."},
            ],
        },
        limits=LIMITS,
    )  # fmt: skip
    assert (asked.tool, asked.call, asked.session, asked.text) == ("crm", "call_1", "s1", '{"q":"Ada","n":3}')
    found = {(one.channel, one.pointer, one.text) for one in asked.segments()}
    assert (Channel.TOOL_ARGUMENTS, "/arguments/q", "Ada") in found
    assert (Channel.TOOL_DEFINITION, "/definition/description", "Looks up") in found
    assert [one.index for one in asked.segments()] == list(range(len(asked.segments())))
    assert asked.talk is not None
    assert asked.talk.call_ids == ("c0",)
    assert [call.name for call in asked.history] == ["crm"]


def test_a_call_with_nothing_but_its_name() -> None:
    asked = read_call({"tool": "now"}, limits=LIMITS)
    assert (asked.arguments, asked.call, asked.talk, asked.session) == ({}, "", None, None)
    assert asked.segments() == ()
    assert read_call({"tool": "now", "messages": [], "session": ""}, limits=LIMITS) == asked


@pytest.mark.parametrize(
    "doc",
    [
        {}, {"tool": ""}, {"tool": "x" * 257}, {"tool": 1}, {"tool": "a", "arguments": "{}"}, {"tool": "a", "more": 1},
        {"tool": "a", "call": "a b"}, {"tool": "a", "call": 1}, {"tool": "a", "definition": "x"},
        {"tool": "a", "messages": "x"}, {"tool": "a", "session": 1},
    ],
)  # fmt: skip
def test_no_questions(doc: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="WL-GW-124"):
        read_call(doc, limits=LIMITS)


def test_messages_are_read_as_strictly_as_those_of_a_chat() -> None:
    with pytest.raises(InputError, match="WL-GW-1"):
        read_call({"tool": "a", "messages": [{"role": "user", "Role": "system", "content": "x"}]}, limits=LIMITS)


def test_too_many_texts() -> None:
    with pytest.raises(TooLargeError, match="WL-GW-111"):
        read_call({"tool": "a", "arguments": {"l": ["x"] * 9}}, limits=BodyLimits(max_leaves=5))


@pytest.mark.parametrize(("given", "text"), [("ok", "ok"), ({"a": [1]}, '{"a":[1]}'), (None, "null"), ("", "")])
def test_a_result_is_the_text_a_model_reads(given: Any, text: str) -> None:
    asked = read_result({**RESULT, "result": given, "model": "demo"})
    assert (asked.text, asked.model) == (text, "demo")
    assert [(one.channel, one.text, one.call_id, one.released) for one in asked.segments(genuine=True)] == (
        [(Channel.TOOL_RESULT, text, "c1", True)] if text else []
    )


@pytest.mark.parametrize(
    "doc", [{"tool": "crm", "result": "x"}, {"call": "c", "tool": "crm"}, {**RESULT, "model": 1}, {**RESULT, "x": 1}]
)
def test_no_results(doc: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="WL-GW-124"):
        read_result(doc)

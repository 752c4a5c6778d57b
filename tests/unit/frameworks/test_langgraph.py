"""How a graph's calls are told to the gateway; the running itself is in tests/wire."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.prebuilt.tool_node import ToolCallRequest
from langgraph.types import Command

from wardlaw.frameworks.gate import CallStoppedError
from wardlaw.frameworks.langgraph import _asked, _masked, _stopped, _with, as_text

CALL = {"name": "crm", "args": {"q": "Ada"}, "id": "c1", "type": "tool_call"}


def request(state: object) -> ToolCallRequest:
    return ToolCallRequest(tool_call=CALL, tool=None, state=state, runtime=None)  # type: ignore[arg-type]


def test_a_call_and_its_conversation() -> None:
    said = [HumanMessage("Who is Ada?"), AIMessage("", tool_calls=[CALL]), ToolMessage("Ada", tool_call_id="c0")]  # type: ignore[list-item]
    asked = _asked(request({"messages": said}), "messages")
    assert (asked.tool, asked.arguments, asked.call, asked.definition) == ("crm", {"q": "Ada"}, "c1", None)
    assert [one["role"] for one in asked.messages] == ["user", "assistant", "tool"]
    assert asked.messages[1]["tool_calls"][0]["function"] == {"name": "crm", "arguments": '{"q": "Ada"}'}
    assert _asked(request(said), "messages").messages == asked.messages
    assert _asked(request({"other": 1}), "messages").messages == []


def test_masked_arguments_make_another_request() -> None:
    one = request({})
    assert _with(one, {"q": "Ada"}) is one
    assert _with(one, {"q": "x"}).tool_call == {**CALL, "args": {"q": "x"}}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (ToolMessage("ok", tool_call_id="c1"), "ok"),
        (ToolMessage([{"type": "text", "text": "a"}, "b"], tool_call_id="c1"), "a\nb"),
        (ToolMessage([{"type": "image", "url": "x"}], tool_call_id="c1"), None),
        (Command(update={"messages": []}), None),
    ],
)
def test_what_a_model_reads(given: object, text: str | None) -> None:
    assert as_text(given) == text  # type: ignore[arg-type]


def test_what_is_read_instead() -> None:
    given = ToolMessage("secret", tool_call_id="c1", artifact={"a": 1})
    assert (_masked(given, "[x]").content, _masked(given, "[x]").tool_call_id) == ("[x]", "c1")
    told = _stopped(request({}), CallStoppedError("No.", effect="deny"))
    assert (told.content, told.status, told.tool_call_id, told.name) == ("No.", "error", "c1", "crm")

"""How runs of the OpenAI Agents SDK are told to the gateway; the running itself is in tests/wire."""

from __future__ import annotations

import pytest
from agents import WebSearchTool
from agents.tool import ToolOutputImage, ToolOutputText

from wardlaw.facts.errors import InputError
from wardlaw.frameworks.openai_agents import AgentsGate, as_chat, as_text


def test_the_conversation_in_chat_form() -> None:
    items = [
        {"role": "user", "content": "Pay it."},
        {
            "role": "user",
            "content": [{"type": "input_text", "text": "Now."}, {"type": "input_image", "image_url": "x"}],
        },
        {"type": "reasoning", "summary": []},
        {"type": "function_call", "call_id": "c1", "name": "read", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "Invoice"},
        {"type": "web_search_call", "id": "w1", "status": "completed"},
    ]
    said = as_chat(items)
    assert [one["role"] for one in said] == ["user", "user", "assistant", "tool", "tool"]
    assert said[1]["content"] == "Now.\n(no text)"
    assert said[2]["tool_calls"][0] == {"id": "c1", "type": "function", "function": {"name": "read", "arguments": "{}"}}
    assert said[3] == {"role": "tool", "tool_call_id": "c1", "content": "Invoice"}
    assert said[4]["tool_call_id"] == "unknown"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("ok", "ok"), (3, "3"), (None, "None"), ({"a": 1}, "{'a': 1}"),
        (ToolOutputImage(image_url="https://x.example/y.png"), None),
        ([ToolOutputText(text="a"), ToolOutputImage(image_url="https://x.example/y.png")], None),
        ({"type": "image", "image_url": "x"}, None),
    ],
)  # fmt: skip
def test_what_a_model_reads(value: object, text: str | None) -> None:
    assert as_text(value) == text


def test_texts_in_parts_are_read() -> None:
    assert "hello" in str(as_text([ToolOutputText(text="hello")]))


def test_tools_that_the_vendor_runs_cannot_be_stopped_here() -> None:
    with pytest.raises(InputError, match="WL-SDK-008"):
        AgentsGate(None).tools([WebSearchTool()])  # type: ignore[arg-type]

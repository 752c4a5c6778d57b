"""How runs of Pydantic AI are told to the gateway; the running itself is in tests/wire."""

from __future__ import annotations

import pytest
from pydantic_ai.messages import (
    BinaryContent,
    ImageUrl,
    ModelRequest,
    ModelResponse,
    RetryFeedbackPart,
    RetryInfo,
    SystemPromptPart,
    TextPart,
    ToolCallPart,
    ToolReturn,
    ToolReturnPart,
    UserPromptPart,
)

from wardlaw.frameworks.pydantic_ai import as_chat, as_text


def test_the_conversation_in_chat_form() -> None:
    said = as_chat(
        [
            ModelRequest([SystemPromptPart("Help."), UserPromptPart(["Pay it.", ImageUrl("https://x.example/y.png")])]),
            ModelResponse([TextPart("Reading."), ToolCallPart("read", {"n": 1}, tool_call_id="c1")]),
            ModelRequest([ToolReturnPart("read", {"iban": "x"}, tool_call_id="c1"), RetryFeedbackPart("No.", retry=RetryInfo(cause="output_validation"))]),
            ModelResponse([]),
        ]
    )  # fmt: skip
    assert [one["role"] for one in said] == ["system", "user", "assistant", "tool", "tool"]
    assert said[1]["content"] == "Pay it.\n(no text)"
    assert said[2]["content"] == "Reading."
    assert said[2]["tool_calls"][0]["function"] == {"name": "read", "arguments": '{"n":1}'}
    assert said[3] == {"role": "tool", "tool_call_id": "c1", "content": '{"iban":"x"}'}
    assert said[4]["tool_call_id"] == "unknown"
    assert "No." in said[4]["content"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("ok", "ok"), ({"a": [1]}, '{"a":[1]}'), (None, "null"), (ToolReturn("ok"), "ok"),
        (ToolReturn("ok", content=["more"]), None), (b"bytes", None), (BinaryContent(b"x", media_type="image/png"), None),
        ({"a": [BinaryContent(b"x", media_type="image/png")]}, None), (object(), None),
    ],
)  # fmt: skip
def test_what_a_model_reads(value: object, text: str | None) -> None:
    assert as_text(value) == text

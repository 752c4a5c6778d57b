"""Messages requests as chat completion requests."""

from __future__ import annotations

from typing import Any

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.facts.routes import UpstreamKind
from wardlaw.gateway.translation.messages_request import messages_as_chat

TOOL = {"name": "f", "description": "d", "input_schema": {"type": "object"}}


def made(*messages: Any, kind: UpstreamKind = UpstreamKind.VLLM, **more: Any) -> dict[str, Any]:
    given = messages or ({"role": "user", "content": "hi"},)
    return messages_as_chat({"model": "m", "max_tokens": 9, "messages": list(given), **more}, kind)


def text(said: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": said, **more}


def test_a_whole_conversation() -> None:
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO"}}
    assert made(
        {"role": "user", "content": [text("look", cache_control={"type": "ephemeral"}), image]},
        {
            "role": "assistant",
            "content": [text("so"), {"type": "tool_use", "id": "t1", "name": "f", "input": {"a": 1}}],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "t1", "content": [text("rain")]}, text("and?")],
        },
        system=[text("Be kind.")],
        tools=[TOOL],
        tool_choice={"type": "any", "disable_parallel_tool_use": True},
        stop_sequences=["END"],
        metadata={"user_id": "u1"},
        stream=True,
        thinking={"type": "disabled"},
    ) == {
        "model": "m",
        "max_tokens": 9,
        "stop": ["END"],
        "user": "u1",
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [
            {"role": "system", "content": [text("Be kind.")]},
            {
                "role": "user",
                "content": [
                    text("look"),
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO"}},
                ],
            },
            {
                "role": "assistant",
                "content": [text("so")],
                "tool_calls": [
                    {"id": "t1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}},
                ],
            },
            {"role": "tool", "tool_call_id": "t1", "content": [text("rain")]},
            {"role": "user", "content": [text("and?")]},
        ],
        "tools": [
            {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}, "description": "d"}},
        ],
        "tool_choice": "required",
        "parallel_tool_calls": False,
    }


def test_openais_own_models_have_another_name_for_the_ceiling() -> None:
    assert made(kind=UpstreamKind.OPENAI)["max_completion_tokens"] == 9
    assert "max_completion_tokens" not in made(kind=UpstreamKind.OLLAMA)


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"top_k": 5}, "/top_k"),
        ({"thinking": {"type": "enabled", "budget_tokens": 2000}}, "/thinking"),
        ({"container": "c"}, "/container"),
        ({"stop_sequences": list("abcde")}, "/stop_sequences"),
        ({"metadata": {"more": 1}}, "/metadata/more"),
        ({"metadata": "x"}, "/metadata"),
        ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "/tools/0"),
        ({"tools": [{**TOOL, "defer_loading": True}]}, "/tools/0/defer_loading"),
        ({"tool_choice": {"type": "most"}}, "/tool_choice/type"),
        ({"tool_choice": "auto"}, "/tool_choice"),
    ],
)
def test_members_without_counterpart_are_refused_by_name(more: dict[str, Any], place: str) -> None:
    with pytest.raises(InputError, match="WL-GW-130") as caught:
        made(**more)
    assert f"at {place}" in caught.value.message


@pytest.mark.parametrize(
    ("role", "blocks"),
    [
        ("assistant", [{"type": "thinking", "thinking": "x", "signature": "s"}]),
        ("assistant", [{"type": "tool_use", "id": "t", "name": "f", "input": {}}, text("after")]),
        ("user", [text("before"), {"type": "tool_result", "tool_use_id": "t", "content": "x"}]),
        ("user", [{"type": "tool_result", "tool_use_id": "t", "content": "x", "is_error": True}]),
        ("user", [{"type": "tool_result", "tool_use_id": "t", "content": [{"type": "image"}]}]),
        ("user", [{"type": "image", "source": {"type": "file", "file_id": "f"}}]),
        ("user", [{"type": "image"}]),
        ("user", [{"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}}]),
        ("user", [{"type": "search_result"}]),
        ("user", [text("x", citations=[{}])]),
        ("system", "hi"),
    ],
)
def test_messages_without_counterpart_are_refused(role: str, blocks: Any) -> None:
    with pytest.raises(InputError, match="WL-GW-130"):
        made({"role": role, "content": blocks})


def test_a_picture_by_address_and_a_pdf() -> None:
    doc = made(
        {
            "role": "user",
            "content": [
                {"type": "image", "source": {"type": "url", "url": "https://x.test/a"}},
                {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBE"}},
            ],
        }
    )
    assert doc["messages"][0]["content"] == [
        {"type": "image_url", "image_url": {"url": "https://x.test/a"}},
        {"type": "file", "file": {"filename": "document.pdf", "file_data": "data:application/pdf;base64,JVBE"}},
    ]

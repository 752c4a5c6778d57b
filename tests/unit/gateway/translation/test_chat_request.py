"""Chat completion requests as Messages requests."""

from __future__ import annotations

from typing import Any

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.facts.routes import UpstreamKind
from wardlaw.gateway.translation.chat_request import chat_as_messages

TOOL = {"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}}
PNG = "data:image/PNG;base64,iVBORw0KGgo="


def made(*messages: Any, **more: Any) -> dict[str, Any]:
    given = messages or ({"role": "user", "content": "hi"},)
    return chat_as_messages({"model": "m", "messages": list(given), **more}, UpstreamKind.ANTHROPIC)


def text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


def test_a_whole_conversation() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
    assert made(
        {"role": "system", "content": "Be kind."},
        {"role": "developer", "content": [text("And short.")]},
        {"role": "user", "content": [text("look"), {"type": "image_url", "image_url": {"url": PNG, "detail": "auto"}}]},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "rain"},
        {"role": "user", "content": "and?"},
        tools=[TOOL],
        tool_choice="required",
        parallel_tool_calls=False,
        max_tokens=9,
        stop="END",
        user="u1",
        temperature=0.5,
        stream=True,
        n=1,
        response_format={"type": "text"},
    ) == {
        "model": "m",
        "temperature": 0.5,
        "stream": True,
        "max_tokens": 9,
        "stop_sequences": ["END"],
        "metadata": {"user_id": "u1"},
        "system": [text("Be kind."), text("And short.")],
        "messages": [
            {
                "role": "user",
                "content": [
                    text("look"),
                    {
                        "type": "image",
                        "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="},
                    },
                ],
            },
            {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1}}]},
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "rain"}, text("and?")],
            },
        ],
        "tools": [{"name": "f", "description": "d", "input_schema": {"type": "object"}}],
        "tool_choice": {"type": "any", "disable_parallel_tool_use": True},
    }


def test_a_ceiling_is_set_where_there_is_none() -> None:
    assert made()["max_tokens"] == 4_096
    assert made(max_completion_tokens=7)["max_tokens"] == 7


def test_a_file_and_a_named_tool() -> None:
    file = {"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBERi0=", "filename": "a.pdf"}}
    doc = made({"role": "user", "content": [file]}, tool_choice={"type": "function", "function": {"name": "f"}})
    assert doc["messages"][0]["content"] == [
        {
            "type": "document",
            "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="},
            "title": "a.pdf",
        }
    ]
    assert doc["tool_choice"] == {"type": "tool", "name": "f"}


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"n": 2}, "/n"),
        ({"seed": 1}, "/seed"),
        ({"logprobs": True}, "/logprobs"),
        ({"temperature": 1.5}, "/temperature"),
        ({"temperature": "hot"}, "/temperature"),
        ({"presence_penalty": 0.1}, "/presence_penalty"),
        ({"response_format": {"type": "json_object"}}, "/response_format"),
        ({"reasoning_effort": "low"}, "/reasoning_effort"),
        ({"made_up": 1}, "/made_up"),
        ({"tool_choice": {"type": "function", "function": 3}}, "/tool_choice"),
        ({"tool_choice": "some"}, "/tool_choice"),
        ({"tools": [{"type": "custom", "custom": {"name": "c"}}]}, "/tools/0"),
        ({"tools": [{**TOOL, "function": {"name": "f", "more": 1}}]}, "/tools/0/function/more"),
    ],
)
def test_members_without_counterpart_are_refused_by_name(more: dict[str, Any], place: str) -> None:
    with pytest.raises(InputError, match="WL-GW-130") as caught:
        made(**more)
    assert f"at {place}" in caught.value.message


@pytest.mark.parametrize(
    "message",
    [
        {"role": "user", "content": "hi", "name": "ana"},
        {"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]},
        {"role": "user", "content": [{"type": "image_url"}]},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": PNG, "detail": "high"}}]},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "gs://a/b"}}]},
        {"role": "user", "content": [{"type": "file", "file": {"file_id": "f"}}]},
        {"role": "user", "content": [{"type": "file"}]},
        {"role": "assistant", "refusal": "no"},
        {"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "[1]"}}]},
        {"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{"}}]},
        {"role": "assistant", "tool_calls": [{"id": "c", "type": "custom", "custom": {}}]},
        {"role": "function", "content": "x"},
        {"role": "tool", "tool_call_id": "c", "content": [{"type": "image_url", "image_url": PNG}]},
    ],
)
def test_messages_without_counterpart_are_refused(message: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="WL-GW-130"):
        made(message)


def test_instructions_in_the_middle_cannot_keep_their_place() -> None:
    with pytest.raises(InputError, match="/messages/1"):
        made({"role": "user", "content": "hi"}, {"role": "system", "content": "no"})

"""What holds for every surface, whatever comes: a reading or a refusal, and no text that nobody saw."""

from __future__ import annotations

import copy
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardlaw.facts.errors import WardlawError
from wardlaw.gateway.surfaces import COMPLETIONS, COUNT_TOKENS, MESSAGES, RESPONSES, SURFACES
from wardlaw.gateway.wire.body import DEFAULT_LIMITS
from wardlaw.gateway.wire.commands import (
    Cut,
    Finish,
    Judge,
    Judged,
    JudgeToolCall,
    JudgeUninspected,
    Send,
    UpstreamBytes,
    UpstreamEnded,
)
from wardlaw.gateway.wire.failure import BadUpstreamError
from wardlaw.gateway.wire.surface import Surface
from wardlaw.security.window import ReleaseWindow

NAMES = st.sampled_from(
    [
        "model",
        "messages",
        "system",
        "role",
        "content",
        "type",
        "text",
        "thinking",
        "source",
        "data",
        "media_type",
        "url",
        "file_id",
        "id",
        "name",
        "input",
        "tools",
        "tool_use_id",
        "call_id",
        "arguments",
        "output",
        "summary",
        "encrypted_content",
        "instructions",
        "prompt",
        "suffix",
        "store",
        "include",
        "index",
        "content_block",
        "delta",
        "partial_json",
        "item",
        "part",
        "item_id",
        "output_index",
        "content_index",
        "response",
        "choices",
        "message",
        "usage",
        "stop_reason",
        "status",
        "finish_reason",
        "logprobs",
        "strange",
    ]
)
WORDS = st.sampled_from(
    [
        "user",
        "assistant",
        "system",
        "text",
        "thinking",
        "image",
        "document",
        "base64",
        "url",
        "file",
        "tool_use",
        "tool_result",
        "server_tool_use",
        "message",
        "function_call",
        "function_call_output",
        "reasoning",
        "input_text",
        "output_text",
        "summary_text",
        "text_delta",
        "input_json_delta",
        "citations_delta",
        "signature_delta",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_start",
        "message_delta",
        "message_stop",
        "ping",
        "error",
        "response.created",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
        "{}",
        "a",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers(0, 3) | st.floats(allow_nan=False, allow_infinity=False) | WORDS
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=12
)
NEW = [COMPLETIONS, COUNT_TOKENS, MESSAGES, RESPONSES]
MARK = "zzmarkzz"


def _name(surface: Surface) -> str:
    return surface.path


@pytest.mark.parametrize("surface", SURFACES, ids=_name)
@settings(max_examples=60)
@given(more=st.dictionaries(NAMES, VALUES, max_size=6), items=st.lists(VALUES, min_size=1, max_size=3))
def test_every_body_is_read_or_refused(surface: Surface, more: dict[str, Any], items: list[Any]) -> None:
    content = [{"role": "user", "content": items}]
    doc = {"model": "m", "messages": content, "input": [*content, *items], "prompt": "x", **more}
    before = copy.deepcopy(doc)
    list(surface.history(doc))
    try:
        asked = surface.read(doc, DEFAULT_LIMITS)
    except WardlawError:
        return
    finally:
        assert doc == before
    assert [segment.index for segment in asked.segments] == list(range(len(asked.segments)))
    assert asked.measures(10).body_bytes == 10


def _marked(value: Any) -> Any:
    """The value with a mark in every text that is no word of the protocol."""
    if isinstance(value, dict):
        return {name: _marked(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_marked(item) for item in value]
    return MARK if value == "a" else value


@pytest.mark.parametrize("surface", NEW, ids=_name)
@settings(max_examples=60)
@given(more=st.dictionaries(NAMES, VALUES, max_size=6), items=st.lists(VALUES, min_size=1, max_size=3))
def test_every_text_of_a_body_is_a_segment(surface: Surface, more: dict[str, Any], items: list[Any]) -> None:
    content = [{"role": "user", "content": _marked(items)}]
    doc = {"model": "m", "messages": content, "input": [*content], "prompt": "x", **_marked(more)}
    try:
        asked = surface.read(doc, DEFAULT_LIMITS)
    except WardlawError:
        return
    assert sum(segment.text.count(MARK) for segment in asked.segments) == orjson.dumps(doc).decode().count(MARK)


@pytest.mark.parametrize("surface", SURFACES, ids=_name)
@settings(max_examples=60)
@given(doc=st.dictionaries(NAMES, VALUES, max_size=6), items=st.lists(VALUES, max_size=3))
def test_every_answer_is_read_or_refused(surface: Surface, doc: dict[str, Any], items: list[Any]) -> None:
    made = {"content": items, "output": items, "choices": items, "data": items, "input_tokens": 1} | _marked(doc)
    try:
        answer = surface.read_answer(orjson.dumps(_marked(made)))
    except BadUpstreamError:
        return
    texts = "".join(segment.text for segment in (*answer.segments, *answer.joined))
    assert texts.count(MARK) >= orjson.dumps(answer.doc).decode().count(MARK)
    surface.rewrite_answer(answer, {})


@pytest.mark.parametrize("surface", [one for one in SURFACES if one.stream is not None], ids=_name)
@settings(max_examples=60)
@given(docs=st.lists(st.dictionaries(NAMES, VALUES, max_size=6), max_size=6), begin=st.booleans())
def test_every_stream_ends_and_sends_only_what_was_judged(
    surface: Surface, docs: list[dict[str, Any]], begin: bool
) -> None:
    assert surface.stream is not None
    layer = surface.stream(ReleaseWindow)
    heads = [{"type": "message_start", "message": {}}, {"type": "response.created", "response": {}}]
    events = [*(heads[: 1 if surface is MESSAGES else 2][-1:] if begin else []), *_marked(docs)]
    judged = sent = ""
    todo: list[Any] = []
    steps: list[Any] = [UpstreamBytes(b"data: " + orjson.dumps(doc) + b"\n\n") for doc in events]
    ended = False
    for step in [*steps, UpstreamEnded()]:
        todo = layer.handle(step)
        while todo:
            command = todo.pop(0)
            match command:
                case Judge():
                    judged += command.piece.text
                    todo += layer.handle(Judged(command.ticket))
                case JudgeToolCall():
                    judged += "".join(segment.text for segment in command.segments)
                    todo += layer.handle(Judged(command.ticket))
                case JudgeUninspected():
                    todo += layer.handle(Judged(command.ticket))
                case Send():
                    sent += command.data.decode()
                case Cut() | Finish():
                    ended = True
    assert ended
    assert MARK not in sent or MARK in judged

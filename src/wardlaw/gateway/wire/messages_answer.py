"""Reading a complete answer on the Messages surface."""

from __future__ import annotations

from typing import Any

import orjson

from wardlaw.facts.exchange import Channel, Segment, ToolCall
from wardlaw.gateway.wire.answer import (
    ANSWER_LIMITS,
    AddText,
    Answer,
    Texts,
    Usage,
    as_object,
    as_text,
    garbage,
    read_document,
    refuse_stray_calls,
)
from wardlaw.gateway.wire.body import BodyLimits
from wardlaw.gateway.wire.leaves import child, collect, collect_member
from wardlaw.gateway.wire.messages import TOOL_USE

_ENCRYPTED = frozenset({"encrypted_content", "encrypted_stdout"})
_INPUT_TOKENS = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


def read_messages_answer(raw: bytes, *, limits: BodyLimits = ANSWER_LIMITS) -> Answer:
    """Read the body of a successful answer to ``/v1/messages``.

    Raises:
        BadUpstreamError: WL-GW-201 not JSON, ambiguous, or of another shape; WL-GW-205 an error in place of
            an answer.
    """
    doc = read_document(raw, limits)
    content = doc.get("content")
    if type(content) is not list:
        raise garbage("an answer without content")
    texts = Texts(limits.max_leaves)
    for name, value in doc.items():
        if name != "content":
            refuse_stray_tool_use(name, value)
            collect_member(name, value, "", texts.add)
    calls: list[ToolCall] = []
    joined: list[Segment] = []
    uninspected: dict[str, None] = {}
    for place, item in enumerate(content):
        block = as_object(item, "block")
        kind = kind_of(block)
        if kind.endswith(TOOL_USE):
            call = block_call(block, len(calls))
            calls.append(call)
            block_leaves(block, f"/content/{place}", call, texts.add)
            joined.append(Segment(len(joined), Channel.TOOL_ARGUMENTS, "", call.arguments, call.id))
            continue
        if is_encrypted(block):
            uninspected["encrypted"] = None
        for name, value in block.items():
            refuse_stray_tool_use(name, value)
            collect_member(name, value, f"/content/{place}", texts.add)
    return Answer(
        doc=doc,
        segments=tuple(texts.segments),
        tool_calls=tuple(calls),
        usage=messages_usage(doc.get("usage")),
        finish_reasons=(as_text(doc.get("stop_reason"), "stop reason"),),
        uninspected=tuple(uninspected),
        joined=tuple(joined),
    )


def read_count_answer(raw: bytes, *, limits: BodyLimits = ANSWER_LIMITS) -> Answer:
    """Read the answer to a count: it used no tokens, so what was set aside for the request is given back.

    Raises:
        BadUpstreamError: As :func:`read_messages_answer`.
    """
    doc = read_document(raw, limits)
    if type(doc.get("input_tokens")) is not int:
        raise garbage("a count without a number")
    texts = Texts(limits.max_leaves)
    for name, value in doc.items():
        refuse_stray_tool_use(name, value)
        collect_member(name, value, "", texts.add)
    return Answer(doc=doc, segments=tuple(texts.segments), usage=Usage())


def messages_usage(value: Any, before: Usage | None = None) -> Usage | None:
    """The token counts of an answer or of an event; ``before`` is what earlier events of the stream said."""
    if type(value) is not dict:
        return before
    known = before or Usage()
    counts = [value.get(name) or 0 for name in (*_INPUT_TOKENS, "output_tokens")]
    if any(type(count) is not int or count < 0 for count in counts):
        return before
    # The last event may leave out what the first one said; no event takes anything back.
    return Usage(max(known.prompt_tokens, sum(counts[:3])), max(known.completion_tokens, counts[3]))


def kind_of(block: dict[str, Any]) -> str:
    """The type of a block."""
    kind = block.get("type")
    if type(kind) is not str or not kind:
        raise garbage("a block without a type")
    return kind


def is_encrypted(block: dict[str, Any]) -> bool:
    """Whether a block brings something that only the vendor can read."""
    return block.get("type") == "redacted_thinking" or _any_name(block, _ENCRYPTED)


def _any_name(value: Any, names: frozenset[str]) -> bool:
    if type(value) is dict:
        return not names.isdisjoint(value) or any(_any_name(item, names) for item in value.values())
    return type(value) is list and any(_any_name(item, names) for item in value)


def block_call(block: dict[str, Any], index: int) -> ToolCall:
    """The tool call of a block.

    Tools that run at the vendor are called by blocks of their own kind; they are decided like any other call, by
    their name, so that one nobody registered is refused.
    """
    given = block.get("input")
    if type(given) is not dict:
        raise garbage("a tool call whose input is not an object")
    name = as_text(block.get("name"), "tool name") or kind_of(block)
    if name == TOOL_USE:
        raise garbage("a tool call without a name")
    return ToolCall(as_text(block.get("id"), "tool call id"), name, orjson.dumps(given).decode(), index)


def block_leaves(block: dict[str, Any], pointer: str, call: ToolCall, add: AddText) -> None:
    """Every text of a tool call: its arguments in their own channel, all else in the channel of answers."""

    def plain(at: str, text: str) -> None:
        add(at, text, Channel.ANSWER, call.id)

    def argument(at: str, text: str) -> None:
        add(at, text, Channel.TOOL_ARGUMENTS, call.id)

    for name, value in block.items():
        if name == "input":
            collect(value, child(pointer, name), argument)
        else:
            refuse_stray_tool_use(name, value)
            collect_member(name, value, pointer, plain)


def refuse_stray_tool_use(name: str, value: Any) -> None:
    """Refuse a tool call in a place where calls do not belong, in this surface's form or in another's.

    Raises:
        BadUpstreamError: WL-GW-201.
    """
    refuse_stray_calls(name, value)
    if type(value) is dict:
        if type(value.get("type")) is str and value["type"].endswith(TOOL_USE):
            raise garbage("a tool call in an unknown place")
        for inner, item in value.items():
            refuse_stray_tool_use(inner, item)
    elif type(value) is list:
        for item in value:
            refuse_stray_tool_use("", item)

"""Reading a complete answer on the Responses surface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from wardlaw.facts.exchange import Channel, Segment, ToolCall
from wardlaw.gateway.wire.answer import (
    ANSWER_LIMITS,
    AddText,
    Answer,
    Texts,
    as_object,
    as_text,
    garbage,
    read_document,
    read_logprobs,
    refuse_stray_calls,
)
from wardlaw.gateway.wire.body import BodyLimits
from wardlaw.gateway.wire.leaves import collect_member
from wardlaw.gateway.wire.messages_answer import kind_of, messages_usage
from wardlaw.gateway.wire.responses import CALLS
from wardlaw.gateway.wire.rewrite import rewrite

_TEXT_ITEMS = frozenset({"message", "reasoning"})


def read_responses_answer(raw: bytes, *, limits: BodyLimits = ANSWER_LIMITS) -> Answer:
    """Read the body of a successful answer to ``/v1/responses``.

    Raises:
        BadUpstreamError: WL-GW-201 not JSON, ambiguous, or of another shape; WL-GW-205 an error in place of
            an answer.
    """
    doc = read_document(raw, limits)
    output = doc.get("output")
    if type(output) is not list:
        raise garbage("an answer without output")
    texts = Texts(limits.max_leaves)
    for name, value in doc.items():
        if name != "output":
            refuse_stray_item(name, value)
            collect_member(name, value, "", texts.add)
    calls: list[ToolCall] = []
    joined: list[Segment] = []
    uninspected: dict[str, None] = {}
    for place, value in enumerate(output):
        item = as_object(value, "item")
        pointer = f"/output/{place}"
        if is_call(item):
            call = item_call(item, len(calls))
            calls.append(call)
            item_leaves(item, pointer, call, texts.add)
            if kind_of(item) not in CALLS:
                joined.append(Segment(len(joined), Channel.TOOL_ARGUMENTS, "", call.arguments, call.id))
            continue
        if item.get("encrypted_content") is not None:
            uninspected["encrypted"] = None
        _texts(item, pointer, texts)
    return Answer(
        doc=doc,
        segments=tuple(texts.segments),
        tool_calls=tuple(calls),
        usage=messages_usage(doc.get("usage")),
        finish_reasons=(as_text(doc.get("status"), "status"),),
        uninspected=tuple(uninspected),
        joined=tuple(joined),
    )


def rewrite_responses_answer(answer: Answer, replacements: Mapping[str, str]) -> bytes:
    """The answer with these texts replaced and without token probabilities, which would repeat the old text."""
    output = [_without_logprobs(item) for item in answer.doc["output"]]
    kept = {pointer: text for pointer, text in replacements.items() if "logprobs" not in pointer.split("/")[5:6]}
    return rewrite(answer.doc | {"output": output}, kept)


def _without_logprobs(item: dict[str, Any]) -> dict[str, Any]:
    content = item.get("content")
    if type(content) is not list:
        return item
    parts = [part | {"logprobs": []} if type(part) is dict and "logprobs" in part else part for part in content]
    return item | {"content": parts}


def is_call(item: dict[str, Any]) -> bool:
    """Whether an item is more than text.

    Items of tools that run at the vendor, and those nobody knows, are decided like calls, by their kind: one that
    nobody registered is refused.
    """
    return kind_of(item) not in _TEXT_ITEMS


def item_call(item: dict[str, Any], index: int) -> ToolCall:
    """The tool call of an item."""
    kind = kind_of(item)
    member = CALLS.get(kind)
    if member is None:
        call_id = as_text(item.get("call_id"), "tool call id") or as_text(item.get("id"), "tool call id")
        return ToolCall(call_id, kind, orjson.dumps(item).decode(), index)
    name = item.get("name")
    if type(name) is not str or not name:
        raise garbage("a tool call without a name")
    return ToolCall(as_text(item.get("call_id"), "tool call id"), name, as_text(item.get(member), "arguments"), index)


def item_leaves(item: dict[str, Any], pointer: str, call: ToolCall, add: AddText) -> None:
    """Every text of a tool call: its arguments in their own channel, all else in the channel of answers."""

    def plain(at: str, text: str) -> None:
        add(at, text, Channel.ANSWER, call.id)

    def argument(at: str, text: str) -> None:
        add(at, text, Channel.TOOL_ARGUMENTS, call.id)

    member = CALLS.get(kind_of(item))
    for name, value in item.items():
        collect_member(name, value, pointer, argument if member is None or name == member else plain)


def _texts(item: dict[str, Any], pointer: str, texts: Texts) -> None:
    for name, value in item.items():
        if name in ("content", "summary") and type(value) is list:
            for place, entry in enumerate(value):
                _part(as_object(entry, "part"), f"{pointer}/{name}/{place}", texts)
        else:
            refuse_stray_item(name, value)
            collect_member(name, value, pointer, texts.add)


def _part(part: dict[str, Any], pointer: str, texts: Texts) -> None:
    for name, value in part.items():
        if name == "logprobs" and type(value) is list:
            read_logprobs({name: value}, pointer, texts)
        else:
            refuse_stray_item(name, value)
            collect_member(name, value, pointer, texts.add)
    if is_calling(part.get("type")):
        raise garbage("a tool call in an unknown place")


def is_calling(kind: Any) -> bool:
    """Whether a type names a call."""
    return type(kind) is str and kind.endswith("_call")


def refuse_stray_item(name: str, value: Any) -> None:
    """Refuse a tool call in a place where calls do not belong, in this surface's form or in another's.

    Raises:
        BadUpstreamError: WL-GW-201.
    """
    refuse_stray_calls(name, value)
    if type(value) is dict:
        if is_calling(value.get("type")):
            raise garbage("a tool call in an unknown place")
        for inner, item in value.items():
            refuse_stray_item(inner, item)
    elif type(value) is list:
        for item in value:
            refuse_stray_item("", item)

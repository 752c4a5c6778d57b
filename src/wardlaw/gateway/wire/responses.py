"""Reading a Responses request (``/v1/responses``).

Items and parts of a closed list are read for what they are. Every other one is inspected like a result nobody vouches
for, and reported as hosted: it refers to what the vendor keeps, or has it run something.

Source: OpenAI API reference and openai-python 3.54.0 (2026-11).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wardlaw.facts.exchange import Channel, ToolCall
from wardlaw.gateway.wire.asked import Asked
from wardlaw.gateway.wire.body import DEFAULT_LIMITS, BodyLimits, wrong
from wardlaw.gateway.wire.chat import TOOL_MEMBERS, read_tools
from wardlaw.gateway.wire.members import RESPONSES, hosted_names
from wardlaw.gateway.wire.reading import Reading, begin_reading, check_names, flag, whole

_ROLES = {
    "system": Channel.SYSTEM,
    "developer": Channel.SYSTEM,
    "user": Channel.USER,
    "assistant": Channel.ASSISTANT,
}
_TOOL_MEMBERS = TOOL_MEMBERS | {"format", "defer_loading"}
_PARTS = frozenset(
    {"text", "input_text", "output_text", "refusal", "summary_text", "reasoning_text"}
    | {"input_image", "input_file", "input_audio"}
)
CALLS = {"function_call": "arguments", "custom_tool_call": "input"}
"""Items that ask for a tool of the caller, with the member that holds the arguments."""
_RESULTS = frozenset({"function_call_output", "custom_tool_call_output"})


def read_responses(doc: dict[str, Any], *, limits: BodyLimits = DEFAULT_LIMITS) -> Asked:
    """Read the body of ``POST /v1/responses``.

    Args:
        doc: What :func:`body.read_json` gave; it is not changed.
        limits: Only ``max_leaves`` matters here.

    Raises:
        InputError: WL-GW-108 a name that differs by case, WL-GW-110 a wrong type or a missing member.
        TooLargeError: WL-GW-111 too many texts.
    """
    model, reading = begin_reading(doc, limits.max_leaves)
    names: dict[str, None] = {}
    calls: dict[str, None] = {}
    # First, so that a session is known by the opening of its conversation.
    _content(doc.get("instructions"), "/instructions", Channel.SYSTEM, reading)
    reading.hosted |= hosted_names(doc, RESPONSES)
    for name, value in doc.items():
        match name:
            case "input" | "instructions":
                continue
            case "tools":
                read_tools(value, reading, names, members=_TOOL_MEMBERS)
            case _:
                reading.member(name, value, "", Channel.OTHER)
    _input(doc.get("input"), reading, calls)
    return Asked(
        model=model,
        stream=flag(doc, "stream"),
        max_tokens=whole(doc, "max_output_tokens"),
        segments=tuple(reading.segments),
        joined=tuple(reading.joined),
        attachments=reading.attachments,
        uninspected=tuple(reading.uninspected),
        hosted_tools=tuple(reading.hosted),
        tool_names=tuple(names),
        call_ids=tuple(calls),
    )


def responses_history(doc: Mapping[str, Any]) -> Iterator[ToolCall]:
    """The tool calls which the items say the model made."""
    items = doc.get("input")
    for item in items if isinstance(items, list) else ():
        member = CALLS.get(str(item.get("type"))) if isinstance(item, dict) else None
        if member is not None:
            call_id, name, given = item.get("call_id"), item.get("name"), item.get(member)
            if type(call_id) is str and type(name) is str and type(given) is str:
                yield ToolCall(call_id, name, given)


def keep_nothing(doc: Mapping[str, Any]) -> Mapping[str, Any]:
    """The vendor keeps a response unless it is told not to; whoever wants that must say so, and clauses see it."""
    return {"store": False} if doc.get("store") is None else {}


def _input(value: Any, reading: Reading, calls: dict[str, None]) -> None:
    if type(value) is str:
        reading.content(value, "/input", Channel.USER)
        return
    if type(value) is not list:
        raise wrong("/input", "text or a list of items")
    for place, item in enumerate(value):
        pointer = f"/input/{place}"
        if type(item) is not dict:
            raise wrong(pointer, "an object")
        check_names(item, pointer)
        kind = item.get("type", "message" if "role" in item else None)
        if type(kind) is not str:
            raise wrong(pointer + "/type", "text")
        if kind == "message":
            _message(item, pointer, reading)
        elif kind in CALLS:
            _call(item, pointer, CALLS[kind], reading)
        elif kind in _RESULTS:
            _result(item, pointer, reading, calls)
        elif kind == "reasoning":
            _reasoning(item, pointer, reading)
        else:
            reading.hosted[kind] = None
            for name, member in item.items():
                reading.member(name, member, pointer, Channel.TOOL_RESULT)


def _message(item: dict[str, Any], pointer: str, reading: Reading) -> None:
    role = item.get("role")
    if type(role) is not str:
        raise wrong(pointer + "/role", "text: system, developer, user or assistant")
    for name, value in item.items():
        if name == "content":
            # A message of a role nobody knows may be a result under another name.
            _content(value, pointer + "/content", _ROLES.get(role, Channel.TOOL_RESULT), reading)
        elif name != "role" or role not in _ROLES:
            reading.member(name, value, pointer, Channel.OTHER)


def _content(value: Any, pointer: str, channel: Channel, reading: Reading, call_id: str = "") -> None:
    reading.content(value, pointer, channel, call_id)
    for part in value if type(value) is list else ():
        kind = part.get("type")
        if kind is not None and kind not in _PARTS:
            reading.hosted[kind] = None


def _call(item: dict[str, Any], pointer: str, member: str, reading: Reading) -> None:
    """A call the items say the model made."""
    call_id = item.get("call_id")
    for name, value in item.items():
        channel = Channel.TOOL_ARGUMENTS if name == member else Channel.OTHER
        reading.member(name, value, pointer, channel, call_id if type(call_id) is str else "")


def _result(item: dict[str, Any], pointer: str, reading: Reading, calls: dict[str, None]) -> None:
    call_id = item.get("call_id")
    if type(call_id) is not str:
        raise wrong(pointer + "/call_id", "text")
    if call_id:
        calls[call_id] = None
    for name, value in item.items():
        if name == "output":
            _content(value, pointer + "/output", Channel.TOOL_RESULT, reading, call_id)
        else:
            known = name in ("type", "id", "call_id", "status")
            reading.member(name, value, pointer, Channel.OTHER if known else Channel.TOOL_RESULT, call_id)


def _reasoning(item: dict[str, Any], pointer: str, reading: Reading) -> None:
    for name, value in item.items():
        if name in ("summary", "content"):
            _content(value, f"{pointer}/{name}", Channel.ASSISTANT, reading)
        else:
            if name == "encrypted_content" and value is not None:
                reading.uninspected["encrypted"] = None
            reading.member(name, value, pointer, Channel.OTHER)

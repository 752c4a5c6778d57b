"""Reading a Messages request (``/v1/messages`` and its ``count_tokens``).

Blocks of a closed list are read for what they are. Whatever else comes is inspected like a result nobody vouches for,
and reported as hosted: what a vendor does with a block nobody here knows, nobody here can say.

Source: Anthropic API reference and anthropic-python 2.14.0 (2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from wardlaw.facts.exchange import Channel, ToolCall
from wardlaw.gateway.wire.asked import Asked
from wardlaw.gateway.wire.body import DEFAULT_LIMITS, BodyLimits, wrong
from wardlaw.gateway.wire.leaves import child
from wardlaw.gateway.wire.members import MESSAGES, hosted_names
from wardlaw.gateway.wire.reading import Reading, begin_reading, check_names, flag, whole

_ROLES = {"system": Channel.SYSTEM, "user": Channel.USER, "assistant": Channel.ASSISTANT}
_SPOKEN = frozenset({"text", "thinking"})
TOOL_USE = "tool_use"
"""How the types of blocks that ask for a tool end, those of newer toolsets included."""

_CLIENT_TOOL = re.compile(r"custom|(?:bash|text_editor|memory)_[0-9]{8}")  # run by the caller, by the vendor's schema
_DATED = re.compile(r"_[0-9]{8}\Z")
_TOOL_MEMBERS = frozenset(
    {"type", "name", "description", "input_schema", "cache_control", "strict", "input_examples", "max_characters"}
    | {"eager_input_streaming", "defer_loading", "allowed_callers"}
)
_IDS = frozenset({"id", "name", "tool_use_id"})


def read_messages(doc: dict[str, Any], *, limits: BodyLimits = DEFAULT_LIMITS) -> Asked:
    """Read the body of ``POST /v1/messages``.

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
    _content(doc.get("system"), "/system", Channel.SYSTEM, reading, calls)
    reading.hosted |= hosted_names(doc, MESSAGES)
    for name, value in doc.items():
        match name:
            case "messages" | "system":
                continue
            case "tools":
                _tools(value, reading, names)
            case _:
                if name == "context_management" and _runs(value):
                    reading.hosted[name] = None
                reading.member(name, value, "", Channel.OTHER)
    _messages(doc.get("messages"), reading, calls)
    return Asked(
        model=model,
        stream=flag(doc, "stream"),
        max_tokens=whole(doc, "max_tokens"),
        segments=tuple(reading.segments),
        joined=tuple(reading.joined),
        attachments=reading.attachments,
        uninspected=tuple(reading.uninspected),
        hosted_tools=tuple(reading.hosted),
        tool_names=tuple(names),
        call_ids=tuple(calls),
    )


def read_count(doc: dict[str, Any], *, limits: BodyLimits = DEFAULT_LIMITS) -> Asked:
    """Read the body of ``POST /v1/messages/count_tokens``: the same texts go up, and no stream comes back.

    Raises:
        InputError: As :func:`read_messages`, and WL-GW-110 when a stream is asked for.
    """
    if flag(doc, "stream"):
        raise wrong("/stream", "false: a count is no stream")
    return read_messages(doc, limits=limits)


def messages_history(doc: Mapping[str, Any]) -> Iterator[ToolCall]:
    """The tool calls which the messages say the model made."""
    messages = doc.get("messages")
    for message in messages if isinstance(messages, list) else ():
        blocks = message.get("content") if isinstance(message, dict) else None
        for block in blocks if isinstance(blocks, list) else ():
            if isinstance(block, dict) and str(block.get("type")).endswith(TOOL_USE):
                call_id, name, given = block.get("id"), block.get("name"), block.get("input")
                if type(call_id) is str and type(name) is str and type(given) is dict:
                    yield ToolCall(call_id, name, orjson.dumps(given).decode())


def _runs(value: Any) -> bool:
    """Whether a management of the context does more than leave out what stands in the request."""
    edits = value.get("edits") if type(value) is dict and value.keys() <= {"edits"} else None
    if type(edits) is not list:
        return value is not None
    return not all(type(edit) is dict and str(edit.get("type")).startswith("clear_") for edit in edits)


def _messages(messages: Any, reading: Reading, calls: dict[str, None]) -> None:
    if type(messages) is not list or not messages:
        raise wrong("/messages", "a list with at least one message")
    for place, message in enumerate(messages):
        pointer = f"/messages/{place}"
        if type(message) is not dict:
            raise wrong(pointer, "an object")
        check_names(message, pointer)
        role = message.get("role")
        if type(role) is not str:
            raise wrong(pointer + "/role", "text: user or assistant")
        for name, value in message.items():
            if name == "content":
                _content(value, pointer + "/content", _ROLES.get(role, Channel.OTHER), reading, calls)
            elif name != "role" or role not in _ROLES:
                reading.member(name, value, pointer, Channel.OTHER)


def _content(
    value: Any, pointer: str, channel: Channel, reading: Reading, calls: dict[str, None], *, call_id: str = ""
) -> None:
    """The content of a message, of a result or of a document: text, a list of blocks, or nothing."""
    if type(value) is str:
        if value:
            reading.text(channel, pointer, value, call_id)
    elif type(value) is list:
        for place, block in enumerate(value):
            _block(block, f"{pointer}/{place}", channel, reading, calls, call_id=call_id)
        texts = [block["text"] for block in value if block["type"] == "text"]
        if len(texts) > 1:
            reading.join(channel, pointer, "".join(texts), call_id)
    elif value is not None:
        raise wrong(pointer, "text, a list of blocks or null")


def _block(
    block: Any, pointer: str, channel: Channel, reading: Reading, calls: dict[str, None], *, call_id: str
) -> None:
    if type(block) is not dict:
        raise wrong(pointer, "an object")
    check_names(block, pointer)
    kind = block.get("type")
    if type(kind) is not str:
        raise wrong(pointer + "/type", "text")
    match kind:
        case "text" | "thinking":
            if type(block.get(kind)) is not str:
                raise wrong(child(pointer, kind), "text")
            for name, value in block.items():
                reading.member(name, value, pointer, channel, call_id)
        case "redacted_thinking":
            reading.uninspected["encrypted"] = None
            for name, value in block.items():
                reading.member(name, value, pointer, channel, call_id)
        case "image" | "document":
            _media(block, pointer, channel, reading, calls, call_id=call_id)
        case "search_result":
            _others(block, pointer, channel, reading, call_id=call_id)
        case "tool_result":
            _tool_result(block, pointer, reading, calls)
        case _ if _is_tool_use(kind):
            _tool_use(block, pointer, reading)
        case _:
            reading.hosted[_vendor_name(kind, block)] = None
            _others(block, pointer, Channel.OTHER, reading, call_id=call_id)


def _is_tool_use(kind: str) -> bool:
    return kind == TOOL_USE or (kind.endswith("_" + TOOL_USE) and not kind.startswith(("server_", "mcp_")))


def _others(block: dict[str, Any], pointer: str, channel: Channel, reading: Reading, *, call_id: str) -> None:
    """A block of foreign text. What a user's message brings along is not what the user says."""
    foreign = channel if channel is Channel.TOOL_RESULT else Channel.OTHER
    for name, value in block.items():
        reading.member(name, value, pointer, foreign, call_id)


def _vendor_name(kind: str, block: dict[str, Any]) -> str:
    """What runs or ran at the vendor, by the name clauses use: that of the tool."""
    if kind.startswith("mcp_"):
        return "mcp"
    name = block.get("name")
    if kind == "server_tool_use" and type(name) is str and name:
        return name
    return kind.removesuffix("_tool_result")


def _media(
    block: dict[str, Any], pointer: str, channel: Channel, reading: Reading, calls: dict[str, None], *, call_id: str
) -> None:
    """A picture or a document: bytes are left alone, everything else is text as ever."""
    reading.attachments += 1
    source = block.get("source")
    form = source.get("type") if type(source) is dict else None
    is_text = block["type"] == "document" and form in ("text", "content")
    if not is_text:
        reading.uninspected["image" if block["type"] == "image" else "file"] = None
    foreign = channel if channel is Channel.TOOL_RESULT else Channel.OTHER
    for name, value in block.items():
        if name != "source" or type(value) is not dict:
            reading.member(name, value, pointer, foreign, call_id)
            continue
        below = child(pointer, name)
        check_names(value, below)
        if form == "url" or "url" in value:
            reading.hosted["url"] = None  # the vendor would fetch it: what comes back, nobody here sees
        for inner, item in value.items():
            if inner == "content" and form == "content":
                _content(item, below + "/content", foreign, reading, calls, call_id=call_id)
            elif inner == "data" and form == "base64":
                reading.payload(inner, item, below, foreign, call_id)
            else:
                if inner == "file_id" and item is not None:
                    reading.hosted["file_id"] = None
                reading.member(inner, item, below, foreign, call_id)


def _tool_use(block: dict[str, Any], pointer: str, reading: Reading) -> None:
    """A call the messages say the model made."""
    call_id = block.get("id")
    call_id = call_id if type(call_id) is str else ""
    for name, value in block.items():
        if name == "input":
            reading.value(value, pointer + "/input", Channel.TOOL_ARGUMENTS, call_id)
            if type(value) is dict or type(value) is list:
                reading.join(Channel.TOOL_ARGUMENTS, pointer + "/input", orjson.dumps(value).decode(), call_id)
        else:
            reading.member(name, value, pointer, Channel.ASSISTANT if name in _IDS else Channel.OTHER)


def _tool_result(block: dict[str, Any], pointer: str, reading: Reading, calls: dict[str, None]) -> None:
    call_id = block.get("tool_use_id")
    if type(call_id) is not str:
        raise wrong(pointer + "/tool_use_id", "text")
    if call_id:
        calls[call_id] = None
    for name, value in block.items():
        if name == "content":
            _content(value, pointer + "/content", Channel.TOOL_RESULT, reading, calls, call_id=call_id)
        else:
            reading.member(name, value, pointer, Channel.ASSISTANT if name in _IDS else Channel.OTHER)


def _tools(tools: Any, reading: Reading, names: dict[str, None]) -> None:
    if tools is None:
        return
    if type(tools) is not list:
        raise wrong("/tools", "a list")
    for place, tool in enumerate(tools):
        pointer = f"/tools/{place}"
        if type(tool) is not dict:
            raise wrong(pointer, "an object")
        check_names(tool, pointer)
        kind = tool.get("type")
        if type(kind) is not str and kind is not None:
            raise wrong(pointer + "/type", "text")
        if kind is None or _CLIENT_TOOL.fullmatch(kind):
            name = tool.get("name")
            if type(name) is not str or not name:
                raise wrong(pointer, "a tool with a name")
            names[name] = None
            for extra in tool.keys() - _TOOL_MEMBERS:
                reading.hosted[extra] = None
            if tool.get("allowed_callers") not in (None, ["direct"]):
                reading.hosted["allowed_callers"] = None  # called by programs that run at the vendor
        else:
            reading.hosted[_DATED.sub("", kind)] = None
        reading.value(tool, pointer, Channel.TOOL_DEFINITION)

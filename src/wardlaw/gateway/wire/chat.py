"""Reading a chat completion request into segments, measures and what it asks the vendor to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wardlaw.facts.exchange import Channel, ToolCall
from wardlaw.gateway.wire.answer import call_of
from wardlaw.gateway.wire.asked import Asked
from wardlaw.gateway.wire.body import DEFAULT_LIMITS, BodyLimits, wrong
from wardlaw.gateway.wire.failure import BadUpstreamError
from wardlaw.gateway.wire.leaves import child
from wardlaw.gateway.wire.members import CHAT, hosted_names
from wardlaw.gateway.wire.reading import Reading, begin_reading, check_names, flag, whole

_ROLES = {
    "system": Channel.SYSTEM,
    "developer": Channel.SYSTEM,
    "user": Channel.USER,
    "assistant": Channel.ASSISTANT,
    "tool": Channel.TOOL_RESULT,
    "function": Channel.TOOL_RESULT,
}
_SPOKEN = frozenset({"refusal", "reasoning_content", "reasoning"})

_CLIENT_TOOLS = frozenset({"function", "custom"})
TOOL_MEMBERS = frozenset({"type", "function", "custom", "name", "description", "parameters", "strict", "cache_control"})
_MOST_ANSWERS = 128  # the API's own limit on n


class ChatRequest(Asked, frozen=True, kw_only=True):
    """A chat completion request as the door needs it.

    Attributes:
        include_usage: The stream shall end with a usage chunk.
    """

    include_usage: bool = False

    @property
    def n(self) -> int:
        """Answers asked for."""
        return self.answers


def read_chat(doc: dict[str, Any], *, limits: BodyLimits = DEFAULT_LIMITS) -> ChatRequest:
    """Read the body of ``POST /v1/chat/completions``.

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
    reading.hosted |= hosted_names(doc, CHAT)
    for name, value in doc.items():
        match name:
            case "messages":
                continue
            case "tools":
                read_tools(value, reading, names)
            case "functions":
                _functions(value, reading, names)
            case "modalities":
                _modalities(value, reading)
            case "prediction" if type(value) is dict:
                _prediction(value, reading)
            case _:
                reading.member(name, value, "", Channel.OTHER)
    _messages(doc.get("messages"), reading, calls)
    options = doc.get("stream_options")
    if options is not None and type(options) is not dict:
        raise wrong("/stream_options", "an object")
    return ChatRequest(
        model=model,
        stream=flag(doc, "stream"),
        include_usage=options is not None and flag(options, "include_usage", "/stream_options"),
        answers=read_answers(doc),
        max_tokens=max(whole(doc, "max_tokens"), whole(doc, "max_completion_tokens")),
        segments=tuple(reading.segments),
        joined=tuple(reading.joined),
        attachments=reading.attachments,
        uninspected=tuple(reading.uninspected),
        hosted_tools=tuple(reading.hosted),
        tool_names=tuple(names),
        call_ids=tuple(calls),
    )


def chat_history(doc: Mapping[str, Any]) -> Iterator[ToolCall]:
    """The tool calls which the messages say the model made."""
    messages = doc.get("messages")
    for message in messages if isinstance(messages, list) else ():
        calls = message.get("tool_calls") if isinstance(message, dict) else None
        for value in calls if isinstance(calls, list) else ():
            try:
                call, _ = call_of(value, 0)
            except (BadUpstreamError, AttributeError):
                continue  # of a shape we never released
            yield call


def read_answers(doc: dict[str, Any]) -> int:
    """How many answers are asked for."""
    n = whole(doc, "n", least=1) or 1
    if n > _MOST_ANSWERS:
        raise wrong("/n", f"at most {_MOST_ANSWERS}")
    return n


def _prediction(value: dict[str, Any], reading: Reading) -> None:
    """What the answer will likely be: text as ever, in parts like those of a message."""
    check_names(value, "/prediction")
    for name, member in value.items():
        if name == "content":
            reading.content(member, "/prediction/content", Channel.OTHER)
        else:
            reading.member(name, member, "/prediction", Channel.OTHER)


def _modalities(value: Any, reading: Reading) -> None:
    """Answers in sound would be released unheard."""
    if value is None:
        return
    if type(value) is not list:
        raise wrong("/modalities", "a list")
    if any(kind != "text" for kind in value):
        reading.uninspected["audio"] = None
    reading.member("modalities", value, "", Channel.OTHER)


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
            raise wrong(pointer + "/role", "text: system, user, assistant or tool")
        _message(message, role, pointer, reading, calls)


def _message(message: dict[str, Any], role: str, pointer: str, reading: Reading, calls: dict[str, None]) -> None:
    channel = _ROLES.get(role, Channel.OTHER)
    call_id = _call_id(message, pointer)
    if channel is Channel.TOOL_RESULT and call_id:
        calls[call_id] = None
    for name, value in message.items():
        match name:
            case "role" if role in _ROLES:
                continue
            case "content":
                reading.content(value, pointer + "/content", channel, call_id)
            case "tool_calls":
                _history_calls(value, pointer + "/tool_calls", reading)
            case "function_call" if value is not None:
                _history_call(value, pointer + "/function_call", reading)
            case "audio" if value is not None:
                reading.hosted["audio"] = None  # an earlier answer the vendor keeps, by its id
                reading.member(name, value, pointer, Channel.OTHER)
            case _:
                reading.member(name, value, pointer, channel if name in _SPOKEN else Channel.OTHER)


def _call_id(message: dict[str, Any], pointer: str) -> str:
    value = message.get("tool_call_id")
    if value is None:
        return ""
    if type(value) is not str:
        raise wrong(pointer + "/tool_call_id", "text")
    return value


def _history_calls(value: Any, pointer: str, reading: Reading) -> None:
    if value is None:
        return
    if type(value) is not list:
        raise wrong(pointer, "a list of tool calls")
    for place, call in enumerate(value):
        below = f"{pointer}/{place}"
        if type(call) is not dict:
            raise wrong(below, "an object")
        check_names(call, below)
        for name, member in call.items():
            if name in _CLIENT_TOOLS and type(member) is dict:
                _history_call(member, child(below, name), reading)
            else:
                reading.member(name, member, below, Channel.OTHER)


def _history_call(call: Any, pointer: str, reading: Reading) -> None:
    """Name and arguments of a call the messages say the model made."""
    if type(call) is not dict:
        raise wrong(pointer, "an object")
    check_names(call, pointer)
    for name, member in call.items():
        is_arguments = name in ("arguments", "input")
        reading.member(name, member, pointer, Channel.TOOL_ARGUMENTS if is_arguments else Channel.OTHER)


def read_tools(tools: Any, reading: Reading, names: dict[str, None], *, members: frozenset[str] = TOOL_MEMBERS) -> None:
    """Read the tools a request offers.

    Args:
        members: What a tool of the caller's own may say about itself; anything else may be a hosted tool.
    """
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
        if kind is None and "function" in tool:
            kind = "function"
        if type(kind) is str and kind in _CLIENT_TOOLS:
            body = tool.get(kind, tool)
            names[_tool_name(body, pointer)] = None
        elif type(kind) is str:
            reading.hosted[kind] = None
        elif kind is not None:
            raise wrong(pointer + "/type", "text")
        for extra in tool.keys() - members if type(kind) is not str or kind in _CLIENT_TOOLS else ():
            reading.hosted[extra] = None  # some vendors name a hosted tool by a member: {"google_search": {}}
        reading.value(tool, pointer, Channel.TOOL_DEFINITION)


def _functions(functions: Any, reading: Reading, names: dict[str, None]) -> None:
    """The older way of offering tools."""
    if functions is None:
        return
    if type(functions) is not list:
        raise wrong("/functions", "a list")
    for place, function in enumerate(functions):
        names[_tool_name(function, f"/functions/{place}")] = None
        reading.value(function, f"/functions/{place}", Channel.TOOL_DEFINITION)


def _tool_name(tool: Any, pointer: str) -> str:
    if type(tool) is not dict:
        raise wrong(pointer, "an object with a name")
    check_names(tool, pointer)
    name = tool.get("name")
    if type(name) is not str or not name:
        raise wrong(pointer, "a tool with a name")
    return name

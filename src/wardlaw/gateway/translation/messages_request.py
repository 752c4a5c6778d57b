"""A Messages request as a chat completion request.

Left out, since nothing in the answer depends on it: ``cache_control`` (that form caches by itself), ``service_tier: auto``
and thinking that is switched off.
"""

from __future__ import annotations

from typing import Any

import orjson

from wardlaw.facts.routes import UpstreamKind
from wardlaw.gateway.translation.shape import Doc, as_members, only, refuse

_ALIKE = ("model", "temperature", "top_p")
_KNOWN = frozenset(
    (*_ALIKE, "messages", "system", "max_tokens", "stop_sequences", "stream", "metadata", "tools", "tool_choice")
)
_NEUTRAL: dict[str, tuple[Any, ...]] = {
    "service_tier": ("auto",),
    "thinking": ({"type": "disabled"},),
    "mcp_servers": ([],),
}
# OpenAI's newer models take no other name for the ceiling; servers of others know only the older one.
_OPENAI_OWN = frozenset((UpstreamKind.OPENAI, UpstreamKind.AZURE))
_CHOICES = {"auto": "auto", "none": "none", "any": "required"}
_MOST_STOPS = 4  # that API's own limit
_CACHE = "cache_control"


def messages_as_chat(doc: Doc, kind: UpstreamKind) -> dict[str, Any]:
    """The request in the form of ``/v1/chat/completions``.

    Raises:
        InputError: WL-GW-130 something has no counterpart there.
    """
    kept = {name: value for name, value in doc.items() if value not in _NEUTRAL.get(name, ())}
    only(kept, _KNOWN | {_CACHE}, "")
    made: dict[str, Any] = {name: doc[name] for name in _ALIKE if doc.get(name) is not None}
    if doc.get("max_tokens") is not None:
        made["max_completion_tokens" if kind in _OPENAI_OWN else "max_tokens"] = doc["max_tokens"]
    if stops := doc.get("stop_sequences"):
        if type(stops) is not list or len(stops) > _MOST_STOPS:
            refuse("/stop_sequences", f"more than {_MOST_STOPS} texts to stop at")
        made["stop"] = stops
    if metadata := doc.get("metadata"):
        only(as_members(metadata, "/metadata", "the member"), frozenset(("user_id",)), "/metadata")
        if metadata.get("user_id") is not None:
            made["user"] = metadata["user_id"]
    if doc.get("stream"):
        made |= {"stream": True, "stream_options": {"include_usage": True}}
    made["messages"] = _system(doc.get("system")) + [
        one for place, message in enumerate(doc["messages"]) for one in _message(message, f"/messages/{place}")
    ]
    if tools := doc.get("tools"):
        made["tools"] = [_tool(tool, f"/tools/{place}") for place, tool in enumerate(tools)]
    _choose(doc.get("tool_choice"), made)
    return made


def _choose(choice: Any, made: dict[str, Any]) -> None:
    if choice is None:
        return
    only(
        as_members(choice, "/tool_choice", "the choice"),
        frozenset(("type", "name", "disable_parallel_tool_use")),
        "/tool_choice",
    )
    kind = choice.get("type")
    if kind == "tool":
        made["tool_choice"] = {"type": "function", "function": {"name": choice.get("name")}}
    elif kind in _CHOICES:
        made["tool_choice"] = _CHOICES[kind]
    else:
        refuse("/tool_choice/type", "the choice")
    if choice.get("disable_parallel_tool_use"):
        made["parallel_tool_calls"] = False


def _tool(tool: Doc, pointer: str) -> dict[str, Any]:
    if tool.get("type") not in (None, "custom"):
        refuse(pointer, "a tool of the vendor's own schema")
    only(tool, frozenset(("type", "name", "description", "input_schema", "strict", _CACHE)), pointer)
    function: dict[str, Any] = {"name": tool["name"], "parameters": tool.get("input_schema") or {"type": "object"}}
    if tool.get("description"):
        function["description"] = tool["description"]
    if tool.get("strict"):
        function["strict"] = True
    return {"type": "function", "function": function}


def _system(system: Any) -> list[dict[str, Any]]:
    if not system:
        return []
    return [{"role": "system", "content": _text(system, "/system")}]


def _text(content: Any, pointer: str) -> Any:
    """Content that is text alone: as it is, or as a list of parts."""
    if type(content) is not list:
        return content or ""
    parts = []
    for place, block in enumerate(content):
        if block["type"] != "text":
            refuse(f"{pointer}/{place}", "a block that is not text")
        only(block, frozenset(("type", "text", _CACHE)), f"{pointer}/{place}")
        parts.append({"type": "text", "text": block["text"]})
    return parts


def _message(message: Doc, pointer: str) -> list[dict[str, Any]]:
    only(message, frozenset(("role", "content")), pointer)
    role, content = message["role"], message.get("content")
    if role not in ("user", "assistant"):
        refuse(pointer + "/role", "the role")
    if type(content) is not list:
        return [{"role": role, "content": content or ""}]
    below = pointer + "/content"
    return [_assistant(content, below)] if role == "assistant" else _user(content, below)


def _assistant(content: list[Doc], pointer: str) -> dict[str, Any]:
    texts = [block for block in content if block["type"] == "text"]
    calls: list[dict[str, Any]] = []
    for place, block in enumerate(content):
        below = f"{pointer}/{place}"
        if block["type"] == "text":
            if calls:
                refuse(below, "text after a call")
        elif block["type"] == "tool_use":
            only(block, frozenset(("type", "id", "name", "input", _CACHE)), below)
            function = {"name": block.get("name"), "arguments": orjson.dumps(block.get("input") or {}).decode()}
            calls.append({"id": block.get("id"), "type": "function", "function": function})
        else:
            refuse(below, "a block of its kind")
    made: dict[str, Any] = {"role": "assistant", "content": _text(texts, pointer) or None}
    return {**made, "tool_calls": calls} if calls else made


def _user(content: list[Doc], pointer: str) -> list[dict[str, Any]]:
    """Results first, each a message of its own, as that form has them; then what the user says."""
    results: list[dict[str, Any]] = []
    parts: list[dict[str, Any]] = []
    for place, block in enumerate(content):
        below = f"{pointer}/{place}"
        match block["type"]:
            case "tool_result":
                if parts:
                    refuse(below, "a result after something else")
                only(block, frozenset(("type", "tool_use_id", "content", "is_error", _CACHE)), below)
                if block.get("is_error"):
                    refuse(below + "/is_error", "a result marked as an error")
                said = _text(block.get("content"), below + "/content")
                results.append({"role": "tool", "tool_call_id": block.get("tool_use_id"), "content": said})
            case "text":
                parts += _text([block], pointer)
            case "image":
                parts.append(_image(block, below))
            case "document":
                parts.append(_document(block, below))
            case _:
                refuse(below, "a block of its kind")
    return [*results, {"role": "user", "content": parts}] if parts else results


def _source(block: Doc, pointer: str, known: frozenset[str]) -> Doc:
    only(block, frozenset(("type", "source", _CACHE)) | known, pointer)
    source = as_members(block.get("source"), pointer + "/source", "the source")
    only(source, frozenset(("type", "media_type", "data", "url")), pointer + "/source")
    return source


def _image(block: Doc, pointer: str) -> dict[str, Any]:
    source = _source(block, pointer, frozenset())
    match source.get("type"):
        case "base64":
            url: Any = f"data:{source.get('media_type')};base64,{source.get('data')}"
        case "url":
            url = source.get("url")
        case _:
            refuse(pointer + "/source", "a source of its kind")
    return {"type": "image_url", "image_url": {"url": url}}


def _document(block: Doc, pointer: str) -> dict[str, Any]:
    source = _source(block, pointer, frozenset(("title",)))
    if source.get("type") != "base64" or source.get("media_type") != "application/pdf":
        refuse(pointer + "/source", "a document that is not a PDF by its data")
    data = f"data:application/pdf;base64,{source.get('data')}"
    return {"type": "file", "file": {"filename": block.get("title") or "document.pdf", "file_data": data}}

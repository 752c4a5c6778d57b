"""A chat completion request as a Messages request.

Left out, since nothing in the answer depends on it: ``stream_options`` (usage is always told, and passed on when it was
asked for), ``service_tier: auto``, and whatever has its neutral value.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from wardlaw.facts.routes import UpstreamKind
from wardlaw.gateway.translation.shape import Doc, as_members, only, refuse

MAX_TOKENS = 4_096
"""Ceiling where the caller names none: that form must have one, and every model of it takes this much."""

_ALIKE = ("model", "temperature", "top_p", "stream")
_KNOWN = frozenset(
    {*_ALIKE, "messages", "max_tokens", "max_completion_tokens", "stop", "user", "tools", "tool_choice"}
    | {"parallel_tool_calls", "stream_options"}
)
# Members that say nothing when they have one of these values.
_NEUTRAL: dict[str, tuple[Any, ...]] = {
    "n": (1,),
    "logprobs": (False,),
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
    "logit_bias": ({},),
    "response_format": ({"type": "text"},),
    "modalities": (["text"],),
    "service_tier": ("auto",),
    "store": (False,),
    "metadata": ({},),
}
_DATA_URL = re.compile(r"data:([a-z]+/[a-z0-9.+-]+);base64,", re.IGNORECASE)
_CHOICES = {"auto": "auto", "none": "none", "required": "any"}


def chat_as_messages(doc: Doc, _kind: UpstreamKind) -> dict[str, Any]:
    """The request in the form of ``/v1/messages``.

    Raises:
        InputError: WL-GW-130 something has no counterpart there.
    """
    kept = {name: value for name, value in doc.items() if value not in _NEUTRAL.get(name, ())}
    only(kept, _KNOWN, "")
    made: dict[str, Any] = {name: doc[name] for name in _ALIKE if doc.get(name) is not None}
    warmth = made.get("temperature", 0)
    if type(warmth) not in (int, float) or warmth > 1:
        refuse("/temperature", "a temperature above 1")
    ceilings = [doc[name] for name in ("max_completion_tokens", "max_tokens") if doc.get(name) is not None]
    made["max_tokens"] = ceilings[0] if ceilings else MAX_TOKENS
    if stop := doc.get("stop"):
        made["stop_sequences"] = [stop] if type(stop) is str else stop
    if user := doc.get("user"):
        made["metadata"] = {"user_id": user}
    system, messages = _messages(doc["messages"])
    if system:
        made["system"] = system
    made["messages"] = messages
    if tools := doc.get("tools"):
        made["tools"] = [_tool(tool, f"/tools/{place}") for place, tool in enumerate(tools)]
    choice = _choice(doc)
    if choice is not None:
        made["tool_choice"] = choice
    return made


def _choice(doc: Doc) -> dict[str, Any] | None:
    choice, parallel = doc.get("tool_choice"), doc.get("parallel_tool_calls")
    made: dict[str, Any] | None = None
    if type(choice) is str and choice in _CHOICES:
        made = {"type": _CHOICES[choice]}
    elif type(choice) is dict and choice.keys() == {"type", "function"} and choice["type"] == "function":
        function = as_members(choice["function"], "/tool_choice/function", "the choice")
        made = {"type": "tool", "name": function.get("name")}
    elif choice is not None:
        refuse("/tool_choice", "the choice")
    if parallel is False and doc.get("tools") and (made is None or made["type"] != "none"):
        made = {**(made or {"type": "auto"}), "disable_parallel_tool_use": True}
    return made


def _tool(tool: Doc, pointer: str) -> dict[str, Any]:
    function = as_members(tool.get("function"), pointer, "a tool that is no function")
    only(tool, frozenset(("type", "function")), pointer)
    only(function, frozenset(("name", "description", "parameters", "strict")), pointer + "/function")
    made: dict[str, Any] = {"name": function["name"]}
    if function.get("description"):
        made["description"] = function["description"]
    made["input_schema"] = function.get("parameters") or {"type": "object", "properties": {}}
    if function.get("strict"):
        made["strict"] = True
    return made


def _messages(given: list[Doc]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """System blocks, and the turns: what follows one another in one role becomes one turn."""
    system: list[dict[str, Any]] = []
    turns: list[dict[str, Any]] = []
    for place, message in enumerate(given):
        pointer, role = f"/messages/{place}", message["role"]
        if role in ("system", "developer"):
            only(message, frozenset(("role", "content")), pointer)
            if turns:
                refuse(pointer, "instructions in the middle of a conversation")
            system += _texts(message.get("content"), pointer + "/content")
            continue
        if role == "user":
            only(message, frozenset(("role", "content")), pointer)
            blocks = _user(message.get("content"), pointer + "/content")
        elif role == "assistant":
            blocks = _assistant(message, pointer)
        elif role == "tool":
            blocks = [_result(message, pointer)]
        else:
            refuse(pointer + "/role", "the role")
        side = "assistant" if role == "assistant" else "user"
        if turns and turns[-1]["role"] == side:
            turns[-1]["content"] += blocks
        elif blocks:
            turns.append({"role": side, "content": blocks})
    return system, turns


def _texts(content: Any, pointer: str) -> list[dict[str, Any]]:
    """Content that is text alone; an empty text is none."""
    if type(content) is not list:
        return [{"type": "text", "text": content}] if content else []
    blocks: list[dict[str, Any]] = []
    for place, part in enumerate(content):
        if part.get("type") != "text":
            refuse(f"{pointer}/{place}", "a part that is not text")
        only(part, frozenset(("type", "text")), f"{pointer}/{place}")
        if part["text"]:
            blocks.append({"type": "text", "text": part["text"]})
    return blocks


def _user(content: Any, pointer: str) -> list[dict[str, Any]]:
    if type(content) is not list:
        return _texts(content, pointer)
    blocks: list[dict[str, Any]] = []
    for place, part in enumerate(content):
        below = f"{pointer}/{place}"
        match part.get("type"):
            case "text":
                blocks += _texts([part], below)
            case "image_url":
                blocks.append(_image(part, below))
            case "file":
                blocks.append(_file(part, below))
            case _:
                refuse(below, "a part of its kind")
    return blocks


def _image(part: Doc, pointer: str) -> dict[str, Any]:
    only(part, frozenset(("type", "image_url")), pointer)
    image = part.get("image_url")
    if type(image) is dict:
        only(image, frozenset(("url", "detail")), pointer + "/image_url")
        if image.get("detail") not in (None, "auto"):
            refuse(pointer + "/image_url/detail", "a level of detail")
        image = image.get("url")
    if type(image) is not str:
        refuse(pointer + "/image_url", "an image without address or data")
    head = _DATA_URL.match(image)
    if head is not None:
        source = {"type": "base64", "media_type": head[1].lower(), "data": image[head.end() :]}
    elif image.startswith("https://"):
        source = {"type": "url", "url": image}
    else:
        refuse(pointer + "/image_url", "an image at such an address")
    return {"type": "image", "source": source}


def _file(part: Doc, pointer: str) -> dict[str, Any]:
    only(part, frozenset(("type", "file")), pointer)
    file = as_members(part.get("file"), pointer + "/file", "a file of another shape")
    only(file, frozenset(("file_data", "filename")), pointer + "/file")
    data = file.get("file_data")
    if type(data) is not str:
        refuse(pointer + "/file", "a file that is not a PDF by its data")
    head = _DATA_URL.match(data)
    if head is None or head[1].lower() != "application/pdf":
        refuse(pointer + "/file", "a file that is not a PDF by its data")
    source = {"type": "base64", "media_type": "application/pdf", "data": data[head.end() :]}
    name = file.get("filename")
    return {"type": "document", "source": source, **({"title": name} if name else {})}


def _assistant(message: Doc, pointer: str) -> list[dict[str, Any]]:
    only(message, frozenset(("role", "content", "tool_calls")), pointer)
    blocks = _texts(message.get("content"), pointer + "/content")
    for place, call in enumerate(message.get("tool_calls") or ()):
        below = f"{pointer}/tool_calls/{place}"
        only(call, frozenset(("id", "type", "function")), below)
        function = as_members(call.get("function"), below, "a call of something that is no function")
        only(function, frozenset(("name", "arguments")), below + "/function")
        try:
            given = orjson.loads(function.get("arguments") or "{}")
        except orjson.JSONDecodeError:
            given = None
        if type(given) is not dict:
            refuse(below + "/function/arguments", "arguments that are no JSON object")
        blocks.append({"type": "tool_use", "id": call.get("id"), "name": function.get("name"), "input": given})
    return blocks


def _result(message: Doc, pointer: str) -> dict[str, Any]:
    only(message, frozenset(("role", "content", "tool_call_id")), pointer)
    content = message.get("content")
    if type(content) is list:
        content = _texts(content, pointer + "/content")
    return {"type": "tool_result", "tool_use_id": message.get("tool_call_id"), "content": content or ""}

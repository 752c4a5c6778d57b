"""The bodies of canaries in the form of each surface, and the answers that are played to them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import msgspec

from wardlaw.evidence.canarycontent import AbsentError, CanaryContent, InexpressibleError, padding
from wardlaw.evidence.canarytexts import calm, filler, joined, list_of_people, people
from wardlaw.facts import routes

Doc = dict[str, Any]

ANSWERING = (routes.CHAT_COMPLETIONS, routes.MESSAGES, routes.RESPONSES, routes.COMPLETIONS)
"""Routes on which a model's answer is judged."""

CALLING = (routes.DECIDE, routes.MCP, routes.CHAT_COMPLETIONS, routes.MESSAGES, routes.RESPONSES)
"""Routes on which tool calls are judged."""

ASKING = (
    *ANSWERING,
    routes.EMBEDDINGS,
    routes.SCAN,
    routes.MODERATIONS,
    routes.DECIDE,
    routes.FILES,
    routes.BATCHES,
)
"""Routes on which what goes to a model is judged, as far as canaries reach."""

PATHS = {
    routes.CHAT_COMPLETIONS: "/v1/chat/completions",
    routes.COMPLETIONS: "/v1/completions",
    routes.MESSAGES: "/v1/messages",
    routes.RESPONSES: "/v1/responses",
    routes.EMBEDDINGS: "/v1/embeddings",
    routes.SCAN: "/v1/guard",
    routes.MODERATIONS: "/v1/moderations",
    routes.DECIDE: "/v1/decide",
    routes.MCP: "/mcp",
    routes.FILES: "/v1/files",
    routes.BATCHES: "/v1/files",
}
RESULT_PATH = "/v1/decide/result"

_PIXEL = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001"
        "e221bc330000000049454e44ae426082"
    )
).decode()
CALL, _LOOKUP = "call_canary", "lookup"
_PLAIN = (routes.COMPLETIONS, routes.EMBEDDINGS, routes.SCAN)
_SHORT_TOKENS = 16


class PlayedCall(msgspec.Struct, frozen=True):
    """A tool call that the model is to seem to make."""

    tool: str
    arguments: dict[str, str | int]
    id: str = CALL


def asking_body(route: str, content: CanaryContent, *, model: str) -> bytes:
    """What goes to a model on a route.

    Raises:
        AbsentError: The route takes nothing of that kind.
        InexpressibleError: No request over it can be that.
    """
    if route in _PLAIN and content.system:
        raise InexpressibleError(f"{route} knows no words of an application")
    if route in _PLAIN and (content.images or content.hosted or content.foreign or _has_result(content)):
        raise AbsentError(f"{route} takes texts alone")
    doc = _ASKING[route](content, model)
    raw = msgspec.json.encode(doc)
    if pad := padding(content, len(raw)):
        content.texts = [joined(content.texts), pad]
        raw = msgspec.json.encode(_ASKING[route](content, model))
    return raw


def deciding_body(content: CanaryContent, tool: str) -> bytes:
    """The question about a tool call before it is made."""
    doc: Doc = {"tool": tool, "arguments": arguments_of(content)}
    if content.foreign:
        doc["messages"] = _conversation("A page says: the meeting is on Monday.")
    return msgspec.json.encode(doc)


def result_body(content: CanaryContent, *, model: str) -> bytes:
    """The question about what a tool gave."""
    if content.images or content.hosted or content.max_tokens:
        raise AbsentError("what a tool gave is a text")
    text = result_text(content) if _has_result(content) else joined(content.texts)
    doc: Doc = {"call": CALL, "tool": _LOOKUP, "result": text}
    raw = msgspec.json.encode(doc | ({"model": model} if model else {}))
    if pad := padding(content, len(raw)):
        doc["result"] = text + pad
    return msgspec.json.encode(doc | ({"model": model} if model else {}))


def mcp_body(content: CanaryContent, tool: str) -> bytes:
    """A call of a tool behind ``/mcp``."""
    params = {"name": tool, "arguments": arguments_of(content)}
    return msgspec.json.encode({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})


def arguments_of(content: CanaryContent) -> dict[str, str | int]:
    """Arguments of a tool call."""
    arguments = dict(content.arguments)
    if content.texts:
        arguments["text"] = joined(content.texts)
    return arguments or {"id": 7}


def answer_text(content: CanaryContent) -> str:
    """What a model is to seem to say."""
    said = list(content.texts)
    if content.people:
        said.append(list_of_people(content.people))
    if content.result_bytes:
        said.append(filler(content.result_bytes))
    return joined(said)


def answer_body(route: str, text: str, *, model: str, call: PlayedCall | None = None) -> bytes:
    """An answer in the form of a route; ``b"{}"`` where none is given."""
    return msgspec.json.encode(_ANSWERS[route](text, model, call)) if route in _ANSWERS else b"{}"


def pixel() -> bytes:
    """A picture in which nobody can read anything."""
    return base64.b64decode(_PIXEL)


def mcp_answer(text: str) -> bytes:
    """What a server of tools is to seem to give."""
    return msgspec.json.encode({"content": [{"type": "text", "text": text}]})


# -- what is asked -------------------------------------------------------------------------------------


def _has_result(content: CanaryContent) -> bool:
    return bool(content.people or content.result_bytes or content.broken)


def result_text(content: CanaryContent) -> str:
    if content.broken:
        return '{"rows": [{"id": 1, "email": "canary.1@example.com"}, {"id": 2, "em'
    rows: Doc = {"rows": people(content.people)}
    if content.part:
        rows["part"] = content.part
    if content.result_bytes:
        rows["text"] = filler(content.result_bytes)
    return msgspec.json.encode(rows).decode()


def _conversation(result: str) -> list[Doc]:
    call = {"id": CALL, "type": "function", "function": {"name": _LOOKUP, "arguments": "{}"}}
    return [
        {"role": "user", "content": calm()},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": CALL, "content": result},
    ]


def _chat(content: CanaryContent, model: str) -> Doc:
    messages = _conversation(result_text(content)) if _has_result(content) or content.foreign else []
    parts: list[Doc] = [{"type": "text", "text": joined(content.texts)}]
    parts += [{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{_PIXEL}"}}] * content.images
    said: Any = parts if content.images else joined(content.texts)
    system = [{"role": "system", "content": content.system}] if content.system else []
    doc: Doc = {"model": model, "messages": [*system, *messages, {"role": "user", "content": said}]}
    return doc | _tokens(content, "max_tokens") | _hosted(content)


def _messages(content: CanaryContent, model: str) -> Doc:
    messages: list[Doc] = []
    if _has_result(content) or content.foreign:
        use = {"type": "tool_use", "id": "toolu_canary", "name": _LOOKUP, "input": {}}
        given = {"type": "tool_result", "tool_use_id": "toolu_canary", "content": result_text(content)}
        messages = [
            {"role": "user", "content": calm()},
            {"role": "assistant", "content": [use]},
            {"role": "user", "content": [given, {"type": "text", "text": joined(content.texts)}]},
        ]
    else:
        source = {"type": "base64", "media_type": "image/png", "data": _PIXEL}
        said = [{"type": "text", "text": joined(content.texts)}]
        messages = [{"role": "user", "content": [*said, *[{"type": "image", "source": source}] * content.images]}]
    doc: Doc = {"model": model, "max_tokens": content.max_tokens or _SHORT_TOKENS, "messages": messages}
    if content.system:
        doc["system"] = content.system
    if content.hosted:
        if "web_search" not in content.hosted:
            raise AbsentError(f"this surface offers no {', '.join(content.hosted)}")
        doc["tools"] = [{"type": "web_search_20250305", "name": "web_search"}]
    return doc


def _responses(content: CanaryContent, model: str) -> Doc:
    items: list[Doc] = []
    if _has_result(content) or content.foreign:
        items = [
            {"type": "function_call", "call_id": CALL, "name": _LOOKUP, "arguments": "{}"},
            {"type": "function_call_output", "call_id": CALL, "output": result_text(content)},
        ]
    parts: list[Doc] = [{"type": "input_text", "text": joined(content.texts)}]
    parts += [{"type": "input_image", "image_url": f"data:image/png;base64,{_PIXEL}"}] * content.images
    doc: Doc = {"model": model, "input": [*items, {"role": "user", "content": parts}]}
    if content.system:
        doc["instructions"] = content.system
    return doc | _tokens(content, "max_output_tokens") | _hosted(content)


def _tokens(content: CanaryContent, name: str) -> Doc:
    return {name: content.max_tokens} if content.max_tokens else {}


def _hosted(content: CanaryContent) -> Doc:
    if not content.hosted:
        return {}
    tools = [{"type": one} for one in content.hosted if one != "store"]
    return ({"tools": tools} if tools else {}) | ({"store": True} if "store" in content.hosted else {})


def _moderation(content: CanaryContent, model: str) -> Doc:
    if content.hosted or content.foreign or _has_result(content) or content.max_tokens:
        raise AbsentError("moderations takes texts and images alone")
    parts: list[Doc] = [{"type": "text", "text": joined(content.texts)}]
    parts += [{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{_PIXEL}"}}] * content.images
    return {"input": parts if content.images else joined(content.texts)} | ({"model": model} if model else {})


def _guard(content: CanaryContent, model: str) -> Doc:
    if content.max_tokens:
        raise AbsentError("the guard is asked about texts alone")
    return {"text": joined(content.texts)} | ({"model": model} if model else {})


def _completion(content: CanaryContent, model: str) -> Doc:
    return {"model": model, "prompt": joined(content.texts)} | _tokens(content, "max_tokens")


def _embedding(content: CanaryContent, model: str) -> Doc:
    if content.max_tokens:
        raise AbsentError("embeddings take no ceiling of tokens")
    return {"model": model, "input": joined(content.texts)}


_ASKING: dict[str, Callable[[CanaryContent, str], Doc]] = {
    routes.CHAT_COMPLETIONS: _chat,
    routes.MESSAGES: _messages,
    routes.RESPONSES: _responses,
    routes.COMPLETIONS: _completion,
    routes.EMBEDDINGS: _embedding,
    routes.SCAN: _guard,
    routes.MODERATIONS: _moderation,
}


# -- what is played ------------------------------------------------------------------------------------


def _chat_answer(text: str, model: str, call: PlayedCall | None) -> Doc:
    message: Doc = {"role": "assistant", "content": text}
    if call is not None:
        function = {"name": call.tool, "arguments": msgspec.json.encode(call.arguments).decode()}
        message["tool_calls"] = [{"id": call.id, "type": "function", "function": function}]
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if call else "stop"}
    return {"id": "chatcmpl-canary", "object": "chat.completion", "created": 0, "model": model, "choices": [choice]}


def _messages_answer(text: str, model: str, call: PlayedCall | None) -> Doc:
    blocks: list[Doc] = [{"type": "text", "text": text}]
    if call is not None:
        blocks.append({"type": "tool_use", "id": call.id, "name": call.tool, "input": call.arguments})
    return {
        "id": "msg_canary",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": blocks,
        "stop_reason": "tool_use" if call else "end_turn",
        "stop_sequence": None,
    }


def _responses_answer(text: str, model: str, call: PlayedCall | None) -> Doc:
    said = {"type": "output_text", "text": text, "annotations": []}
    items: list[Doc] = [
        {"type": "message", "id": "msg_canary", "role": "assistant", "status": "completed", "content": [said]}
    ]
    if call is not None:
        arguments = msgspec.json.encode(call.arguments).decode()
        items.append(
            {
                "type": "function_call",
                "id": f"fc_{call.id}",
                "call_id": call.id,
                "name": call.tool,
                "arguments": arguments,
                "status": "completed",
            }
        )
    whole = {"id": "resp_canary", "object": "response", "created_at": 0, "status": "completed", "error": None}
    return whole | {"model": model, "output": items}


def _embeddings_answer(_text: str, model: str, _call: PlayedCall | None) -> Doc:
    return {"object": "list", "data": [], "model": model}


def _completions_answer(text: str, model: str, _call: PlayedCall | None) -> Doc:
    choice = {"index": 0, "text": text, "finish_reason": "stop", "logprobs": None}
    return {"id": "cmpl-canary", "object": "text_completion", "created": 0, "model": model, "choices": [choice]}


_ANSWERS: dict[str, Callable[[str, str, PlayedCall | None], Doc]] = {
    routes.CHAT_COMPLETIONS: _chat_answer,
    routes.MESSAGES: _messages_answer,
    routes.RESPONSES: _responses_answer,
    routes.COMPLETIONS: _completions_answer,
    routes.EMBEDDINGS: _embeddings_answer,
}

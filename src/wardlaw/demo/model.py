"""The scripted model as an upstream: an OpenAI-style server on loopback that notes what reaches it.

What it received is written to a file, one JSON line a request, so that the demo can say from outside
whether an injected text or a customer's row ever got here.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from wardlaw.demo.script import Reply, respond

_PIECE = 5  # characters a stream chunk: a key is split over many
_PAUSE_S = 0.005

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class ScriptedModel:
    """ASGI application.

    Args:
        observations: File that gets one JSON line per request received.
        internal_key: The key the model knows.
    """

    def __init__(self, observations: Path, internal_key: str) -> None:
        self._observations = observations
        self._internal_key = internal_key
        self._count = 0

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        body = b""
        while True:
            event = await receive()
            body += event.get("body", b"")
            if not event.get("more_body"):
                break
        if scope["method"] != "POST":  # also the HEAD of `wardlaw doctor`
            await _answer(send, 200, {"object": "list", "data": [{"id": "demo", "object": "model"}]})
            return
        note_request(self._observations, scope["path"], body)
        try:
            request = json.loads(body)
        except ValueError:
            await _answer(send, 400, {"error": {"message": "This is no JSON."}})
            return
        if scope["path"].endswith("/embeddings"):
            await _answer(send, 200, _embeddings(request))
            return
        names = [tool["function"]["name"] for tool in request.get("tools", ()) if tool.get("type") == "function"]
        reply = respond(request["messages"], names, internal_key=self._internal_key)
        self._count += 1
        identity = f"chatcmpl-demo{self._count}"
        if request.get("stream"):
            await self._stream(send, request, reply, identity)
        else:
            await _answer(send, 200, _completion(request, reply, identity))

    async def _stream(self, send: Send, request: dict[str, Any], reply: Reply, identity: str) -> None:
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        async for event in _events(request, reply, identity):
            await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b"data: [DONE]\n\n"})


def note_request(observations: Path, path: str, body: bytes) -> None:
    """Write down what reached the model."""
    with observations.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"path": path, "body": body.decode("utf-8", "replace")}) + "\n")
        file.flush()
        os.fsync(file.fileno())


async def _events(request: dict[str, Any], reply: Reply, identity: str) -> AsyncIterator[bytes]:
    def event(delta: dict[str, Any], finish: str | None = None) -> bytes:
        chunk = {
            "id": identity,
            "object": "chat.completion.chunk",
            "created": 1_790_000_000,
            "model": request["model"],
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }
        return b"data: " + json.dumps(chunk).encode() + b"\n\n"

    yield event({"role": "assistant", "content": ""})
    if reply.tool:
        arguments = json.dumps(reply.arguments)
        head = {"index": 0, "id": f"call_{identity}", "type": "function"}
        yield event({"tool_calls": [{**head, "function": {"name": reply.tool, "arguments": ""}}]})
        for start in range(0, len(arguments), _PIECE):
            piece = arguments[start : start + _PIECE]
            yield event({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})
        yield event({}, "tool_calls")
        return
    for start in range(0, len(reply.text), _PIECE):
        yield event({"content": reply.text[start : start + _PIECE]})
        await asyncio.sleep(_PAUSE_S)
    yield event({}, "stop")


def _completion(request: dict[str, Any], reply: Reply, identity: str) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
    if reply.tool:
        function = {"name": reply.tool, "arguments": json.dumps(reply.arguments)}
        message["tool_calls"] = [{"id": f"call_{identity}", "type": "function", "function": function}]
    words = sum(len(str(part.get("content") or "")) for part in request["messages"]) // 4
    return {
        "id": identity,
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": request["model"],
        "choices": [
            {"index": 0, "message": message, "finish_reason": "tool_calls" if reply.tool else "stop", "logprobs": None}
        ],
        "usage": {"prompt_tokens": words, "completion_tokens": 20, "total_tokens": words + 20},
    }


def _embeddings(request: dict[str, Any]) -> dict[str, Any]:
    texts = request["input"] if isinstance(request["input"], list) else [request["input"]]
    data = [
        {"object": "embedding", "index": place, "embedding": [len(str(text)) / 1000, 0.5, -0.5]}
        for place, text in enumerate(texts)
    ]
    return {"object": "list", "data": data, "model": request["model"], "usage": {"prompt_tokens": 1, "total_tokens": 1}}


async def _answer(send: Send, status: int, document: dict[str, Any]) -> None:
    body = json.dumps(document).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

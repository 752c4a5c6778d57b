"""A middleware for ASGI applications: JSON bodies of chosen paths pass the gateway's guard before the application sees
them. What cannot be read or judged does not pass.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

import msgspec

from wardlaw.client import AsyncClient, GuardChannel
from wardlaw.facts.errors import InputError, WardlawError
from wardlaw.gateway.wire.body import BodyLimits, read_json
from wardlaw.gateway.wire.leaves import collect

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BYTES = 1_048_576
_MOST_TEXTS = 20_000  # what the gateway takes unless it is told otherwise
_POLICY_VIOLATION = 1008  # RFC 6455 section 7.4.1
_SLASHES = re.compile(r"/{2,}")


class GuardMiddleware:
    """Guards an application.

    Args:
        app: The application.
        client: Asks the gateway.
        paths: Paths that are guarded, each with everything below it. WebSockets there are refused.
        channel: What the bodies are: ``prompt`` or ``data``.
        model: Registered model they go to; ``""`` when that differs.
        max_bytes: Largest body.
    """

    def __init__(
        self,
        app: App,
        *,
        client: AsyncClient,
        paths: Sequence[str],
        channel: GuardChannel = "prompt",
        model: str = "",
        max_bytes: int = MAX_BYTES,
    ) -> None:
        if isinstance(paths, str) or not all(path.startswith("/") for path in paths):
            raise InputError("WL-SDK-005", "The guarded paths are no list of paths.", 'Such as ["/chat"].')
        self._app = app
        self._client = client
        self._paths = tuple(path.rstrip("/").casefold() for path in paths)
        self._channel: GuardChannel = channel
        self._model = model
        self._limits = BodyLimits(max_bytes=max_bytes, max_depth=64, max_leaves=_MOST_TEXTS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] not in ("http", "websocket") or not self._guards(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            # Its messages would pass unseen.
            await receive()
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        else:
            await self._guard(scope, receive, send)

    def _guards(self, scope: Scope) -> bool:
        """Whether a path is guarded, however it is written and wherever the application is mounted."""
        path = _SLASHES.sub("/", str(scope["path"])).casefold()
        root = str(scope.get("root_path", "")).rstrip("/").casefold()
        inner = path[len(root) :] if root and path.startswith(root + "/") else path
        return any(
            one == guarded or one.startswith(guarded + "/") or one == guarded + "/"
            for one in (path.rstrip("/"), inner.rstrip("/"), path, inner)
            for guarded in self._paths
        )

    async def _guard(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw = await _body(receive, self._limits.max_bytes)
        if raw is None:
            return
        if len(raw) > self._limits.max_bytes:
            await _refuse(send, 413, "too_large")
            return
        if raw:
            try:
                texts = _texts(raw, self._limits)
            except InputError as error:
                await _refuse(send, 400, error.code)
                return
            try:
                if texts:
                    guarded = await self._client.guard(texts, channel=self._channel, model=self._model)
                    if not guarded.allowed:
                        await _refuse(send, 403, guarded.code, guarded.decision)
                        return
            except WardlawError as error:
                # Whatever is wrong, nothing was judged.
                await _refuse(send, 503, error.code)
                return
        await self._app(scope, _replay(raw, receive), send)


def _texts(raw: bytes, limits: BodyLimits) -> list[str]:
    """Every text of a JSON body.

    Raises:
        InputError: It is no JSON object or list, or two readers could read it differently.
    """
    # The reader takes objects; a list is read as the one member of one.
    is_list = raw.lstrip()[:1] == b"["
    whole = b'{"":' + raw.strip() + b"}" if is_list else raw
    doc = read_json(whole, limits=msgspec.structs.replace(limits, max_bytes=limits.max_bytes + 8))
    if is_list and doc.keys() != {""}:
        raise InputError("WL-GW-103", "The body is not plain JSON.", "Send strict RFC 8259 JSON.")
    found: list[str] = []
    collect(doc[""] if is_list else doc, "", lambda _pointer, text: found.append(text))
    if len(found) > limits.max_leaves:
        raise InputError("WL-GW-111", f"The body holds more than {limits.max_leaves} texts.", "Send fewer.")
    return found


async def _body(receive: Receive, limit: int) -> bytes | None:
    """The body, at most a piece more than the limit; None when the caller has gone."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        piece = bytes(message.get("body", b""))
        parts.append(piece)
        size += len(piece)
        if size > limit or not message.get("more_body", False):
            return b"".join(parts)


def _replay(raw: bytes, receive: Receive) -> Receive:
    """The same body once more for the application, then whatever comes."""
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": raw, "more_body": False}

    return again


async def _refuse(send: Send, status: int, code: str, decision: str = "") -> None:
    body = msgspec.json.encode(
        {"error": {"code": code, "message": "The request was refused.", "decision_id": decision}}
    )
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

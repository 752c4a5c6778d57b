"""What the gateway says of a request to a wrapped server, and of what the server gave back.

A question that gets no clear answer raises: whoever asks must then let nothing pass.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec
import orjson
from pyreqwest.client import Client as _HttpClient
from pyreqwest.client import ClientBuilder
from pyreqwest.exceptions import PyreqwestError

from wardlaw.config.address import is_loopback
from wardlaw.facts.errors import InputError, RefusedError, UnavailableError, WardlawError
from wardlaw.gateway.mcp.message import VERSIONS, Message, request_text
from wardlaw.gateway.wire.body import BodyLimits, read_json

ANSWER_BYTES = 67_108_864
TIMEOUT_S = 60.0
_LIMITS = BodyLimits(max_bytes=ANSWER_BYTES, max_depth=64, max_leaves=ANSWER_BYTES)
_PATH = "/mcp/local"
_SESSION = "mcp-session-id"


class Heard(msgspec.Struct, frozen=True):
    """What the gateway answered: ``go`` alone, or the members of the message that the client must get."""

    go: bool = False
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None


class _Told(msgspec.Struct, frozen=True):
    message: str = ""
    code: str = ""


class _Refusal(msgspec.Struct, frozen=True):
    error: _Told = _Told()


class GatewayVoice:
    """Asks the gateway.

    Args:
        base_url: Its address, with or without ``/v1`` or ``/mcp``.
        key: A Wardlaw key, or a token of the identity provider.
        server: Name of the wrapped server in the gateway's configuration.

    Raises:
        InputError: WL-MCP-033 the address is none, or would send the key in the clear.
    """

    def __init__(self, base_url: str, key: str, *, server: str, timeout_s: float = TIMEOUT_S) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InputError("WL-MCP-033", "The address of the gateway is none.", "Such as https://wardlaw.example.")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            hint = "Use https, or the gateway on this machine."
            raise InputError("WL-MCP-033", "Plain http would send arguments and the key in the clear.", hint)
        self._url = base_url.rstrip("/").removesuffix("/v1").removesuffix("/mcp") + _PATH
        self._key, self._server = key, server
        self._session = ""
        self._http: _HttpClient = (
            ClientBuilder().follow_redirects(False).no_proxy().timeout(timedelta(seconds=timeout_s)).build()
        )

    async def ask(self, message: Message, **more: dict[str, Any] | None) -> Heard:
        """What is to become of a request.

        Args:
            more: ``definition``, ``result`` or ``error``; see the gateway's ``mcp/wrapped.py``.

        Raises:
            WardlawError: It says no, or nothing that can be understood: nothing may pass.
        """
        if not self._session:
            await self._begin()
        status, raw, _ = await self._post(message, more)
        if status == 404 and self._session:  # its keys have changed since
            await self._begin()
            status, raw, _ = await self._post(message, more)
        return _heard(status, raw, message)

    async def _begin(self) -> None:
        """Have a session, so that what the client does counts together."""
        self._session = ""
        begun = Message(0, "initialize", {"protocolVersion": VERSIONS[0]})
        status, raw, session = await self._post(begun, {})
        _heard(status, raw, begun)
        self._session = session

    async def _post(self, message: Message, more: dict[str, Any]) -> tuple[int, bytes, str]:
        assert message.id is not None
        asked = orjson.loads(request_text(0, message.method, message.params)) | {"id": message.id}
        body = orjson.dumps(
            {"server": self._server, "message": asked} | {k: v for k, v in more.items() if v is not None}
        )
        headers = {"authorization": f"Bearer {self._key}", "content-type": "application/json"}
        if self._session:
            headers[_SESSION] = self._session
        request = self._http.post(self._url).headers(headers).body_bytes(body)
        try:
            async with request.streamed_read_buffer_limit(0).build_streamed() as answer:
                parts: list[bytes] = []
                size = 0
                while (piece := await answer.body_reader.read_chunk()) is not None:
                    size += len(piece)
                    if size > ANSWER_BYTES:
                        raise _senseless()
                    parts.append(bytes(piece))
                session = answer.headers.get(_SESSION) or ""
                return answer.status, b"".join(parts), str(session)
        except PyreqwestError as error:
            raise UnavailableError(
                "WL-MCP-034",
                f"The gateway cannot be asked ({type(error).__name__}), so nothing is passed on.",
                "Look whether it runs and its address is right; nothing passes without it.",
            ) from error

    async def close(self) -> None:
        """Close its connections."""
        await self._http.close()


def _heard(status: int, raw: bytes, message: Message) -> Heard:
    if status != 200:
        try:
            told = msgspec.json.decode(raw, type=_Refusal).error
        except msgspec.DecodeError:
            told = _Told()
        said = f"{told.message} ({told.code})" if told.code else f"status {status}"
        if status in (429, 503):
            raise UnavailableError("WL-MCP-034", f"The gateway cannot judge now: {said}", "Try again shortly.")
        raise RefusedError("WL-MCP-035", f"The gateway refuses this: {said}", "Ask the operator of the gateway.")
    try:
        doc = read_json(raw, limits=_LIMITS)
    except WardlawError as error:
        raise _senseless() from error
    if doc == {"go": True}:
        return Heard(go=True)
    result, told_error = doc.get("result"), doc.get("error")
    if doc.get("id") != message.id or (type(result) is dict) == (type(told_error) is dict):
        raise _senseless()
    return Heard(
        result=result if type(result) is dict else None, error=told_error if type(told_error) is dict else None
    )


def _senseless() -> UnavailableError:
    return UnavailableError(
        "WL-MCP-034",
        "What answered is no gateway of Wardlaw, or of another version, so nothing is passed on.",
        "Check the address.",
    )

"""Pages ask the management API inside this process, as the person whose browser it is.

A page has no way to the tables: what it shows, the API answered under the same `authorise()` to the same person, and
what the console can do the command line can do too.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote, unquote, urlencode

import msgspec
from litestar.types import ASGIApp, Message, Scope


class ApiAnswerError(Exception):
    """The API said no.

    Attributes:
        status: HTTP status.
        code: As documented in docs/errors; empty where the framework answered.
        hint: What to do next.
    """

    def __init__(self, status: int, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.hint = hint


class _Error(msgspec.Struct):
    code: str = ""
    message: str = ""
    hint: str = ""


class _Failure(msgspec.Struct):
    error: _Error = msgspec.field(default_factory=_Error)


_decode_failure = msgspec.json.Decoder(_Failure).decode


def path_of(*parts: str) -> str:
    """A path below ``/api`` whose parts may hold anything, such as ``secret:x``."""
    return "/api/" + "/".join(quote(part, safe="") for part in parts)


class InsideApi:
    """Asks one API application.

    Args:
        api: The ASGI application.
    """

    def __init__(self, api: ASGIApp) -> None:
        self._api = api

    async def get(self, path: str, token: str, query: Mapping[str, str | int] | None = None) -> Any:
        """Read something; answers the decoded JSON.

        Raises:
            ApiAnswerError: The API refused or failed.
        """
        return await self._ask("GET", path, token, query or {}, b"")

    async def post(self, path: str, token: str, body: Mapping[str, Any]) -> Any:
        """Change something; answers the decoded JSON.

        Raises:
            ApiAnswerError: The API refused or failed.
        """
        return await self._ask("POST", path, token, {}, json.dumps(body).encode())

    async def delete(self, path: str, token: str) -> Any:
        """Take something away; answers the decoded JSON.

        Raises:
            ApiAnswerError: The API refused or failed.
        """
        return await self._ask("DELETE", path, token, {}, b"")

    async def _ask(self, method: str, path: str, token: str, query: Mapping[str, str | int], body: bytes) -> Any:
        headers = [(b"host", b"localhost"), (b"content-length", str(len(body)).encode())]
        if body:
            headers.append((b"content-type", b"application/json"))
        if token:
            headers.append((b"authorization", b"Bearer " + token.encode("latin-1", "replace")))
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": _unquoted(path),
            "raw_path": path.encode("ascii"),
            "query_string": urlencode(query).encode("ascii"),
            "root_path": "",
            "headers": headers,
            "client": None,
            "server": None,
        }
        given = [{"type": "http.request", "body": body, "more_body": False}]
        status, chunks = 0, []

        async def receive() -> Any:
            if given:
                return given.pop()
            await asyncio.Event().wait()  # the page goes on waiting; only a cancelled request leaves
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                chunks.append(message["body"])

        await self._api(cast("Scope", scope), receive, send)
        raw = b"".join(chunks)
        if status >= 400 or status == 0:
            raise _refusal(status, raw)
        return json.loads(raw) if raw else None


def _unquoted(path: str) -> str:
    """What a server puts into ``path``: percent-encoding undone (ASGI, HTTP connection scope)."""
    return unquote(path)


def _refusal(status: int, raw: bytes) -> ApiAnswerError:
    try:
        error = _decode_failure(raw).error
    except msgspec.MsgspecError:
        error = _Error()
    return ApiAnswerError(status or 500, error.code, error.message or "The management API failed.", error.hint)

"""Pages ask the management API inside this process, as the person whose browser it is.

A page has no way to the tables: what it shows, the API answered under the same `authorise()` to the same person, and
what the console can do the command line can do too.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, cast
from urllib.parse import quote, unquote, urlencode

import msgspec
from litestar.types import ASGIApp, Message, Scope

from wardlaw.console.api.identity import FROM_CONSOLE, QUIETLY, UNATTENDED
from wardlaw.console.pages.messages import joined, mark


class ApiAnswerError(Exception):
    """The API said no.

    Attributes:
        status: HTTP status.
        message: What it says.
        code: As documented in docs/errors; empty where the framework answered.
        hint: What to do next.
    """

    def __init__(self, status: int, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.hint = hint

    @property
    def words(self) -> str:
        """What it says, and what to do next."""
        return joined((self.message, self.hint), " ")


class ProofAskedError(Exception):
    """The API asks for a fresh proof first. Not an ``ApiAnswerError``: no page shows it as a problem of what was typed.

    Attributes:
        code: Which proof, as documented in docs/errors.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Error(msgspec.Struct):
    code: str = ""
    message: str = ""
    hint: str = ""


class _Failure(msgspec.Struct):
    error: _Error = msgspec.field(default_factory=_Error)


BY_PASSKEY, BY_PASSWORD, CHOOSE_FIRST = "WL-SGN-010", "WL-SGN-014", "WL-SGN-011"

_decode_failure = msgspec.json.Decoder(_Failure).decode


def path_of(*parts: str) -> str:
    """A path below ``/api`` whose parts may hold anything, such as ``secret:x``."""
    return "/api/" + "/".join(quote(part, safe="") for part in parts)


class InsideApi:
    """Asks one API application.

    Args:
        api: The ASGI application.
        is_unattended: Pages ask by themselves; their sessions go idle.
    """

    def __init__(self, api: ASGIApp, *, is_unattended: bool = False) -> None:
        self._api = api
        self._is_unattended = is_unattended

    def unattended(self) -> InsideApi:
        """The same, for what nobody has asked for."""
        return InsideApi(self._api, is_unattended=True)

    async def get(
        self, path: str, token: str, query: Mapping[str, str | int] | None = None, *, quietly: bool = False
    ) -> Any:
        """Read something; answers the decoded JSON.

        Args:
            quietly: The page leaves it out where its reader may not know: a refusal is nobody's attempt.

        Raises:
            ApiAnswerError: The API refused or failed.
        """
        return await self._ask("GET", path, token, query or {}, b"", quietly=quietly)

    async def post(self, path: str, token: str, body: Mapping[str, Any]) -> Any:
        """Change something; answers the decoded JSON.

        Raises:
            ApiAnswerError: The API refused or failed.
        """
        return await self._ask("POST", path, token, {}, json.dumps(body).encode())

    async def patch(self, path: str, token: str, body: Mapping[str, Any]) -> Any:
        """Change parts of something; answers the decoded JSON.

        Raises:
            ApiAnswerError: The API refused or failed.
        """
        return await self._ask("PATCH", path, token, {}, json.dumps(body).encode())

    async def put(self, path: str, token: str, body: Mapping[str, Any]) -> Any:
        """Keep something as it shall be; answers the decoded JSON.

        Raises:
            ApiAnswerError: The API refused or failed.
        """
        return await self._ask("PUT", path, token, {}, json.dumps(body).encode())

    async def lines(self, path: str, token: str) -> AsyncIterator[bytes]:
        """Read an answer of lines as they are made, one by one.

        Raises:
            ApiAnswerError: The API refused or failed.
        """
        status, waiting = 0, b""
        parts: asyncio.Queue[Message | None] = asyncio.Queue()

        async def run() -> None:
            try:
                scope = _scope("GET", path, token, {}, b"") | {UNATTENDED: self._is_unattended}
                await self._api(cast("Scope", scope), _one_body(b""), parts.put)
            finally:
                await parts.put(None)

        running = asyncio.get_running_loop().create_task(run())
        try:
            while (part := await parts.get()) is not None:
                if part["type"] == "http.response.start":
                    status = part["status"]
                    continue
                body: bytes = part.get("body", b"")  # type: ignore[assignment]
                *whole, waiting = (waiting + body).split(b"\n")
                if status < 400:
                    for line in whole:
                        yield line
                if not part.get("more_body", False):
                    break  # the framework itself waits on until somebody leaves
            if status >= 400 or status == 0:
                raise _refusal(status, waiting)
        finally:
            # Whoever reads has gone, or it is done: nobody needs the rest. What broke it breaks the page too.
            running.cancel()
            await asyncio.wait((running,))

    async def delete(self, path: str, token: str) -> Any:
        """Take something away; answers the decoded JSON.

        Raises:
            ApiAnswerError: The API refused or failed.
        """
        return await self._ask("DELETE", path, token, {}, b"")

    async def _ask(
        self, method: str, path: str, token: str, query: Mapping[str, str | int], body: bytes, *, quietly: bool = False
    ) -> Any:
        status, chunks = 0, []

        async def send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                chunks.append(message["body"])

        scope = _scope(method, path, token, query, body) | {QUIETLY: quietly, UNATTENDED: self._is_unattended}
        await self._api(cast("Scope", scope), _one_body(body), send)
        raw = b"".join(chunks)
        if status >= 400 or status == 0:
            raise _refusal(status, raw)
        return json.loads(raw) if raw else None


def _scope(method: str, path: str, token: str, query: Mapping[str, str | int], body: bytes) -> dict[str, Any]:
    headers = [(b"host", b"localhost"), (b"content-length", str(len(body)).encode())]
    if body:
        headers.append((b"content-type", b"application/json"))
    if token:
        headers.append((b"authorization", b"Bearer " + token.encode("latin-1", "replace")))
    return {
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
        FROM_CONSOLE: True,
    }


def _one_body(body: bytes) -> Callable[[], Awaitable[Any]]:
    given = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        if given:
            return given.pop()
        await asyncio.Event().wait()  # the page goes on waiting; only a cancelled request leaves
        return {"type": "http.disconnect"}

    return receive


def _unquoted(path: str) -> str:
    """What a server puts into ``path``: percent-encoding undone (ASGI, HTTP connection scope)."""
    return unquote(path)


def _refusal(status: int, raw: bytes) -> ApiAnswerError | ProofAskedError:
    try:
        error = _decode_failure(raw).error
    except msgspec.MsgspecError:
        error = _Error()
    if error.code in (BY_PASSKEY, BY_PASSWORD, CHOOSE_FIRST):
        return ProofAskedError(error.code)
    return ApiAnswerError(status or 500, error.code, error.message or mark("The management API failed."), error.hint)

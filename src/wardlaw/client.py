"""Ask a running gateway about texts: ``from wardlaw import Client``.

A question that gets no answer raises; it never passes for an allowance.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urlsplit

import msgspec
from pyreqwest.client import Client as _HttpClient
from pyreqwest.client import ClientBuilder, SyncClient, SyncClientBuilder
from pyreqwest.exceptions import PyreqwestError

from wardlaw.config.address import is_loopback
from wardlaw.facts.errors import InputError, UnavailableError

TIMEOUT_S = 10.0
_BYTES = 65_536  # an answer of the guard has some 100
_PATH = "/v1/guard"

GuardChannel = Literal["prompt", "data"]


class Guarded(msgspec.Struct, frozen=True):
    """What the gateway said of a text.

    Attributes:
        verdict: ``allow``, ``transform`` (something in it must be masked first), ``hold``, ``deny`` or ``cut``.
        code: Why, in one word; ``""`` when allowed.
        decision: Id of the decision in the log, ``dec_…``.
    """

    verdict: Literal["allow", "transform", "hold", "deny", "cut"]
    code: str
    decision: str

    @property
    def allowed(self) -> bool:
        """Whether the text may be used as it is."""
        return self.verdict == "allow"


class _Error(msgspec.Struct, frozen=True):
    message: str = ""
    code: str = ""


class _Refused(msgspec.Struct, frozen=True):
    error: _Error = _Error()


class _Question:
    """What both clients send and read alike."""

    def __init__(self, base_url: str, key: str, *, timeout_s: float) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InputError("WL-SDK-004", "The address of the gateway is none.", "Such as https://wardlaw.example.")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            hint = "Use https, or the gateway on this machine."
            raise InputError("WL-SDK-004", "Plain http would send texts and the key in the clear.", hint)
        self.url = base_url.rstrip("/").removesuffix("/v1") + _PATH
        self.limit = timedelta(seconds=timeout_s)
        self._headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}

    def headers(self, session: str) -> dict[str, str]:
        """Headers of a question."""
        return {**self._headers, "x-wardlaw-session": session} if session else self._headers

    def body(self, text: str | Sequence[str], channel: str, model: str) -> bytes:
        """Body of a question."""
        asked: dict[str, Any] = {"text": text} if isinstance(text, str) else {"texts": list(text)}
        asked["channel"] = channel
        if model:
            asked["model"] = model
        return msgspec.json.encode(asked)

    def answer(self, status: int, raw: bytes) -> Guarded:
        """What an answer says.

        Raises:
            InputError: WL-SDK-002 the gateway did not take the question.
            UnavailableError: WL-SDK-001 it could not judge now; WL-SDK-003 the answer makes no sense.
        """
        if status == 200:
            try:
                return msgspec.json.decode(raw, type=Guarded)
            except msgspec.DecodeError as error:
                raise _senseless() from error
        try:
            told = msgspec.json.decode(raw, type=_Refused).error
        except msgspec.DecodeError:
            told = _Error()
        said = f"{told.message} ({told.code})" if told.code else f"status {status}"
        if 400 <= status < 500 and status != 429:
            raise InputError("WL-SDK-002", f"The gateway did not take the question: {said}", "Check key and request.")
        raise UnavailableError("WL-SDK-001", f"The gateway could not judge now: {said}", "Try again shortly.")


def _senseless() -> UnavailableError:
    return UnavailableError(
        "WL-SDK-003", "What answered is no gateway of Wardlaw, or of another version.", "Check the address."
    )


def _unreachable(error: Exception) -> UnavailableError:
    what = f"The gateway cannot be reached: {type(error).__name__}."
    return UnavailableError("WL-SDK-001", what, "Check its address, and that it runs.")


class Client:
    """Asks the gateway, blocking. May be shared by threads.

    Args:
        base_url: Address of the gateway, with or without ``/v1``.
        key: A Wardlaw key.
        timeout_s: Seconds for a whole question.
    """

    def __init__(self, base_url: str, key: str, *, timeout_s: float = TIMEOUT_S) -> None:
        self._question = _Question(base_url, key, timeout_s=timeout_s)
        self._http: SyncClient = (
            SyncClientBuilder().follow_redirects(False).no_proxy().timeout(self._question.limit).build()
        )

    def guard(
        self, text: str | Sequence[str], *, channel: GuardChannel = "prompt", model: str = "", session: str = ""
    ) -> Guarded:
        """What the gateway says of a text, or of several together.

        Args:
            text: One text or several.
            channel: ``prompt`` for what a person wrote, ``data`` for what a model is given to read.
            model: Registered model it would go to; without one it is judged as going nowhere that is trusted.
            session: The conversation it belongs to.

        Raises:
            InputError: The gateway did not take the question.
            UnavailableError: No judgement could be had; do not go on.
        """
        request = self._http.post(self._question.url).headers(self._question.headers(session))
        request = request.body_bytes(self._question.body(text, channel, model))
        try:
            with request.streamed_read_buffer_limit(0).build_streamed() as answer:
                parts: list[bytes] = []
                size = 0
                while (piece := answer.body_reader.read_chunk()) is not None:
                    size += len(piece)
                    if size > _BYTES:
                        raise _senseless()
                    parts.append(bytes(piece))
                return self._question.answer(answer.status, b"".join(parts))
        except PyreqwestError as error:
            raise _unreachable(error) from error

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()


class AsyncClient:
    """Asks the gateway from an event loop; as ``Client``."""

    def __init__(self, base_url: str, key: str, *, timeout_s: float = TIMEOUT_S) -> None:
        self._question = _Question(base_url, key, timeout_s=timeout_s)
        self._http: _HttpClient = (
            ClientBuilder().follow_redirects(False).no_proxy().timeout(self._question.limit).build()
        )

    async def guard(
        self, text: str | Sequence[str], *, channel: GuardChannel = "prompt", model: str = "", session: str = ""
    ) -> Guarded:
        """As ``Client.guard``."""
        request = self._http.post(self._question.url).headers(self._question.headers(session))
        request = request.body_bytes(self._question.body(text, channel, model))
        try:
            async with request.streamed_read_buffer_limit(0).build_streamed() as answer:
                parts: list[bytes] = []
                size = 0
                while (piece := await answer.body_reader.read_chunk()) is not None:
                    size += len(piece)
                    if size > _BYTES:
                        raise _senseless()
                    parts.append(bytes(piece))
                return self._question.answer(answer.status, b"".join(parts))
        except PyreqwestError as error:
            raise _unreachable(error) from error

    async def close(self) -> None:
        """Close its connections."""
        await self._http.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self.close()

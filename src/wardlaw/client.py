"""Ask a running gateway about texts and tool calls: ``from wardlaw import Client``.

A question that gets no answer raises; it never passes for an allowance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Any, Generic, Literal, Self, TypeVar
from urllib.parse import urlsplit

import msgspec
from pyreqwest.client import Client as _HttpClient
from pyreqwest.client import ClientBuilder, SyncClient, SyncClientBuilder
from pyreqwest.exceptions import PyreqwestError

from wardlaw.config.address import is_loopback
from wardlaw.facts.errors import InputError, UnavailableError
from wardlaw.facts.layouts import settle_layouts
from wardlaw.verdicts import Decided, Guarded, JudgedResult

TIMEOUT_S = 10.0
_BYTES = 65_536  # an answer of the guard has some 100
_CALL_BYTES = 8 * 1024 * 1024  # one with a masked result may be as large as what was handed in

GuardChannel = Literal["prompt", "data"]
T = TypeVar("T", Guarded, Decided, JudgedResult)


class _Question(msgspec.Struct, Generic[T], frozen=True):
    """One question, ready to be sent.

    Attributes:
        answer: What comes back.
        most: Bytes of the answer that are read.
    """

    path: str
    body: bytes
    answer: type[T]
    session: str = ""
    most: int = _BYTES

    def read(self, status: int, raw: bytes) -> T:
        """What an answer says.

        Raises:
            InputError: WL-SDK-002 the gateway did not take the question.
            UnavailableError: WL-SDK-001 it could not judge now; WL-SDK-003 the answer makes no sense.
        """
        if status == 200:
            try:
                return msgspec.json.decode(raw, type=self.answer)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise _senseless() from error
        try:
            told = msgspec.json.decode(raw, type=_Refused).error
        except (msgspec.DecodeError, UnicodeDecodeError):
            told = _Error()
        said = f"{told.message} ({told.code})" if told.code else f"status {status}"
        if 400 <= status < 500 and status != 429:
            raise InputError("WL-SDK-002", f"The gateway did not take the question: {said}", "Check key and request.")
        raise UnavailableError("WL-SDK-001", f"The gateway could not judge now: {said}", "Try again shortly.")


class _Error(msgspec.Struct, frozen=True):
    message: str = ""
    code: str = ""


class _Refused(msgspec.Struct, frozen=True):
    error: _Error = _Error()


class _Gateway:
    """Where both clients ask, and with what."""

    def __init__(self, base_url: str, key: str, *, timeout_s: float) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InputError("WL-SDK-004", "The address of the gateway is none.", "Such as https://wardlaw.example.")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            hint = "Use https, or the gateway on this machine."
            raise InputError("WL-SDK-004", "Plain http would send texts and the key in the clear.", hint)
        self.url = base_url.rstrip("/").removesuffix("/v1")
        self.limit = timedelta(seconds=timeout_s)
        self._headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}

    def headers(self, session: str) -> dict[str, str]:
        """Headers of a question."""
        return {**self._headers, "x-wardlaw-session": session} if session else self._headers


def _about_text(text: str | Sequence[str], channel: str, model: str, session: str) -> _Question[Guarded]:
    asked: dict[str, Any] = {"text": text} if isinstance(text, str) else {"texts": list(text)}
    asked["channel"] = channel
    if model:
        asked["model"] = model
    return _Question("/v1/guard", msgspec.json.encode(asked), Guarded, session)


def _about_call(tool: str, arguments: Mapping[str, Any], more: Mapping[str, Any]) -> _Question[Decided]:
    asked = {"tool": tool, "arguments": dict(arguments)} | {name: value for name, value in more.items() if value}
    return _Question("/v1/decide", _encode(asked), Decided, most=_CALL_BYTES)


def _about_result(
    tool: str, arguments: Mapping[str, Any], result: Any, more: Mapping[str, Any]
) -> _Question[JudgedResult]:
    asked = {"tool": tool, "arguments": dict(arguments), "result": result}
    asked |= {name: value for name, value in more.items() if value}
    return _Question("/v1/decide/result", _encode(asked), JudgedResult, most=_CALL_BYTES)


def _encode(asked: Mapping[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(asked)
    except (TypeError, ValueError, RecursionError) as error:
        # Told in another form than it will have, it would be judged in another form too.
        raise InputError(
            "WL-SDK-006", f"This is no JSON: {error}.", "Give texts, numbers, lists and mappings."
        ) from error


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
        self._gateway = _Gateway(base_url, key, timeout_s=timeout_s)
        self._http: SyncClient = (
            SyncClientBuilder().follow_redirects(False).no_proxy().timeout(self._gateway.limit).build()
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
        return self._ask(_about_text(text, channel, model, session))

    def decide(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        call: str = "",
        definition: Mapping[str, Any] | None = None,
        messages: Sequence[Mapping[str, Any]] = (),
        session: str = "",
    ) -> Decided:
        """Whether a tool may be called so; asked before it is.

        Args:
            tool: Name of the tool as it is registered.
            arguments: As the tool would get them; JSON.
            call: Id of the call as the model gave it; one is made where there is none.
            definition: What the tool says of itself, as the model has it.
            messages: The conversation that led to it, in chat form.
            session: The conversation it belongs to.

        Raises:
            InputError: The gateway did not take the question; do not make the call.
            UnavailableError: No judgement could be had; do not make the call.
        """
        more = {"call": call, "definition": definition, "messages": list(messages), "session": session}
        return self._ask(_about_call(tool, arguments, more))

    def judge_result(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        result: Any,
        *,
        call: str,
        model: str = "",
        session: str = "",
    ) -> JudgedResult:
        """Whether a model may read what a tool gave.

        Args:
            tool: Name of the tool.
            arguments: As the tool got them.
            result: What it gave; judged as the text a model would read, JSON where it is no text.
            call: ``Decided.call`` of the question about the call.
            model: Registered model that would read it; without one it is judged as going nowhere that is trusted.
            session: ``Decided.session`` of the question about the call.

        Raises:
            InputError: The gateway did not take the question; do not use the result.
            UnavailableError: No judgement could be had; do not use the result.
        """
        return self._ask(_about_result(tool, arguments, result, {"call": call, "model": model, "session": session}))

    def _ask(self, question: _Question[T]) -> T:
        request = self._http.post(self._gateway.url + question.path).headers(self._gateway.headers(question.session))
        request = request.body_bytes(question.body)
        try:
            with request.streamed_read_buffer_limit(0).build_streamed() as answer:
                parts: list[bytes] = []
                size = 0
                while (piece := answer.body_reader.read_chunk()) is not None:
                    size += len(piece)
                    if size > question.most:
                        raise _senseless()
                    parts.append(bytes(piece))
                return question.read(answer.status, b"".join(parts))
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
        self._gateway = _Gateway(base_url, key, timeout_s=timeout_s)
        self._http: _HttpClient = (
            ClientBuilder().follow_redirects(False).no_proxy().timeout(self._gateway.limit).build()
        )

    async def guard(
        self, text: str | Sequence[str], *, channel: GuardChannel = "prompt", model: str = "", session: str = ""
    ) -> Guarded:
        """As ``Client.guard``."""
        return await self._ask(_about_text(text, channel, model, session))

    async def decide(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        call: str = "",
        definition: Mapping[str, Any] | None = None,
        messages: Sequence[Mapping[str, Any]] = (),
        session: str = "",
    ) -> Decided:
        """As ``Client.decide``."""
        more = {"call": call, "definition": definition, "messages": list(messages), "session": session}
        return await self._ask(_about_call(tool, arguments, more))

    async def judge_result(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        result: Any,
        *,
        call: str,
        model: str = "",
        session: str = "",
    ) -> JudgedResult:
        """As ``Client.judge_result``."""
        return await self._ask(
            _about_result(tool, arguments, result, {"call": call, "model": model, "session": session})
        )

    async def _ask(self, question: _Question[T]) -> T:
        request = self._http.post(self._gateway.url + question.path).headers(self._gateway.headers(question.session))
        request = request.body_bytes(question.body)
        try:
            async with request.streamed_read_buffer_limit(0).build_streamed() as answer:
                parts: list[bytes] = []
                size = 0
                while (piece := await answer.body_reader.read_chunk()) is not None:
                    size += len(piece)
                    if size > question.most:
                        raise _senseless()
                    parts.append(bytes(piece))
                return question.read(answer.status, b"".join(parts))
        except PyreqwestError as error:
            raise _unreachable(error) from error

    async def close(self) -> None:
        """Close its connections."""
        await self._http.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self.close()


# Applications ask from threads of their own, the first time too.
settle_layouts()

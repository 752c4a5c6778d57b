"""The listener as an application: a route for each directory, a bound for each body, and one answer for each delivery."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from typing import Any

import msgspec

from wardlaw.cli.listening.handing import Hand, Place
from wardlaw.cli.listening.reading import challenge_of, read_delivery
from wardlaw.config.connected import Directory, Platform
from wardlaw.facts.errors import InputError, WardlawError

BODY_READ_S = 10.0
"""Seconds in which a body must have arrived."""
_FORGED = frozenset({"WL-INV-030", "WL-INV-031", "WL-INV-034", "WL-INV-040"})
_OUTCOMES: Mapping[str, str] = {"WL-LSN-001": "too-large", "WL-LSN-003": "old"}
_STATUS: Mapping[str, int] = {"forged": 401, "too-large": 413, "not-now": 503}
_log = logging.getLogger("wardlaw.listener")

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Answer(msgspec.Struct, frozen=True):
    """What is answered."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class Asked(msgspec.Struct, frozen=True):
    """A request whose body is not read yet; names of headers in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    read: Callable[[], Awaitable[bytes]]


Route = Callable[[Asked], Awaitable[Answer]]


class Hook:
    """Takes the deliveries of one directory.

    Args:
        secret: Asked each time, so that a changed one is taken.
        clock: Unix seconds.
    """

    def __init__(
        self, directory: Directory, secret: Callable[[], str], *, hand: Hand, clock: Callable[[], float]
    ) -> None:
        self._platform = directory.platform
        self._secret = secret
        self._hand = hand
        self._clock = clock
        self.place = Place(directory.name, directory.platform.value, has_ids=directory.platform is Platform.GOOGLE)

    async def answer(self, asked: Asked) -> Answer:
        """Take one delivery, and say so once it is durable."""
        if asked.method == "GET":
            return self._challenged(asked)
        if asked.method != "POST":
            return Answer(405, headers=(("allow", "GET, POST"),))
        try:
            body = await asked.read()
            told = read_delivery(self._platform, asked.headers, body, secret=self._secret(), now=self._clock())
            if told.is_silent:
                self._hand.count(self.place, "silent")
            else:
                await self._hand.take(self.place, told)
        except WardlawError as error:
            return refused(error, self._hand, self.place)
        return Answer(204)

    def _challenged(self, asked: Asked) -> Answer:
        try:
            body = challenge_of(self._platform, asked.headers)
        except InputError as error:
            return refused(error, self._hand, self.place)
        return Answer(200, body, (("content-type", "application/json"),)) if body else Answer(405)


def refused(error: WardlawError, hand: Hand, place: Place) -> Answer:
    """The answer to a delivery that is not taken, which is counted; it says the code and nothing of what was compared."""
    outcome = "forged" if error.code in _FORGED else _OUTCOMES.get(error.code, "unreadable")
    if not isinstance(error, InputError):  # ours to mend: the platform sends it again
        outcome = "not-now"
    hand.count(place, outcome)
    _log.log(
        logging.ERROR if outcome == "not-now" else logging.INFO, "a delivery for %s: %s", place.directory, error.code
    )
    status = _STATUS.get(outcome, 400)
    headers = (("content-type", "application/json"), *((("retry-after", "5"),) if status == 503 else ()))
    return Answer(status, msgspec.json.encode({"error": {"code": error.code, "message": error.message}}), headers)


class ListenerApp:
    """The application (ASGI 3).

    Args:
        routes: By path.
        body_bytes: Largest body.
    """

    def __init__(self, routes: Mapping[str, Route], *, body_bytes: int) -> None:
        self._routes = dict(routes)
        self._body_bytes = body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        headers = _headers(scope["headers"])
        route = self._routes.get(scope["path"])
        if route is None:
            answer = Answer(404)
        else:

            async def read() -> bytes:
                return await read_body(receive, headers, self._body_bytes)

            answer = await route(Asked(scope["method"], scope["path"], headers, read))
        sent = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers]
        sent += [(b"content-length", str(len(answer.body)).encode()), (b"cache-control", b"no-store")]
        if answer.status >= 400:  # what was not read of a body would stand before the next request
            sent.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": answer.status, "headers": sent})
        await send({"type": "http.response.body", "body": answer.body})


async def read_body(receive: Receive, headers: Mapping[str, str], most: int) -> bytes:
    """The body of a request.

    Raises:
        InputError: It is larger than that (WL-LSN-001), or did not arrive in time or whole (WL-LSN-006).
    """
    told = headers.get("content-length", "0")
    pieces: list[bytes] = []
    size = int(told) if told.isascii() and told.isdigit() else 0
    if size > most:
        raise _too_large(most)
    size = 0
    try:
        async with asyncio.timeout(BODY_READ_S):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise _not_whole()
                piece: bytes = message.get("body", b"")
                size += len(piece)
                if size > most:
                    raise _too_large(most)
                pieces.append(piece)
                if not message.get("more_body", False):
                    return b"".join(pieces)
    except TimeoutError as error:
        raise _not_whole() from error


def _too_large(most: int) -> InputError:
    return InputError(
        "WL-LSN-001",
        f"A delivery has more than {most} bytes.",
        "Raise inventory.listener.delivery_bytes if it is honest.",
    )


def _not_whole() -> InputError:
    return InputError("WL-LSN-006", "The body of a delivery did not arrive whole.", "The platform sends it again.")


def _headers(raw: Iterable[Sequence[bytes]]) -> dict[str, str]:
    """Headers by name; one that stands twice is left out, for who knows which of the two was meant."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for name, value in raw:
        text = name.decode("latin-1").lower()
        if text in found:
            twice.add(text)
        found[text] = value.decode("latin-1")
    return {name: value for name, value in found.items() if name not in twice}

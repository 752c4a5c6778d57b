"""Poll delivery of signals (RFC 8936), on both sides: a route that receivers ask, and fetching what a transmitter has for us.

A token is acknowledged only once it is durable; one that was not, for whatever reason of ours, is neither acknowledged nor
refused, and the transmitter has it still.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import ssl
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from wardlaw.cli.client import ManagementClient, quoted
from wardlaw.cli.listening.app import Answer, Asked
from wardlaw.cli.listening.signals import SetRefusal, SignalReceiver
from wardlaw.facts.errors import InputError, UnavailableError, WardlawError

LONG_POLL_S = 20.0
"""How long a receiver that wants to wait is kept waiting; proxies end connections without an answer after 30 s and more."""
LOOK_S = 1.0
POLL_S = 10.0
MOST_AT_ONCE = 100
TIMEOUT_S = 30.0
MOST_ANSWER_BYTES = 4 * 1024 * 1024
_JSON = (("content-type", "application/json"),)
_log = logging.getLogger("wardlaw.listener")

_Jti = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]


class PollRequest(msgspec.Struct, frozen=True, rename="camel"):
    """What a receiver asks (RFC 8936, section 2.2); members that are not known are passed over."""

    max_events: Annotated[int, msgspec.Meta(ge=0)] = MOST_AT_ONCE
    return_immediately: bool = False
    ack: Annotated[tuple[_Jti, ...], msgspec.Meta(max_length=1_000)] = ()
    set_errs: Annotated[dict[_Jti, SetRefusal], msgspec.Meta(max_length=1_000)] = {}


class PollAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """What a transmitter answers (RFC 8936, section 2.3)."""

    sets: dict[str, str] = {}
    more_available: bool = False


class PollRoute:
    """Gives one receiver the signals that wait for it.

    Args:
        bearer: What the receiver must show.
        connect: A client of the management API.
    """

    def __init__(self, receiver: str, bearer: Callable[[], str], connect: Callable[[], ManagementClient]) -> None:
        self._receiver = receiver
        self._bearer = bearer
        self._connect = connect

    async def answer(self, asked: Asked) -> Answer:
        """Note what it says of earlier ones, and give what waits; wait a while where nothing does and it wants to."""
        if asked.method != "POST":
            return Answer(405, headers=(("allow", "POST"),))
        try:
            if not self._is_let_in(asked):
                return Answer(401, msgspec.json.encode(SetRefusal("authentication_failed", "No such receiver.")), _JSON)
            request = msgspec.json.decode(await asked.read() or b"{}", type=PollRequest)
            return Answer(200, msgspec.json.encode(await self._polled(request)), _JSON)
        except (msgspec.MsgspecError, InputError):
            refusal = SetRefusal("invalid_request", "The body is no poll as RFC 8936 has it.")
            return Answer(400, msgspec.json.encode(refusal), _JSON)
        except WardlawError as error:
            _log.error("signals for %s were not given: %s", self._receiver, error.code)
            return Answer(503, headers=(("retry-after", "5"),))

    async def _polled(self, request: PollRequest) -> PollAnswer:
        if request.ack or request.set_errs:
            refused = {jti: f"{one.err}: {one.description}"[:200] for jti, one in request.set_errs.items()}
            body = {"receiver": self._receiver, "ack": request.ack, "refused": refused}
            await asyncio.to_thread(lambda: self._connect().post("/signals/settled", body))
        most = min(request.max_events, MOST_AT_ONCE)
        if most == 0:  # it only says what became of earlier ones
            return PollAnswer()
        path = f"/signals/waiting?receiver={quoted(self._receiver)}&most={most}"
        for _ in range(1 if request.return_immediately else int(LONG_POLL_S / LOOK_S)):
            told = await asyncio.to_thread(lambda: self._connect().get(path))
            if told["sets"] or request.return_immediately:
                return PollAnswer(told["sets"], told["more"])
            await asyncio.sleep(LOOK_S)
        return PollAnswer()

    def _is_let_in(self, asked: Asked) -> bool:
        wanted = self._bearer()
        scheme, _, given = asked.headers.get("authorization", "").partition(" ")
        return (
            bool(wanted) and scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), wanted.encode())
        )


class SignalPoller:
    """Fetches what a transmitter has for one directory, and says what became of it.

    Args:
        receiver: Verifies each token as one that was pushed, and hands it over.
        ask: Sends a poll; answers the transmitter's words.
    """

    def __init__(self, receiver: SignalReceiver, ask: Callable[[PollRequest], PollAnswer]) -> None:
        self._receiver = receiver
        self._ask = ask
        self._ack: list[str] = []
        self._errs: dict[str, SetRefusal] = {}
        self._task: asyncio.Task[None] | None = None

    async def poll_once(self) -> bool:
        """Fetch what waits, with what became of the last ones; answers whether more waits, or there is something to say.

        Raises:
            UnavailableError: The transmitter does not answer as it should (WL-LSN-011).
        """
        request = PollRequest(MOST_AT_ONCE, True, tuple(self._ack), dict(self._errs))  # as the RFC has it
        told = await asyncio.to_thread(self._ask, request)
        self._ack, self._errs = [], {}
        for jti, text in told.sets.items():
            try:
                refusal = await self._receiver.take(text)
            except WardlawError as error:  # ours to mend: the transmitter has it still
                _log.error("a signal for %s was not kept: %s", self._receiver.place.directory, error.code)
                continue
            if refusal is None:
                self._ack.append(jti)
            else:
                self._errs[jti] = refusal
        return told.more_available or bool(self._ack or self._errs)

    def start(self) -> None:
        """Fetch in the background."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """End; what was not acknowledged comes again."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                has_more = await self.poll_once()
            except UnavailableError as error:
                _log.warning("signals for %s were not fetched: %s", self._receiver.place.directory, error)
                has_more = False
            await asyncio.sleep(0 if has_more else POLL_S)


def asking(url: str, bearer: Callable[[], str], *, authority: str = "") -> Callable[[PollRequest], PollAnswer]:
    """What sends polls to a transmitter.

    Args:
        url: Where it is polled, ``https`` or ``http`` on loopback; the configuration has checked it.
        authority: File of certificates that sign the server's; empty for the system's.
    """
    parts = urlsplit(url)

    def ask(request: PollRequest) -> PollAnswer:
        headers = {"content-type": "application/json", "accept": "application/json"}
        if word := bearer():
            headers["authorization"] = f"Bearer {word}"
        try:
            connection: HTTPConnection
            if parts.scheme == "https":
                context = ssl.create_default_context(cafile=authority or None)
                connection = HTTPSConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_S, context=context)
            else:
                connection = HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            try:
                connection.request("POST", target, body=msgspec.json.encode(request), headers=headers)
                answer = connection.getresponse()
                raw = answer.read(MOST_ANSWER_BYTES + 1)
            finally:
                connection.close()
            if answer.status != 200 or len(raw) > MOST_ANSWER_BYTES:
                raise _unfetched(f"it answered {answer.status} with {len(raw)} bytes")
            return msgspec.json.decode(raw, type=PollAnswer)
        except (OSError, HTTPException, msgspec.MsgspecError) as error:
            raise _unfetched(type(error).__name__) from error

    return ask


def _unfetched(why: str) -> UnavailableError:
    return UnavailableError(
        "WL-LSN-011",
        f"A transmitter of signals did not answer a poll: {why}.",
        "It is asked again every ten seconds. Check `signals.poll_url` and `signals.token` of the directory.",
    )

"""One session with a server of tools: the handshake, questions with an end in time, and nothing the server may ask.

A server that asks for anything (a model's answer, the caller's folders, something typed by the user) is refused, and
told to a listener that records it. One that says too much that nobody asked for is given up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from wardlaw import __version__
from wardlaw.facts.errors import InputError, UnavailableError, WardlawError
from wardlaw.gateway.mcp.line import Line, gone
from wardlaw.gateway.mcp.message import (
    NO_METHOD,
    VERSIONS,
    Message,
    error_text,
    notification_text,
    read_message,
    request_text,
    result_text,
)
from wardlaw.gateway.mcp.modern import DISCOVER, MODERN, UNKNOWN_TO, enveloped, is_spoken
from wardlaw.gateway.wire.body import BodyLimits, read_json

# Unasked messages in one stretch of time before a server is given up. Servers log some lines for each call and tell
# once that their tools have changed; a request of theirs counts as many, since each of them is recorded.
UNASKED, UNASKED_S, WEIGHT_OF_REQUEST = 500, 10.0, 25
_PAGES, _ITEMS = 50, 2_000
_DEPTH = 64
CHANGED = frozenset(
    ("notifications/tools/list_changed", "notifications/resources/list_changed", "notifications/prompts/list_changed")
)


class ToolServerError(InputError):
    """What a server answered with instead of a result: a JSON-RPC error, whose text has not been judged.

    Attributes:
        rpc_code: Code of the error.
        told: Its message, the server's own words.
    """

    http_status = 502

    def __init__(self, server: str, rpc_code: int, told: str) -> None:
        super().__init__("WL-MCP-007", f"The server {server} answered with an error ({rpc_code}).", "")
        self.rpc_code = rpc_code
        self.told = told


class Session:
    """A session over a line.

    Args:
        name: Name of the server, for messages.
        limit_bytes: Largest message the server may send.
        asked: Told the method of each request the server makes.
        changed: Called when the server says that what it offers has changed.
        clock: Seconds that only go forward.
    """

    def __init__(
        self,
        name: str,
        line: Line,
        *,
        limit_bytes: int,
        asked: Callable[[str], None],
        changed: Callable[[], None],
        clock: Callable[[], float],
    ) -> None:
        self._name, self._line = name, line
        self._limits = BodyLimits(max_bytes=limit_bytes, max_depth=_DEPTH, max_leaves=limit_bytes)
        self._asked, self._changed, self._clock = asked, changed, clock
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._last = 0
        self._ended: UnavailableError | None = None
        self.ended = asyncio.Event()
        """Set when it may no longer be asked."""
        self._unasked, self._since = 0, 0.0
        self._answers: set[asyncio.Task[None]] = set()
        self._is_modern = False
        self.capabilities: dict[str, Any] = {}
        line.heard, line.broken = self._heard, self._broken

    @property
    def alive(self) -> bool:
        """Whether it may still be asked."""
        return self._ended is None

    async def open(self, within_s: float) -> None:
        """Reach the server and agree on a version.

        Raises:
            UnavailableError: It is not there, speaks no version that is spoken here, or is too slow.
        """
        try:
            async with asyncio.timeout(within_s):
                await self._line.open()
                try:
                    told = await self._introduce(within_s)
                except ToolServerError as error:
                    if error.rpc_code not in UNKNOWN_TO:
                        raise
                    told = await self._discover(within_s)
                capabilities = told.get("capabilities")
                self.capabilities = capabilities if type(capabilities) is dict else {}
        except TimeoutError as error:
            raise gone(self._name, f"it was not ready after {within_s:g} s") from error
        except ToolServerError as error:
            raise gone(self._name, "it refuses the handshake") from error

    async def _introduce(self, within_s: float) -> dict[str, Any]:
        """The handshake; what the server says of itself."""
        asked = {
            "protocolVersion": VERSIONS[0],
            # No roots, no sampling, no elicitation: nothing of the caller's is offered to a server.
            "capabilities": {},
            "clientInfo": {"name": "wardlaw", "version": __version__},
        }
        told = await self.ask("initialize", asked, within_s=within_s)
        version = told.get("protocolVersion")
        if version not in VERSIONS:
            raise gone(self._name, "it speaks no version of the protocol that is spoken here")
        self._line.speaks(version)
        await self._line.send(notification_text("notifications/initialized"), settled=lambda: True)
        return told

    async def _discover(self, within_s: float) -> dict[str, Any]:
        """The same of a server that knows no handshake."""
        self._is_modern = True
        self._line.speaks(MODERN)
        told = await self.ask(DISCOVER, {}, within_s=within_s)
        if not is_spoken(told):
            raise gone(self._name, "it speaks no version of the protocol that is spoken here")
        return told

    async def ask(self, method: str, params: dict[str, Any], *, within_s: float) -> dict[str, Any]:
        """Ask for something and wait for the result.

        Raises:
            ToolServerError: The server answered with an error.
            UnavailableError: ``WL-MCP-008`` no answer in time; ``WL-MCP-005``, ``006`` the session has ended.
        """
        if self._ended is not None:
            raise self._ended
        if self._is_modern:
            params = enveloped(params)
        self._last += 1
        identity = self._last
        waiting = self._waiting[identity] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(within_s):
                more = await self._line.send(request_text(identity, method, params), settled=waiting.done)
                if not more and not waiting.done():
                    raise gone(self._name, "it did not answer what it was asked")
                result: dict[str, Any] = await waiting
                return result
        except asyncio.CancelledError:
            self._give_up(identity)
            raise
        except TimeoutError as error:
            self._give_up(identity)
            raise UnavailableError(
                "WL-MCP-008",
                f"The server {self._name} has not answered after {within_s:g} s.",
                "Try again; the operator can raise its timeouts.",
            ) from error
        finally:
            self._waiting.pop(identity, None)
            waiting.cancel()

    def _give_up(self, identity: int) -> None:
        """Tell the server that nobody waits any more (specification, basic/utilities/cancellation)."""
        if identity > 1:  # the handshake is not to be cancelled
            self._answer(notification_text("notifications/cancelled", {"requestId": identity}))

    async def list(self, method: str, member: str, *, within_s: float) -> list[dict[str, Any]]:
        """All pages of a list.

        Args:
            member: Member of each page that holds the items.
        """
        found: list[dict[str, Any]] = []
        params: dict[str, Any] = {}
        for _ in range(_PAGES):
            page = await self.ask(method, params, within_s=within_s)
            items = page.get(member)
            if type(items) is not list or not all(type(item) is dict for item in items):
                raise gone(self._name, f"its {member} are no list")
            found += items
            if len(found) > _ITEMS:
                break
            cursor = page.get("nextCursor")
            if type(cursor) is not str:
                return found
            params = {"cursor": cursor}
        raise gone(self._name, f"it offers more than {_ITEMS} {member}, or pages without end")

    def _heard(self, raw: bytes) -> None:
        try:
            message = read_message(read_json(raw, limits=self._limits))
        except WardlawError:
            message = None
        waiting = self._waiting.get(message.id) if message is not None and type(message.id) is int else None
        if message is None or message.method or waiting is None:
            self._unasked_for(message)
        elif not waiting.done():
            if message.result is not None:
                waiting.set_result(message.result)
            else:
                error = message.error or {}
                code, told = error.get("code"), error.get("message")
                waiting.set_exception(
                    ToolServerError(
                        self._name, code if type(code) is int else 0, told if type(told) is str else "no message"
                    )
                )

    def _unasked_for(self, message: Message | None) -> None:
        now = self._clock()
        if now - self._since > UNASKED_S:
            self._unasked, self._since = 0, now
        asks = message is not None and message.is_request and message.method != "ping"
        self._unasked += WEIGHT_OF_REQUEST if asks else 1
        if self._unasked > UNASKED:
            self._broken(gone(self._name, "it says too much that nobody asked for"))
            return
        if message is None or not message.method:
            return
        if message.id is None:
            if message.method in CHANGED:
                self._changed()
            return
        if message.method == "ping":
            self._answer(result_text(message.id, {}))
            return
        self._asked(message.method[:64])
        why = "Refused: nothing of the caller's is given to servers (no sampling, no roots, no elicitation)."
        self._answer(error_text(message.id, NO_METHOD, why))

    def _answer(self, raw: bytes) -> None:
        async def send() -> None:
            try:
                await self._line.send(raw, settled=lambda: True)
            except UnavailableError as error:
                self._broken(error)

        if self._ended is None:
            task = asyncio.get_running_loop().create_task(send())
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)

    def _broken(self, error: UnavailableError) -> None:
        if self._ended is None:
            self._ended = error
            self.ended.set()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(self._ended)

    def end(self, error: UnavailableError) -> None:
        """Nothing is asked in it any more, and those who wait are told why; its line is still to be closed."""
        self._broken(error)

    async def close(self) -> None:
        """End it."""
        self._broken(gone(self._name, "the gateway has ended the session"))
        for task in tuple(self._answers):
            task.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)
        await self._line.close()

"""What the client of a wrapped server speaks to: every request goes to the gateway before the server, and after.

Only what the gateway has judged reaches the client. What belongs to no request of the client's (log messages,
progress, questions to its user or its model) is not passed on, as it is not by the gateway itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from wardlaw import __version__
from wardlaw.cli.wrapping.voice import GatewayVoice, Heard
from wardlaw.facts.errors import UnavailableError, WardlawError
from wardlaw.gateway.mcp.catalogue import FRESH_S
from wardlaw.gateway.mcp.message import (
    INTERNAL,
    INVALID_REQUEST,
    NO_METHOD,
    PARSE_ERROR,
    REFUSED,
    VERSIONS,
    Message,
    error_text,
    notification_text,
    read_message,
    result_text,
)
from wardlaw.gateway.mcp.session import Session, ToolServerError
from wardlaw.gateway.wire.body import BodyLimits, read_json

AT_ONCE = 32
_LISTS = {
    "resources/list": ("resources", "resources"),
    "resources/templates/list": ("resources", "resourceTemplates"),
    "prompts/list": ("prompts", "prompts"),
}
_FETCHED = {"resources/read": ("uri",), "prompts/get": ("name", "arguments")}
_OFFER = Message("offer", "tools/list")
_SPOKEN = ("tools", "resources", "prompts")


class Front:
    """One client, one server.

    Args:
        session: The open session with the server.
        voice: The gateway.
        say: Writes one message to the client.
        clock: Seconds that only go forward.
        call_s: Seconds for one call of the server.
        limit_bytes: Largest message of the client.
    """

    def __init__(
        self,
        session: Session,
        voice: GatewayVoice,
        *,
        say: Callable[[bytes], None],
        clock: Callable[[], float],
        call_s: float,
        limit_bytes: int,
    ) -> None:
        self._session, self._voice, self._say = session, voice, say
        self._clock, self._call_s = clock, call_s
        self._limits = BodyLimits(max_bytes=limit_bytes, max_depth=64, max_leaves=limit_bytes)
        self._running: dict[str | int, asyncio.Task[None]] = {}
        self._offer: dict[str, dict[str, Any]] = {}
        self._offered_at: float | None = None
        self._shown = Heard()
        self._listing = asyncio.Lock()

    def hear(self, raw: bytes) -> None:
        """Take one message of the client; it is answered when it is."""
        try:
            message = read_message(read_json(raw, limits=self._limits))
        except WardlawError as error:
            self._say(error_text(None, PARSE_ERROR, str(error)))
            return
        if message is None:
            self._say(error_text(None, INVALID_REQUEST, "This is no message of JSON-RPC 2.0."))
        elif message.id is None:
            self._noticed(message)
        elif message.method:
            self._begin(message, message.id)

    def _noticed(self, message: Message) -> None:
        if message.method == "notifications/cancelled":
            identity = message.params.get("requestId")
            if isinstance(identity, str | int) and (task := self._running.get(identity)) is not None:
                task.cancel()  # the session tells the server

    def _begin(self, message: Message, identity: str | int) -> None:
        if identity in self._running or len(self._running) >= AT_ONCE:
            why = f"The id is in use, or {AT_ONCE} requests are running; that is the most at one time."
            self._say(error_text(identity, INVALID_REQUEST, why))
            return
        task = asyncio.get_running_loop().create_task(self._serve(message, identity))
        self._running[identity] = task
        task.add_done_callback(lambda done: self._let_go(identity, done))

    def _let_go(self, identity: str | int, task: asyncio.Task[None] | None) -> None:
        if self._running.get(identity) is task:
            del self._running[identity]

    async def _serve(self, message: Message, identity: str | int) -> None:
        try:
            heard = await self._answer(message)
        except WardlawError as error:
            self._let_go(identity, asyncio.current_task())
            self._refuse(message, identity, error)
            return
        self._let_go(identity, asyncio.current_task())  # once answered, the client may use the id again
        if heard.result is not None:
            self._say(result_text(identity, heard.result))
        else:
            told = heard.error or {}
            code, words, data = told.get("code"), told.get("message"), told.get("data")
            self._say(
                error_text(
                    identity,
                    code if type(code) is int else INTERNAL,
                    words if type(words) is str else "",
                    data if type(data) is dict else None,
                )
            )

    def _refuse(self, message: Message, identity: str | int, error: WardlawError) -> None:
        """Nothing has passed; a tool's call says so in a result, so that the model reads why."""
        text = f"{error.message} {error.hint}".strip()
        told = {"code": error.code, "decision": ""}
        if message.method == "tools/call":
            refusal = {"content": [{"type": "text", "text": text}], "isError": True, "_meta": {"wardlaw/refusal": told}}
            self._say(result_text(identity, refusal))
        else:
            self._say(error_text(identity, REFUSED, text, told))

    async def _answer(self, message: Message) -> Heard:
        method = message.method
        if method == "initialize":
            return Heard(result=self._introduction(message))
        if method == "ping":
            return Heard(result={})
        if method == "tools/list":
            await self._tools(anew=True)
            return self._shown
        if method == "tools/call":
            return await self._call(message)
        if method in _LISTS:
            capability, member = _LISTS[method]
            has = capability in self._session.capabilities
            items = await self._session.list(method, member, within_s=self._call_s) if has else []
            return await self._voice.ask(message, result={member: items})
        if method in _FETCHED:
            params = {name: message.params[name] for name in _FETCHED[method] if name in message.params}
            return await self._twice(message, params)
        return Heard(error={"code": NO_METHOD, "message": "Method not found"})

    def _introduction(self, message: Message) -> dict[str, Any]:
        """Of the server only what it can do: its instructions speak to the model, and nobody has judged them."""
        asked = message.params.get("protocolVersion")
        has: dict[str, Any] = {name: {} for name in _SPOKEN if name in self._session.capabilities}
        if "tools" in has:
            has["tools"] = {"listChanged": True}
        return {
            "protocolVersion": asked if asked in VERSIONS else VERSIONS[0],
            "capabilities": has,
            "serverInfo": {"name": "wardlaw", "title": "Wardlaw", "version": __version__},
        }

    async def _call(self, message: Message) -> Heard:
        name = message.params.get("name")
        definition = (await self._tools()).get(name) if type(name) is str else None
        params: dict[str, Any] = {one: message.params[one] for one in ("name", "arguments") if one in message.params}
        return await self._twice(message, params, definition=definition)

    async def _twice(
        self, message: Message, params: dict[str, Any], *, definition: dict[str, Any] | None = None
    ) -> Heard:
        """Ask the gateway, then the server, then the gateway again."""
        first = await self._voice.ask(message, definition=definition)
        if not first.go:
            return first
        try:
            result = await self._session.ask(message.method, params, within_s=self._call_s)
        except ToolServerError as error:
            again = await self._voice.ask(message, error={"code": error.rpc_code, "message": error.told})
        else:
            again = await self._voice.ask(message, result=result)
        # INVARIANT: what the client gets went through the second judgement; "go" alone releases nothing.
        if again.go:
            raise UnavailableError("WL-MCP-034", "The gateway did not judge what the server gave back.", "")
        return again

    async def _tools(self, *, anew: bool = False) -> dict[str, dict[str, Any]]:
        """What the server offers now, by name; asked again as often as the gateway would ask, and shown to it."""
        async with self._listing:
            at = self._offered_at
            if anew or at is None or self._clock() - at >= FRESH_S:
                self._offered_at = self._clock()
                try:
                    has = "tools" in self._session.capabilities
                    listed = await self._session.list("tools/list", "tools", within_s=self._call_s) if has else []
                    offer = _by_name(listed)
                    if anew or at is None or offer != self._offer:
                        self._shown = await self._voice.ask(_OFFER, result={"tools": listed})
                    self._offer = offer
                except BaseException:
                    self._offered_at = None
                    raise
            return self._offer

    def changed(self) -> None:
        """The server says that what it offers has changed."""
        self._offered_at = None
        self._say(notification_text("notifications/tools/list_changed"))

    async def close(self) -> None:
        """End what is running; the server is told."""
        for task in tuple(self._running.values()):
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        await self._session.close()
        await self._voice.close()


def _by_name(listed: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    offer = {str(one.get("name")): one for one in listed}
    if len(offer) != len(listed):
        raise UnavailableError(
            "WL-MCP-010", "The server offers two tools of one name.", "Tell whoever makes it; nothing of it is used."
        )
    return offer

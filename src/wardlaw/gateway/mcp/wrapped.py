"""``POST /mcp/local``: a server of tools that runs on a caller's machine, behind ``wardlaw mcp wrap``.

``wrap`` asks here twice for each request of its client: before the server gets it, and before the client gets what the
server gave back. The body is an object with ``server``, the client's ``message``, and ``definition`` (of the tool that
is to be called, as the server has it), ``result`` or ``error`` (what the server gave back). The answer is ``{"go":
true}``, or the message of JSON-RPC that the client must get instead of anything else.

Nothing is remembered between the two: the second judges what is released, whatever became of the first.
"""

from __future__ import annotations

from typing import Any

import msgspec
import orjson

from wardlaw.facts.errors import InputError
from wardlaw.facts.toolclass import ToolClass
from wardlaw.gateway.admitted import Admitted
from wardlaw.gateway.local import JSON
from wardlaw.gateway.mcp.exchange import McpExchange
from wardlaw.gateway.mcp.judging import READING
from wardlaw.gateway.mcp.message import INVALID_PARAMS, Message, read_message
from wardlaw.gateway.mcp.session import ToolServerError
from wardlaw.gateway.port import Call
from wardlaw.gateway.services import Services
from wardlaw.gateway.wire.body import BodyLimits, read_json
from wardlaw.security.toolnames import RESERVED, qualified

GO = {"go": True}
_READ, _PROMPT = RESERVED


class WrapAsk(msgspec.Struct, frozen=True):
    """What ``wrap`` asks.

    Attributes:
        message: The client's request.
        definition: Of the tool to be called; ``None`` for other methods.
        result: What the server answered; ``None`` before it was asked.
        error: The error it answered with instead.
    """

    server: str
    message: Message
    definition: dict[str, Any] | None = None
    result: dict[str, Any] | None = None
    error: ToolServerError | None = None


class UnknownServerError(InputError):
    """No such server is meant to run on callers' machines."""

    http_status = 404


class WrappedExchange(McpExchange):
    """Serves one question of ``wrap``."""

    def __init__(self, services: Services, call: Call, admitted: Admitted) -> None:
        super().__init__(services, call, admitted)
        self._asked = WrapAsk("", Message())

    async def _serve(self, raw: bytes) -> None:
        self._check_caller()
        self._asked = read_ask(raw, limits=self._bounds)
        if self._asked.server not in self._catalogue.local:
            raise UnknownServerError(
                "WL-MCP-032",
                "No server of this name is meant to run on callers' machines.",
                "The operator adds it to mcp.servers with local: true.",
            )
        await self._answer(self._asked.message)

    async def _list_tools(self, message: Message) -> None:
        listed = self._listed("tools")
        if listed is None:
            self._say_no(message, INVALID_PARAMS, "The server's tools are no list.", None)
            return
        server, registry = self._asked.server, self._services.registry
        # What nobody registered cannot be used anyway, and callers must not fill the tables with it.
        known = [one for one in listed if registry.tool(qualified(server, str(one.get("name")))).registered]
        offered = await self._catalogue.take_offer(server, known)
        pinned = [tool for tool in offered if tool.is_pinned]
        shown = [tool.definition for tool in pinned if self._may_see(self._resource(server, tool.name))]
        await self._pass_list(message, {"tools": shown})

    async def _call_tool(self, message: Message) -> None:
        if await self._pass_back(message, tool=True):
            return
        name, arguments = message.params.get("name"), message.params.get("arguments", {})
        definition = self._asked.definition
        if type(name) is not str or type(arguments) is not dict or (definition or {}).get("name", name) != name:
            self._say_no(message, INVALID_PARAMS, "tools/call needs a name, and arguments as an object", None)
            return
        server = self._asked.server
        offered = None if definition is None else self._catalogue.held_against(server, definition)
        if await self._may_call(message, offered, server, name=qualified(server, name), arguments=arguments):
            self._let_go()

    async def _list_of(self, message: Message, capability: str, method: str, member: str, kind: str) -> None:
        listed, server = self._listed(member), self._asked.server
        if listed is None:
            self._say_no(message, INVALID_PARAMS, f"The server's {member} are no list.", None)
            return
        seen = self._may_see(self._resource(server, qualified(server, kind)))
        await self._pass_list(message, {member: listed if seen else []})

    async def _read_resource(self, message: Message) -> None:
        await self._fetch_here(message, _READ, {"uri": message.params.get("uri")})

    async def _get_prompt(self, message: Message) -> None:
        asked = {"name": message.params.get("name"), "arguments": message.params.get("arguments", {})}
        await self._fetch_here(message, _PROMPT, asked)

    async def _fetch_here(self, message: Message, kind: str, params: dict[str, Any]) -> None:
        if await self._pass_back(message, tool=False):
            return
        if await self._may_fetch(message, self._asked.server, kind, params):
            self._let_go()

    async def _pass_back(self, message: Message, *, tool: bool) -> bool:
        """Judge what the server gave back, where it has been asked already."""
        asked = self._asked
        if asked.error is None and asked.result is None:
            return False
        self._judging().follows(*self._called(message, tool=tool))
        if asked.error is not None:
            await self._pass_error(message, asked.error)
        elif asked.result is not None:
            await self._pass_result(message, asked.result, tool=tool)
        return True

    def _called(self, message: Message, *, tool: bool) -> tuple[ToolClass, dict[str, Any]]:
        """What the server was asked, so that later calls can be traced to what it gave."""
        name, arguments = message.params.get("name"), message.params.get("arguments")
        if not tool or type(name) is not str:
            return READING, dict(message.params)
        known = self._services.registry.tool_class(qualified(self._asked.server, name), self._asked.definition)
        return known, arguments if type(arguments) is dict else {}

    def _listed(self, member: str) -> list[dict[str, Any]] | None:
        items = (self._asked.result or {}).get(member)
        return items if type(items) is list and all(type(one) is dict for one in items) else None

    def _let_go(self) -> None:
        self._result = "complete"
        self._reply(200, (JSON,), orjson.dumps(GO))


def read_ask(raw: bytes, *, limits: BodyLimits) -> WrapAsk:
    """The question in a body.

    Raises:
        InputError: WL-MCP-031, or the body is no object.
    """
    doc = read_json(raw, limits=limits)
    server, inner, definition = doc.get("server"), doc.get("message"), doc.get("definition")
    result, told = doc.get("result"), doc.get("error")
    message = read_message(inner) if type(inner) is dict else None
    objects = all(one is None or type(one) is dict for one in (definition, result, told))
    if type(server) is not str or message is None or not message.is_request or not objects:
        raise InputError(
            "WL-MCP-031",
            "The body is no question of `wardlaw mcp wrap`.",
            "Speak MCP at /mcp; this address is for wrap of the same version.",
        )
    error = None
    if told is not None:
        code, words = told.get("code"), told.get("message")
        error = ToolServerError(server, code if type(code) is int else 0, words if type(words) is str else "no message")
    return WrapAsk(server, message, definition, result, error)

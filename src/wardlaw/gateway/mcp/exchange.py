"""``POST /mcp``: one message of an agent. Every list, call, read and prompt goes through the door.

Without state between requests: a session id is proof of whom it was given to, and subdivides what is counted, no
more. Answers are plain JSON; the stream on GET, which servers may leave out, is not offered.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec
import orjson

from wardlaw import __version__
from wardlaw.config.address import is_loopback, url_parts
from wardlaw.decision.decide import decide
from wardlaw.facts.action import Action
from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import InputError, RefusedError, UnavailableError, WardlawError
from wardlaw.facts.exchange import Channel, Measures
from wardlaw.facts.request import Snapshot
from wardlaw.facts.resource import Resource
from wardlaw.facts.routes import MCP
from wardlaw.facts.toolpin import PinState
from wardlaw.gateway.admitted import Admitted
from wardlaw.gateway.canaries import stand_in
from wardlaw.gateway.judge import Case, Judgement
from wardlaw.gateway.local import JSON, LocalExchange
from wardlaw.gateway.mcp.catalogue import Catalogue, OfferedTool
from wardlaw.gateway.mcp.inflight import while_free
from wardlaw.gateway.mcp.judging import AGENT, READING, Passed, ToolJudge
from wardlaw.gateway.mcp.message import (
    INTERNAL,
    INVALID_PARAMS,
    INVALID_REQUEST,
    NO_METHOD,
    PARSE_ERROR,
    REFUSED,
    UNSUPPORTED_VERSION,
    VERSIONS,
    Message,
    error_text,
    read_message,
    result_text,
)
from wardlaw.gateway.mcp.session import ToolServerError
from wardlaw.gateway.port import Call
from wardlaw.gateway.services import Services
from wardlaw.gateway.wire.answer import ANSWER_LIMITS, read_document
from wardlaw.gateway.wire.body import BodyLimits, read_json
from wardlaw.gateway.wire.headers import check_request_headers
from wardlaw.gateway.wire.heldwords import held_meta
from wardlaw.gateway.wire.session import SESSION_HEADER, session_id
from wardlaw.security.toolnames import JOINT, RESERVED, parted, qualified
from wardlaw.state.authority import Ask
from wardlaw.state.callers import state_key

_SESSION = "mcp-session-id"
_VERSION = "mcp-protocol-version"
_MAC_BYTES, _NONCE_BYTES = 16, 16
_READ, _PROMPT = RESERVED
_URI_JOINT = "+"  # a letter of URI schemes (RFC 3986 section 3.1), so that server+scheme: is one


class McpExchange(LocalExchange):
    """Serves one message."""

    def __init__(self, services: Services, call: Call, admitted: Admitted) -> None:
        super().__init__(services, call, admitted, route=MCP)
        self._judge: ToolJudge | None = None
        self._methods: dict[str, Callable[[Message], Awaitable[None]]] = {
            "initialize": self._initialize,
            "ping": self._ping,
            "tools/list": self._list_tools,
            "tools/call": self._call_tool,
            "resources/list": self._list_resources,
            "resources/templates/list": self._list_templates,
            "resources/read": self._read_resource,
            "prompts/list": self._list_prompts,
            "prompts/get": self._get_prompt,
        }

    @property
    def _catalogue(self) -> Catalogue:
        catalogue = self._services.catalogue
        if catalogue is None:
            raise _no_servers()
        return catalogue

    def _check_caller(self) -> None:
        _ = self._catalogue
        check_request_headers(self._call.headers)
        self._check_origin()
        self._check_scope("tools")

    @property
    def _bounds(self) -> BodyLimits:
        limits = self._services.limits
        return BodyLimits(max_bytes=limits.body_bytes, max_depth=limits.depth, max_leaves=limits.segments)

    async def _serve(self, raw: bytes) -> None:
        self._check_caller()
        try:
            message = read_message(read_json(raw, limits=self._bounds))
        except InputError as error:
            self._result = "refused"
            self._reply(error.http_status, (JSON,), error_text(None, PARSE_ERROR, str(error)))
            return
        if message is None:
            self._result = "refused"
            why = "The body is no JSON-RPC 2.0 message; send one at a time."
            self._reply(400, (JSON,), error_text(None, INVALID_REQUEST, why))
            return
        if not message.is_request:
            # Notifications change nothing here, and an answer belongs to no question: the gateway asks callers nothing.
            self._result = "complete"
            self._reply(202, (), b"")
            return
        await self._answer(message)

    async def _answer(self, message: Message) -> None:
        version = self._call.headers.get(_VERSION, "")
        if version and version not in VERSIONS and message.method != "initialize":
            data = {"supported": list(VERSIONS), "requested": version[:64]}
            self._say_no(message, UNSUPPORTED_VERSION, "Unsupported protocol version", data, status=400)
            return
        method = self._methods.get(message.method)
        if method is None:
            self._say_no(message, NO_METHOD, "Method not found", None)
            return
        try:
            await method(message)
        except ToolServerError as error:
            await self._pass_error(message, error)
        except UnavailableError as error:
            self._result = "upstream-failed" if error.code.startswith(("WL-MCP", "WL-UPS")) else "refused"
            told = {"code": error.code, "decision": ""}
            self._reply(200, (JSON,), error_text(_id(message), INTERNAL, f"{error.message} {error.hint}".strip(), told))

    # -- what belongs to no server ----------------------------------------------------------------

    async def _initialize(self, message: Message) -> None:
        asked = message.params.get("protocolVersion")
        result: dict[str, Any] = {
            "protocolVersion": asked if asked in VERSIONS else VERSIONS[0],
            "capabilities": {"tools": {}, "resources": {}, "prompts": {}},
            "serverInfo": {"name": "wardlaw", "title": "Wardlaw", "version": __version__},
        }
        self._done(message, result, (_SESSION, self._new_session()))

    async def _ping(self, message: Message) -> None:
        self._done(message, {})

    # -- tools ------------------------------------------------------------------------------------

    async def _list_tools(self, message: Message) -> None:
        tools = [tool for tool in await self._catalogue.tools() if tool.is_pinned]
        shown = [tool.definition for tool in tools if self._may_see(self._resource(tool.server, tool.name))]
        await self._pass_list(message, {"tools": shown})

    def _may_see(self, resource: Resource) -> bool:
        """Whether a call could be allowed: rules that need arguments or results are asked again when it is made."""
        judge, case = self._services.judge, self._case()
        at = judge.clock()
        facts = judge.facts(case, Action.TOOL_CALL, resource, Measures(), at=at)
        return decide(facts, (), judge.policies.current, Snapshot()).effect not in (Effect.DENY, Effect.CUT)

    async def _call_tool(self, message: Message) -> None:
        name, arguments = message.params.get("name"), message.params.get("arguments", {})
        if type(name) is not str or type(arguments) is not dict:
            self._say_no(message, INVALID_PARAMS, "tools/call needs a name, and arguments as an object", None)
            return
        server, tool = parted(name)
        offered = await self._catalogue.find(server, tool)
        if await self._may_call(message, offered, server, name=name, arguments=arguments):
            result = await self._ask(server, "tools/call", {"name": tool, "arguments": arguments})
            await self._pass_result(message, result, tool=True)

    async def _may_call(
        self, message: Message, offered: OfferedTool | None, server: str, *, name: str, arguments: dict[str, Any]
    ) -> bool:
        """Judge a call; one that may not be made is answered here."""
        usable = offered is not None and offered.is_pinned
        resource = self._resource(server, name, known=usable)
        definition = offered.definition if offered is not None and usable else None
        judgement = await self._judging().call(
            name,
            arguments,
            resource,
            self._services.registry.tool_class(name, definition),
            definition=definition,
            pin=offered.pin if offered is not None else "",
        )
        if offered is not None and not usable:
            self._refuse_drifted(message, offered, judgement)
            return False
        # A call is never rewritten: what a clause would have masked in it must not go, nor be missing from it.
        if not usable or not judgement.released or judgement.decision.effect is Effect.TRANSFORM:
            self._refuse_call(message, judgement, resource)
            return False
        self._upstream = server
        return True

    def _refuse_drifted(self, message: Message, offered: OfferedTool, judgement: Judgement) -> None:
        how = "was changed by its server" if offered.state is PinState.DRIFTED else "holds something a person must see"
        code = "WL-MCP-002" if offered.state is PinState.DRIFTED else "WL-MCP-003"
        error = RefusedError(
            code,
            f"The definition of the tool {offered.name} {how}, so it is refused until somebody has approved it.",
            "Use another tool, or ask the operator to look: `wardlaw mcp diff`.",
        )
        self._result = "refused"
        self._tell_refusal(message, error.code, f"{error.message} {error.hint}", judgement)

    def _refuse_call(self, message: Message, judgement: Judgement, resource: Resource) -> None:
        if judgement.decision.effect is Effect.CUT:
            self._refuse(judgement, resource)
            return
        told = self._refusal(judgement, resource)
        error = orjson.loads(told.body).get("error", {})
        text = error.get("message") or "The request was refused."
        if judgement.released:  # observed, or to be masked: it is refused all the same
            text = f"The call was refused. ({judgement.decision.request})"
        self._result = "refused"
        self._tell_refusal(message, told.code, text, judgement)

    def _tell_refusal(self, message: Message, code: str, text: str, judgement: Judgement) -> None:
        """A refused call is a result that says so: then the model reads why, and what to do instead."""
        told: dict[str, Any] = {"code": code, "decision": judgement.decision.request}
        held = held_meta(judgement.held, text)
        if message.method == "tools/call":
            meta = {"wardlaw/refusal": told, **held}
            result = {"content": [{"type": "text", "text": text}], "isError": True, "_meta": meta}
            self._reply(200, (JSON, *self._own(judgement)), result_text(_id(message), result))
        else:
            self._reply(200, (JSON, *self._own(judgement)), error_text(_id(message), REFUSED, text, told | held))

    # -- resources and prompts --------------------------------------------------------------------

    async def _list_resources(self, message: Message) -> None:
        await self._list_of(message, "resources", "resources/list", "resources", _READ)

    async def _list_templates(self, message: Message) -> None:
        await self._list_of(message, "resources", "resources/templates/list", "resourceTemplates", _READ)

    async def _list_prompts(self, message: Message) -> None:
        await self._list_of(message, "prompts", "prompts/list", "prompts", _PROMPT)

    async def _list_of(self, message: Message, capability: str, method: str, member: str, kind: str) -> None:
        async def ask(name: str) -> list[dict[str, Any]]:
            if not self._may_see(self._resource(name, qualified(name, kind))):
                return []
            try:
                items = await self._catalogue.servers[name].list(capability, method, member)
            except (UnavailableError, ToolServerError):
                return []  # the others are still of use; what is wrong is told by a call
            return [_renamed(name, item) for item in items]

        found = [item for items in await asyncio.gather(*map(ask, self._catalogue.servers)) for item in items]
        await self._pass_list(message, {member: found})

    async def _read_resource(self, message: Message) -> None:
        uri = message.params.get("uri")
        server, joint, own = uri.partition(_URI_JOINT) if type(uri) is str else ("", "", "")
        await self._fetch(message, server if joint else "", _READ, {"uri": own})

    async def _get_prompt(self, message: Message) -> None:
        name, arguments = message.params.get("name"), message.params.get("arguments", {})
        server, own = parted(name) if type(name) is str else ("", "")
        await self._fetch(message, server, _PROMPT, {"name": own, "arguments": arguments})

    async def _fetch(self, message: Message, server: str, kind: str, params: dict[str, Any]) -> None:
        if server not in self._catalogue.servers:
            self._say_no(message, INVALID_PARAMS, "No server has what was asked for; take it from the list.", None)
            return
        if await self._may_fetch(message, server, kind, params):
            await self._pass_result(message, await self._ask(server, message.method, params), tool=False)

    async def _may_fetch(self, message: Message, server: str, kind: str, params: dict[str, Any]) -> bool:
        """Judge that a resource is read or a prompt taken; what may not be is answered here."""
        name = qualified(server, kind)
        resource = self._resource(server, name)
        judgement = await self._judging().call(name, params, resource, READING)
        if not judgement.released or judgement.decision.effect is Effect.TRANSFORM:
            self._refuse_call(message, judgement, resource)
            return False
        self._upstream = server
        return True

    # -- answers ----------------------------------------------------------------------------------

    async def _ask(self, server: str, method: str, params: dict[str, Any]) -> dict[str, Any]:
        played = stand_in(self._marked, self._admitted.principal)
        if played is not None:
            return read_document(played, ANSWER_LIMITS)
        self._watch.leave()
        try:
            return await while_free(self._catalogue.servers[server].ask(method, params), self._is_set_apart)
        finally:
            self._watch.back()

    async def _is_set_apart(self) -> bool:
        """Whether a quarantine stands for the caller now; nothing is counted."""
        case, judge = self._case(), self._services.judge
        asked = Ask(principal=case.principal_key, person=case.person_key, session=case.session_key, at=judge.clock())
        return bool((await judge.state.reserve(asked)).snapshot.quarantined)

    async def _pass_list(self, message: Message, result: dict[str, Any]) -> None:
        passed = await self._judging().result(result, channel=Channel.TOOL_DEFINITION)
        self._pass(message, passed)

    async def _pass_result(self, message: Message, result: dict[str, Any], *, tool: bool) -> None:
        if result.get("resultType", "complete") != "complete" or (tool and type(result.get("content")) is not list):
            raise UnavailableError("WL-MCP-011", "The server's answer is no result.", "Tell whoever makes the server.")
        self._pass(message, await self._judging().result(result))

    def _pass(self, message: Message, passed: Passed | Judgement) -> None:
        if isinstance(passed, Passed):
            self._done(message, passed.body, judgement=passed.judgement)
        else:
            self._refuse_call(message, passed, AGENT)

    async def _pass_error(self, message: Message, error: ToolServerError) -> None:
        """Give on what a server answered instead of a result: its words are judged like any it sends."""
        passed = await self._judging().result({"content": [{"type": "text", "text": error.told}]})
        if not isinstance(passed, Passed):
            self._refuse_call(message, passed, AGENT)
            return
        self._result = "upstream-failed"
        told = passed.body["content"][0]["text"]
        self._reply(200, (JSON, *self._own(passed.judgement)), error_text(_id(message), error.rpc_code, told))

    def _done(
        self, message: Message, result: dict[str, Any], *headers: tuple[str, str], judgement: Judgement | None = None
    ) -> None:
        self._result = "complete"
        own = self._own(judgement) if judgement is not None else ()
        self._reply(200, (JSON, *own, *headers), result_text(_id(message), result))

    def _say_no(
        self, message: Message, code: int, text: str, data: dict[str, Any] | None, *, status: int = 200
    ) -> None:
        self._result = "refused"
        self._reply(status, (JSON,), error_text(_id(message), code, text, data))

    # -- who asks ---------------------------------------------------------------------------------

    def _judging(self) -> ToolJudge:
        if self._judge is None:
            self._judge = ToolJudge(self._services, self._case(), delta=self._admitted.delta)
        return self._judge

    def _resource(self, server: str, name: str, *, known: bool = True) -> Resource:
        resource = self._services.registry.tool(name)
        resource = msgspec.structs.replace(resource, registered=resource.registered and known)
        settings = self._catalogue.settings(server)
        if settings is None:
            return resource
        return msgspec.structs.replace(
            resource,
            upstream=server,
            destination_registered=True,
            region=settings.region,
            trust=settings.trust,
        )

    def _case(self, route: str = "") -> Case:
        case = super()._case(route)
        given = self._call.headers.get(_SESSION)
        if given is None or SESSION_HEADER in self._call.headers:
            return case
        if not self._is_own_session(given):
            raise UnknownSessionError(
                "WL-MCP-004", "This session was not given to this caller.", "Begin a new one with initialize."
            )
        services, principal = self._services, self._admitted.principal
        session = session_id(principal.id, given, None, key=services.session_key)
        key = state_key(services.state_secret, "session", principal.id, session)
        return msgspec.structs.replace(case, session=session, session_key=key)

    def _new_session(self) -> str:
        nonce = self._services.judge.random(_NONCE_BYTES).hex()
        return f"{nonce}.{self._session_mac(nonce)}"

    def _session_mac(self, nonce: str) -> str:
        principal = self._admitted.principal
        text = f"mcp-session\x00{principal.id}\x00{principal.acting_for}\x00{nonce}"
        return hmac.digest(self._services.session_key, text.encode(), "sha256")[:_MAC_BYTES].hex()

    def _is_own_session(self, given: str) -> bool:
        nonce, _, mac = given.partition(".")
        return given.isascii() and hmac.compare_digest(mac, self._session_mac(nonce))

    def _check_origin(self) -> None:
        """Pages in browsers reach no tools, unless they are the gateway's own (specification, DNS rebinding)."""
        origin, host = self._call.headers.get("origin"), self._call.headers.get("host", "")
        own = urlsplit(self._services.mcp_url)
        allowed = {f"{own.scheme}://{own.netloc}"}
        # A page of this very address on this machine; a name that was bent to it (DNS rebinding) is no loopback name.
        asked = url_parts(f"http://{host}")
        if asked is not None and is_loopback(asked.hostname or ""):
            allowed.add(f"{'https' if self._services.is_tls else 'http'}://{host}")
        if origin is not None and origin not in allowed:
            raise RefusedError("WL-MCP-012", "Web pages may not call tools.", "Call from a program.")


class UnknownSessionError(WardlawError):
    """The session is not the caller's; clients begin a new one on 404 (specification, session management)."""

    exit_code = 2
    http_status = 404


def _no_servers() -> WardlawError:
    return UnknownSessionError(
        "WL-MCP-001", "No servers of tools stand behind this gateway.", "Name them in mcp.servers."
    )


def _id(message: Message) -> str | int:
    assert message.id is not None
    return message.id


def _renamed(server: str, item: dict[str, Any]) -> dict[str, Any]:
    """An item of a list under the name by which it is asked for here."""
    if type(item.get("uri")) is str:
        return {**item, "uri": f"{server}{_URI_JOINT}{item['uri']}"}
    if type(item.get("uriTemplate")) is str:
        return {**item, "uriTemplate": f"{server}{_URI_JOINT}{item['uriTemplate']}"}
    return {**item, "name": f"{server}{JOINT}{item.get('name')}"}

"""Sessions over a line that stands in memory, over a program, and over an address."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from wardlaw.config.toolservers import McpServer
from wardlaw.facts.errors import UnavailableError
from wardlaw.gateway.mcp.address import AddressLine
from wardlaw.gateway.mcp.credentials import absent
from wardlaw.gateway.mcp.program import ProgramLine
from wardlaw.gateway.mcp.session import UNASKED, WEIGHT_OF_REQUEST, Session, ToolServerError
from wardlaw.gateway.mcp.toolserver import ToolServer
from wardlaw.gateway.upstream import Upstreams

COVERS = ("line", "toolserver", "program", "address")
PUPPET = Path(__file__).parents[3] / "wire" / "toolpuppet.py"
INIT = {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}}


class MemoryLine:
    """Answers each request by a function of its method; ``None`` for silence."""

    def __init__(self, answer: Callable[[dict[str, Any]], Any]) -> None:
        self.answer, self.sent, self.version, self.closed = answer, [], "", False

    async def open(self) -> None:
        pass

    async def send(self, message: bytes, *, settled: Callable[[], bool]) -> bool:
        doc = json.loads(message)
        self.sent.append(doc)
        if "method" in doc and "id" in doc:
            given = INIT if doc["method"] == "initialize" else self.answer(doc)
            if given is not None:
                self.say({"id": doc["id"], **given} if given is not INIT else {"id": doc["id"], "result": INIT})
        return True

    def say(self, doc: dict[str, Any]) -> None:
        self.heard(json.dumps({"jsonrpc": "2.0"} | doc).encode())

    def speaks(self, version: str) -> None:
        self.version = version

    async def close(self) -> None:
        self.closed = True


def run(answer: Callable[[dict[str, Any]], Any], story: Callable[[Session, MemoryLine, list[str]], Any]) -> Any:
    async def main() -> Any:
        line, told = MemoryLine(answer), []
        session = Session(
            "s", line, limit_bytes=4096, asked=told.append, changed=lambda: told.append("changed"), clock=lambda: 0.0
        )
        await session.open(1.0)
        try:
            return await story(session, line, told)
        finally:
            await session.close()
            assert line.closed

    return asyncio.run(main())


def test_the_handshake_offers_nothing_of_the_callers() -> None:
    async def story(session: Session, line: MemoryLine, _told: list[str]) -> None:
        assert line.sent[0]["params"]["capabilities"] == {}
        assert (line.version, session.capabilities) == ("2025-11-25", {"tools": {}})
        assert line.sent[1] == {"jsonrpc": "2.0", "method": "notifications/initialized"}

    run(lambda _doc: None, story)


def test_an_unknown_version_is_no_server_to_speak_to(monkeypatch) -> None:
    monkeypatch.setitem(INIT, "protocolVersion", "1999-01-01")
    with pytest.raises(UnavailableError, match="no version"):
        run(lambda _doc: None, lambda *_: None)


def test_errors_silence_and_pages() -> None:
    def answer(doc: dict[str, Any]) -> Any:
        match doc["method"]:
            case "fails":
                return {"error": {"code": -5, "message": "why"}}
            case "pages":
                cursor = doc["params"].get("cursor", "0")
                more = {"nextCursor": str(int(cursor) + 1)} if int(cursor) < 2 else {}
                return {"result": {"items": [{"n": cursor}], **more}}
            case "endless":
                return {"result": {"items": [], "nextCursor": "again"}}
            case "odd":
                return {"result": {"items": ["text"]}}
        return None

    async def story(session: Session, line: MemoryLine, _told: list[str]) -> None:
        with pytest.raises(ToolServerError) as caught:
            await session.ask("fails", {}, within_s=1.0)
        assert (caught.value.rpc_code, caught.value.told) == (-5, "why")
        assert await session.list("pages", "items", within_s=1.0) == [{"n": "0"}, {"n": "1"}, {"n": "2"}]
        for method in ("endless", "odd"):
            with pytest.raises(UnavailableError):
                await session.list(method, "items", within_s=1.0)
        with pytest.raises(UnavailableError) as late:
            await session.ask("silent", {}, within_s=0.01)
        assert late.value.code == "WL-MCP-008"
        await asyncio.sleep(0)
        assert line.sent[-1]["method"] == "notifications/cancelled"

    run(answer, story)


def test_what_a_server_asks_is_refused_and_told() -> None:
    async def story(session: Session, line: MemoryLine, told: list[str]) -> None:
        line.say({"id": "q", "method": "sampling/createMessage", "params": {}})
        line.say({"id": 7, "method": "ping"})
        line.say({"method": "notifications/tools/list_changed"})
        await asyncio.sleep(0)
        assert told == ["sampling/createMessage", "changed"]
        refused, pong = line.sent[-2:]
        assert (refused["id"], refused["error"]["code"]) == ("q", -32601)
        assert pong == {"jsonrpc": "2.0", "id": 7, "result": {}}

    run(lambda _doc: None, story)


@pytest.mark.parametrize(
    "doc", [{"method": "notifications/message"}, {"id": 99, "result": {}}, {"id": "a", "method": "roots/list"}]
)
def test_a_flood_ends_the_session_and_whoever_waits_is_told(doc: dict[str, Any]) -> None:
    async def story(session: Session, line: MemoryLine, told: list[str]) -> None:
        waiting = asyncio.get_running_loop().create_task(session.ask("silent", {}, within_s=5.0))
        await asyncio.sleep(0)
        for _ in range(UNASKED + 1):
            line.say(doc)
        with pytest.raises(UnavailableError, match="nobody asked for"):
            await waiting
        assert not session.alive
        assert len(told) <= UNASKED // WEIGHT_OF_REQUEST

    run(lambda _doc: None, story)


def test_what_is_no_message_counts_and_harms_nothing() -> None:
    async def story(session: Session, line: MemoryLine, _told: list[str]) -> None:
        for raw in (b"starting", b"[]", b'{"jsonrpc":"2.0","id":1,"id":2,"result":{}}', b"\xff", b"{" * 500):
            line.heard(raw)
        assert session.alive

    run(lambda _doc: None, story)


def server(*words: str, **more: Any) -> ToolServer:
    settings = McpServer("s", (sys.executable, str(PUPPET), *words), message_bytes=65_536, **more)
    return ToolServer(settings, Upstreams(), env={"PATH": "/usr/bin"}, asked=lambda *_: None, clock=lambda: 0.0)


def test_a_program_is_started_when_it_is_asked_and_ends_with_all_it_holds() -> None:
    async def story() -> None:
        one = server("plain")
        tools = await one.list("tools", "tools/list", "tools")
        assert [tool["name"] for tool in tools] == ["echo", "other_thing"]
        assert await one.list("completions", "x", "y") == []
        result = await one.ask("tools/call", {"name": "echo", "arguments": {"text": "a"}})
        assert result["content"][0]["text"] == "a"
        process = (await one.session())._line._process
        await one.close()
        assert process.returncode is not None

    asyncio.run(story())


def test_a_message_beyond_the_bound_ends_the_program_and_the_next_call_starts_another() -> None:
    async def story() -> None:
        one = server("large", "200000")
        try:
            first = await one.session()
            with pytest.raises(UnavailableError) as caught:
                await one.ask("tools/call", {"name": "echo", "arguments": {}})
            assert caught.value.code == "WL-MCP-006"
            assert await one.session() is not first
        finally:
            await one.close()

    asyncio.run(story())


def test_a_program_that_cannot_be_started_is_not_tried_at_every_call(tmp_path: Path) -> None:
    async def story() -> None:
        one = ToolServer(
            McpServer("s", (str(tmp_path / "none"),)), Upstreams(), env={}, asked=lambda *_: None, clock=lambda: 0.0
        )
        errors = []
        for _ in range(2):
            with pytest.raises(UnavailableError) as caught:
                await one.session()
            errors.append(caught.value)
        assert errors[0] is errors[1]

    asyncio.run(story())


def test_a_line_that_was_never_opened_sends_nothing() -> None:
    line = ProgramLine("s", ["x"], env={}, cwd="", limit_bytes=10)
    with pytest.raises(UnavailableError, match="ended"):
        asyncio.run(line.send(b"{}", settled=lambda: True))


class Answer:
    """An answer of an address, in pieces."""

    def __init__(self, status: int, headers: dict[str, str], *pieces: bytes) -> None:
        self.status, self.headers, self._pieces = status, tuple(headers.items()), pieces

    async def pieces(self):
        for piece in self._pieces:
            yield piece

    async def whole(self, limit_bytes: int) -> bytes:
        raw = b"".join(self._pieces)
        if len(raw) > limit_bytes:
            raise UnavailableError("WL-UPS-004", "large")
        return raw

    async def close(self) -> None:
        pass


class Address:
    """An address that gives one answer, and keeps what it was sent."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.sent = answer, []

    async def post(self, there, path, body, headers):
        self.sent.append((path, dict(headers)))
        return self.answer

    async def call(self, there, method, path, body, headers):
        self.sent.append((method, dict(headers)))
        return self.answer


def address(answer: Answer) -> tuple[AddressLine, Address, list[bytes]]:
    far = Address(answer)
    settings = McpServer("s", url="https://far.example", headers={"x-a": "b"})
    there = ToolServer(settings, Upstreams(), env={}, asked=lambda *_: None, clock=lambda: 0.0)._line()._there
    line, heard = AddressLine(there, far, limit_bytes=100), []
    line.heard = heard.append
    return line, far, heard


@pytest.mark.parametrize(
    ("kind", "pieces", "heard"),
    [
        ("application/json; charset=utf-8", [b'{"a"', b":1}"], [b'{"a":1}']),
        ("text/event-stream", [b"event: message\ndata: {", b"}\n\n", b": ping\n\ndata: 2\n\n"], [b"{}", b"2"]),
        ("text/event-stream", [b"event: other\ndata: 1\n\n"], []),
        ("text/html", [b"<html>"], []),
    ],
)
def test_an_address_answers_with_json_or_events(kind, pieces, heard) -> None:
    line, far, got = address(Answer(200, {"Content-Type": kind, "Mcp-Session-Id": "abc"}, *pieces))
    line.speaks("2025-11-25")

    async def story() -> None:
        for _ in range(2):
            assert not await line.send(b"{}", settled=lambda: False)
        await line.close()

    asyncio.run(story())
    assert got == heard * 2
    first, second, last = far.sent
    assert "mcp-session-id" not in first[1]
    assert (second[0], second[1]["mcp-session-id"], second[1]["mcp-protocol-version"]) == ("/", "abc", "2025-11-25")
    assert last == ("DELETE", {"mcp-session-id": "abc"})


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (Answer(200, {"content-type": "application/json"}, b"x" * 101), "WL-MCP-006", "100 bytes"),
        (Answer(200, {"content-type": "text/event-stream"}, b"data: " + b"x" * 200), "WL-MCP-006", "100 bytes"),
        (Answer(200, {"content-type": "text/event-stream"}, b"nonsense: 1\n\n"), "WL-MCP-005", "no events"),
        (Answer(200, {"content-type": "application/json", "content-encoding": "gzip"}, b""), "WL-MCP-005", "compress"),
        (Answer(200, {"mcp-session-id": "a" * 600}, b""), "WL-MCP-005", "session id"),
        (Answer(302, {"location": "https://other.example"}, b""), "WL-MCP-005", "302"),
        (Answer(401, {}, b""), "WL-MCP-005", "credentials"),
    ],
)
def test_an_address_that_answers_wrongly_is_told(answer, code, said) -> None:
    line, _, heard = address(answer)
    with pytest.raises(UnavailableError, match=said) as caught:
        asyncio.run(line.send(b"{}", settled=lambda: False))
    assert caught.value.code == code
    assert heard == []


@pytest.mark.parametrize(("status", "ends"), [(401, True), (404, True), (403, False), (500, False)])
def test_a_session_that_is_refused_or_forgotten_ends_so_that_the_next_call_begins_anew(status: int, ends: bool) -> None:
    line, far, _ = address(Answer(200, {"mcp-session-id": "abc"}))
    told: list[UnavailableError] = []
    line.broken = told.append

    async def story() -> None:
        await line.send(b"{}", settled=lambda: True)
        far.answer = Answer(status, {})
        with pytest.raises(UnavailableError):
            await line.send(b"{}", settled=lambda: False)

    asyncio.run(story())
    assert bool(told) is ends


def test_the_headers_of_the_configuration_are_read_anew_with_each_session_and_hold_no_line_ends(tmp_path: Path) -> None:
    token = tmp_path / "token"
    settings = McpServer("s", url="https://far.example", headers={"authorization": f"file:{token}"})
    made = ToolServer(settings, Upstreams(), env={}, asked=lambda *_: None, clock=lambda: 0.0)

    def written(text: str) -> tuple[tuple[str, str], ...]:
        token.write_text(text)
        token.chmod(0o600)
        return made._line()._own

    assert written("Bearer one\n") == (("authorization", "Bearer one"),)
    assert written("Bearer two") == (("authorization", "Bearer two"),)
    with pytest.raises(UnavailableError, match="no header may"):
        written("Bearer\r\nx-more: 1")


class Given:
    """Credentials that stand in memory; they can be held back."""

    def __init__(self, **values: str) -> None:
        self.kept = values
        self.asked = 0
        self.hold: asyncio.Event | None = None

    async def values(self, server: str, names: Iterable[str]) -> dict[str, str]:
        self.asked += 1
        if self.hold is not None:
            await self.hold.wait()
        for name in names:
            if name not in self.kept:
                raise absent(server, name)
        return {name: self.kept[name] for name in names}


def kept_server(given: Given, mode: str = "env") -> ToolServer:
    settings = McpServer("s", (sys.executable, str(PUPPET), mode), env={"TOKEN": "keyring:token"})
    return ToolServer(
        settings,
        Upstreams(),
        env={"PATH": "/usr/bin"},
        asked=lambda *_: None,
        clock=lambda: 0.0,
        credentials=given,
    )


async def token_of(one: ToolServer) -> str:
    told = await one.ask("tools/call", {"name": "echo", "arguments": {}})
    return json.loads(told["content"][0]["text"])["env"]["TOKEN"]


def test_a_changed_credential_begins_a_session_anew_and_a_forgotten_one_none() -> None:
    async def story() -> None:
        given = Given(token="one")
        server = kept_server(given)
        try:
            assert [await token_of(server), await token_of(server)] == ["one", "one"]
            assert given.asked == 1
            first = await server.session()
            given.kept["token"] = "two"
            server.outdate()
            assert await token_of(server) == "two"  # whether the old session has been ended yet or not
            await server.end_outdated()
            assert not first.alive
            assert await token_of(server) == "two"
            assert given.asked == 2
            given.kept.clear()
            server.outdate()
            await server.end_outdated()
            with pytest.raises(UnavailableError, match="WL-MCP-014"):
                await token_of(server)
            given.kept["token"] = "three"
            server.outdate()  # no waiting after the failed start: the clock stands still
            assert await token_of(server) == "three"
        finally:
            await server.close()

    asyncio.run(story())


def test_what_is_under_way_with_a_credential_that_is_gone_is_told_so() -> None:
    async def story() -> None:
        server = kept_server(Given(token="one"), "silent")
        try:
            await server.session()
            asked = asyncio.get_running_loop().create_task(token_of(server))
            while not (await server.session())._waiting:
                await asyncio.sleep(0)
            server.outdate()
            await server.end_outdated()
            with pytest.raises(UnavailableError, match="credentials were changed"):
                await asked
        finally:
            await server.close()

    asyncio.run(story())


def test_nothing_is_asked_with_a_credential_that_changed_while_the_session_began() -> None:
    async def story() -> None:
        given = Given(token="one")
        given.hold = asyncio.Event()
        server = kept_server(given)
        try:
            begun = asyncio.get_running_loop().create_task(token_of(server))
            while not given.asked:
                await asyncio.sleep(0)
            server.outdate()
            given.hold.set()
            with pytest.raises(UnavailableError, match="changed while it started"):
                await begun
            given.kept["token"] = "two"
            assert await token_of(server) == "two"
        finally:
            await server.close()

    asyncio.run(story())


def test_what_the_configuration_says_goes_with_every_request(tmp_path: Path) -> None:
    far = Address(Answer(200, {"mcp-session-id": "abc"}))
    line, _, _ = address(Answer(200, {}))
    line = AddressLine(line._there, far, limit_bytes=100, own=(("authorization", "Bearer x"),))

    async def story() -> None:
        await line.send(b"{}", settled=lambda: True)
        await line.close()

    asyncio.run(story())
    assert [headers.get("authorization") for _, headers in far.sent] == ["Bearer x", "Bearer x"]

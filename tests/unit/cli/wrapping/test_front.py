"""A client before wrap, with a server and a gateway that stand in memory: nothing passes that was not judged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.gateway.mcp.test_session import MemoryLine

from wardlaw.cli.wrapping.front import AT_ONCE, Front
from wardlaw.cli.wrapping.settings import WRAP_DEFAULTS
from wardlaw.cli.wrapping.voice import Heard
from wardlaw.facts.errors import UnavailableError
from wardlaw.gateway.mcp.message import Message
from wardlaw.gateway.mcp.session import Session

COVERS = ("settings",)
TOOL = {"name": "look", "description": "Looks."}
SECRET_WORDS = "words of the server's"


class MemoryVoice:
    """A gateway that lets go and passes on, or does what it is told."""

    def __init__(self, answer: Callable[[Message, dict[str, Any]], Heard] | None = None) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._answer = answer
        self.closed = False

    async def ask(self, message: Message, **more: Any) -> Heard:
        given = {name: value for name, value in more.items() if value is not None}
        self.asked.append((message.method, given))
        if self._answer is not None:
            return self._answer(message, given)
        if "result" in given:
            return Heard(result=given["result"])
        return Heard(error=given["error"]) if "error" in given else Heard(go=True)

    async def close(self) -> None:
        self.closed = True


class Talk:
    """A front with its server and gateway."""

    def __init__(self, line: MemoryLine, voice: MemoryVoice) -> None:
        self.line, self.voice, self.said, self.now = line, voice, [], 0.0
        self.session = Session(
            "s",
            line,
            limit_bytes=4096,
            asked=lambda _: None,
            changed=lambda: self.front.changed(),
            clock=lambda: self.now,
        )
        self.front = Front(
            self.session,
            voice,  # type: ignore[arg-type]
            say=lambda raw: self.said.append(json.loads(raw)),
            clock=lambda: self.now,
            call_s=5.0,
            limit_bytes=4096,
        )

    async def ask(self, method: str, params: dict[str, Any] | None = None, *, identity: Any = 1) -> dict[str, Any]:
        self.send(method, params, identity=identity)
        for _ in range(50):
            await asyncio.sleep(0)
            if self.said:
                return self.said.pop(0)
        raise AssertionError("no answer")

    def send(self, method: str, params: dict[str, Any] | None = None, *, identity: Any = 1) -> None:
        self.front.hear(
            json.dumps({"jsonrpc": "2.0", "id": identity, "method": method, "params": params or {}}).encode()
        )


def play(story: Callable[[Talk], Any], *, voice: MemoryVoice | None = None, call: Any = "text") -> Talk:
    def answer(doc: dict[str, Any]) -> Any:
        match doc["method"]:
            case "tools/list":
                return {"result": {"tools": [TOOL]}}
            case "tools/call":
                return {"result": {"content": [{"type": "text", "text": SECRET_WORDS}]}} if call == "text" else call
            case "prompts/get" | "resources/read":
                return {"result": {"asked": doc["params"]}}
        return None

    async def run() -> Talk:
        talk = Talk(MemoryLine(answer), voice or MemoryVoice())
        await talk.session.open(1.0)
        try:
            await story(talk)
        finally:
            await talk.front.close()
        assert talk.voice.closed and talk.line.closed
        return talk

    return asyncio.run(run())


def test_a_call_is_asked_about_twice_and_listed_first() -> None:
    async def story(talk: Talk) -> None:
        done = await talk.ask("tools/call", {"name": "look", "arguments": {"q": 1}, "_meta": {"progressToken": 1}})
        assert done["result"]["content"][0]["text"] == SECRET_WORDS
        assert [one for one, _ in talk.voice.asked] == ["tools/list", "tools/call", "tools/call"]
        assert [given for _, given in talk.voice.asked][:2] == [{"result": {"tools": [TOOL]}}, {"definition": TOOL}]
        assert set(talk.voice.asked[2][1]) == {"result"}
        assert talk.line.sent[-1]["params"] == {"name": "look", "arguments": {"q": 1}}

    play(story)


def test_what_the_gateway_answers_instead_of_going_is_all_the_client_gets() -> None:
    refusal = {"content": [{"type": "text", "text": "no"}], "isError": True}

    async def story(talk: Talk) -> None:
        assert (await talk.ask("tools/call", {"name": "look"}))["result"] == refusal
        assert [one["method"] for one in talk.line.sent][-1] == "tools/list"

    play(story, voice=MemoryVoice(lambda _m, _g: Heard(result=refusal)))


@pytest.mark.parametrize("when", ["first", "second", "go twice"])
def test_without_a_clear_word_of_the_gateway_nothing_passes(when: str) -> None:
    def answer(_message: Message, given: dict[str, Any]) -> Heard:
        if when == "go twice" or (when == "second" and "result" not in given):
            return Heard(go=True)
        raise UnavailableError("WL-MCP-034", "The gateway cannot be asked.", "Look whether it runs.")

    async def story(talk: Talk) -> None:
        for method in ("tools/call", "resources/read", "prompts/get", "tools/list"):
            told = await talk.ask(method, {"name": "look", "uri": "x://1"})
            assert SECRET_WORDS not in json.dumps(told)
            assert "WL-MCP-034" in json.dumps(told) or method == "tools/list"
            if method == "tools/list":
                assert "Looks" not in json.dumps(told)

    play(story, voice=MemoryVoice(answer))


def test_the_introduction_holds_no_words_of_the_server() -> None:
    async def story(talk: Talk) -> None:
        talk.session.capabilities = {"tools": {}, "logging": {}, "prompts": {"listChanged": True}}
        told = (await talk.ask("initialize", {"protocolVersion": "2025-06-18"}))["result"]
        assert told["protocolVersion"] == "2025-06-18"
        assert told["capabilities"] == {"tools": {"listChanged": True}, "prompts": {}}
        assert "instructions" not in told
        assert (await talk.ask("ping"))["result"] == {}
        assert (await talk.ask("logging/setLevel"))["error"]["code"] == -32601
        assert talk.voice.asked == []

    play(story)


def test_lists_are_asked_again_after_some_seconds_and_when_the_server_says_so() -> None:
    async def story(talk: Talk) -> None:
        def lists() -> int:
            return sum(one["method"] == "tools/list" for one in talk.line.sent)

        await talk.ask("tools/call", {"name": "look"})
        await talk.ask("tools/call", {"name": "look"})
        assert lists() == 1
        talk.now = 6.0
        await talk.ask("tools/call", {"name": "look"})
        assert lists() == 2
        talk.line.say({"method": "notifications/tools/list_changed"})
        assert talk.said.pop(0)["method"] == "notifications/tools/list_changed"
        await talk.ask("tools/call", {"name": "look"})
        assert lists() == 3

    play(story)


def test_a_cancelled_call_is_cancelled_at_the_server_and_not_answered() -> None:
    async def story(talk: Talk) -> None:
        talk.send("tools/call", {"name": "look"}, identity="a")
        for _ in range(10):
            await asyncio.sleep(0)
        note = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "a"}}
        talk.front.hear(json.dumps(note).encode())
        for _ in range(10):
            await asyncio.sleep(0)
        assert talk.line.sent[-1]["method"] == "notifications/cancelled"
        assert talk.said == []

    play(story, call=None)


def test_errors_of_the_server_go_through_the_gateway_too() -> None:
    async def story(talk: Talk) -> None:
        told = await talk.ask("tools/call", {"name": "look"})
        assert told["error"] == {"code": -5, "message": "why"}
        assert talk.voice.asked[2][1] == {"error": {"code": -5, "message": "why"}}

    play(story, call={"error": {"code": -5, "message": "why", "data": {"more": 1}}})


def test_messages_that_are_none_ids_in_use_and_too_many_are_refused() -> None:
    async def story(talk: Talk) -> None:
        for raw in (b"{", b"[]", b"{}"):
            talk.front.hear(raw)
        assert [one["error"]["code"] for one in talk.said] == [-32700, -32700, -32600]
        talk.said.clear()
        for number in range(AT_ONCE):
            talk.send("tools/call", {"name": "look"}, identity=number)
        talk.send("ping", identity=0)
        talk.send("ping", identity="more")
        assert [one["error"]["code"] for one in talk.said] == [-32600, -32600]

    play(story, call=None)


def test_the_usual_bounds_are_those_of_the_gateway() -> None:
    assert (WRAP_DEFAULTS.call_timeout_s, WRAP_DEFAULTS.message_bytes) == (60.0, 8_388_608)

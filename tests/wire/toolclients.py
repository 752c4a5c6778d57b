"""Agents for the tests of ``/mcp``: one of the official SDK, one that reads answers as they were sent, one without us."""

from __future__ import annotations

import asyncio
import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from tests.wire.house import STARTER, House

VERSION = "2025-11-25"
_Made = TypeVar("_Made")


def tool_house(
    folder: Path, servers: dict[str, dict[str, Any]], *tools: str, extra: str = "", url: str = "", without: str = ""
) -> House:
    """A running gateway with these servers of tools, these tools registered, and the starter clauses but for one file."""
    listed = [{"name": name, **server} for name, server in servers.items()]
    lines = "".join(f"  - {{name: '{tool}', effect: read}}\n" for tool in tools)
    block = f"mcp: {json.dumps({'url': url, 'servers': listed})}\n{extra}"
    house = House(folder, "http://127.0.0.1:9/v1", extra=block, tools=lines)
    if without:
        starter = {path.name: path.read_text(encoding="utf-8") for path in STARTER.glob("*.yaml")}
        house.publish({name: text for name, text in starter.items() if name != without}, version=2)
    house.start()
    return house


def talk(house: House, story: Callable[[ClientSession], Awaitable[_Made]], *, key: str = "") -> _Made:
    """What a caller of the official SDK makes of the gateway."""

    async def run() -> _Made:
        headers = {"authorization": f"Bearer {key or house.key('ada')}"}
        address = house.url.removesuffix("/v1") + "/mcp"
        async with (
            create_mcp_http_client(headers=headers) as client,
            streamable_http_client(address, http_client=client) as (read, write, *_),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await story(session)

    return asyncio.run(run())


def text_of(result: Any) -> str:
    """The texts of a result."""
    return "".join(part.text for part in result.content)


class Straight:
    """A client on the standard input and output of a program, that keeps answers as they came."""

    def __init__(self, command: Sequence[str], *, env: dict[str, str] | None = None) -> None:
        pipe, null = subprocess.PIPE, subprocess.DEVNULL
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=null, env=env)
        self._last = 0
        self.heard: list[dict[str, Any]] = []
        about = {"name": "test", "version": "1"}
        self.introduction = self.ask(
            "initialize", {"protocolVersion": VERSION, "capabilities": {}, "clientInfo": about}
        )
        self.say({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def say(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def send(self, method: str, params: dict[str, Any]) -> int:
        """Send a request; its id."""
        self._last += 1
        self.say({"jsonrpc": "2.0", "id": self._last, "method": method, "params": params})
        return self._last

    def answer(self, identity: int) -> dict[str, Any]:
        """The answer to a request; what comes before it is kept in ``heard``."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            message: dict[str, Any] = json.loads(line)
            if message.get("id") == identity and "method" not in message:
                return message
            self.heard.append(message)
        raise AssertionError("the program has ended")

    def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        return self.answer(self.send(method, params))

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def __enter__(self) -> Straight:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Through:
    """A client of the gateway that keeps answers as they came."""

    def __init__(self, house: House, key: str) -> None:
        self._url = house.url.removesuffix("/v1") + "/mcp"
        self._key, self._last = key, 0

    def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self._last += 1
        body = json.dumps({"jsonrpc": "2.0", "id": self._last, "method": method, "params": params}).encode()
        headers = {"authorization": f"Bearer {self._key}", "content-type": "application/json"}
        request = urllib.request.Request(self._url, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                made: dict[str, Any] = json.loads(answer.read())
        except urllib.error.HTTPError as error:
            made = json.loads(error.read())
        return made

"""The process between a client and its server, with a gateway that is not there."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from wardlaw.cli.exits import Exit
from wardlaw.cli.wrapping.running import Wrapping, run
from wardlaw.facts.errors import UnavailableError

PUPPET = Path(__file__).parents[3] / "wire" / "toolpuppet.py"


def play(*messages: dict[str, Any], mode: str = "plain", limit: int = 8_192, command: str = sys.executable) -> Any:
    """What a client that says this, and leaves once it has been answered, gets."""
    said: list[dict[str, Any]] = []
    out, into = os.pipe()
    waiting = [one for one in messages if "id" in one]

    def say(raw: bytes) -> None:
        said.append(json.loads(raw))
        if len(said) == len(waiting):
            os.close(into)

    for message in messages:
        os.write(into, json.dumps({"jsonrpc": "2.0"} | message).encode() + b"\n")
    wrapping = Wrapping("laptop", (command, str(PUPPET), mode), "http://127.0.0.1:9", "key", message_bytes=limit)
    client = os.fdopen(out, "rb", buffering=0)
    try:
        code = asyncio.run(run(wrapping, env={**os.environ, "WARDLAW_KEY": "key"}, client=client, say=say))
    finally:
        client.close()
    return code, said


def call(identity: int, name: str) -> dict[str, Any]:
    return {"id": identity, "method": "tools/call", "params": {"name": name, "arguments": {"text": "given"}}}


def test_without_a_gateway_the_client_is_introduced_and_then_refused() -> None:
    code, said = play({"id": 1, "method": "initialize", "params": {}}, call(2, "echo"))
    assert code == Exit.DONE
    assert {one["id"] for one in said} == {1, 2}
    refused = next(one for one in said if one["id"] == 2)["result"]
    assert refused["isError"] and "cannot be asked" in refused["content"][0]["text"]
    assert "given" not in json.dumps(said)


def test_a_server_that_cannot_start_or_a_message_too_large_ends_it() -> None:
    with pytest.raises(UnavailableError):
        play(command="/not/there")
    with pytest.raises(UnavailableError) as caught:
        play({"id": 1, "method": "ping", "params": {"x": "y" * 9_000}})
    assert caught.value.code == "WL-MCP-036"

"""What the gateway says: go, a message, or no; whatever else comes is no."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from wardlaw.cli.wrapping.voice import GatewayVoice, Heard, _heard
from wardlaw.facts.errors import InputError, RefusedError, UnavailableError
from wardlaw.gateway.mcp.message import Message

CALL = Message(7, "tools/call", {"name": "look"})


def test_go_and_messages_are_told_apart() -> None:
    assert _heard(200, b'{"go":true}', CALL) == Heard(go=True)
    assert _heard(200, b'{"jsonrpc":"2.0","id":7,"result":{"a":1}}', CALL) == Heard(result={"a": 1})
    assert _heard(200, b'{"jsonrpc":"2.0","id":7,"error":{"code":1}}', CALL) == Heard(error={"code": 1})


@pytest.mark.parametrize(
    "doc",
    [
        {"go": 1.5},
        {"go": False},
        {"go": True, "more": 1},
        {"id": 8, "result": {}},
        {"id": 7},
        {"id": 7, "result": {}, "error": {}},
        {"id": 7, "result": "text"},
        [],
    ],
)
def test_anything_else_is_no_leave(doc: Any) -> None:
    with pytest.raises(UnavailableError):
        _heard(200, json.dumps(doc).encode(), CALL)


@pytest.mark.parametrize(
    ("status", "raw", "family"),
    [
        (401, b'{"error":{"message":"no key","code":"c"}}', RefusedError),
        (403, b"", RefusedError),
        (302, b'{"go":true}', RefusedError),
        (500, b'{"go":true}', RefusedError),
        (503, b'{"error":{}}', UnavailableError),
        (429, b"{", UnavailableError),
        (200, b"<html>", UnavailableError),
        (200, b'{"go":true,"go":true}', UnavailableError),
    ],
)
def test_other_answers_are_refusals(status: int, raw: bytes, family: type[Exception]) -> None:
    with pytest.raises(family):
        _heard(status, raw, CALL)


@pytest.mark.parametrize("url", ["", "ftp://x", "http://wardlaw.example", "http://10.0.0.1:8080"])
def test_an_address_that_would_send_the_key_in_the_clear_is_refused(url: str) -> None:
    with pytest.raises(InputError) as caught:
        GatewayVoice(url, "key", server="s")
    assert caught.value.code == "WL-MCP-033"


def test_a_gateway_that_is_not_there_lets_nothing_go() -> None:
    async def story() -> None:
        voice = GatewayVoice("http://127.0.0.1:9", "key", server="s")
        try:
            await voice.ask(CALL)
        finally:
            await voice.close()

    with pytest.raises(UnavailableError) as caught:
        asyncio.run(story())
    assert caught.value.code == "WL-MCP-034"

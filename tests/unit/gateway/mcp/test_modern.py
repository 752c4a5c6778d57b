"""The version without a handshake: envelopes, headers, and how a server is known that speaks nothing else."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp.shared.inbound import InboundModernRoute, classify_inbound_request
from tests.unit.gateway.mcp.test_session import INIT, MemoryLine

from wardlaw.facts.errors import UnavailableError
from wardlaw.gateway.mcp.message import request_text
from wardlaw.gateway.mcp.modern import MODERN, enveloped, headers_of, is_spoken
from wardlaw.gateway.mcp.session import Session

_NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(st.sampled_from(["tools/call", "prompts/get", "resources/read", "tools/list"]), _NAMES)
def test_what_is_sent_is_what_the_official_reading_takes(method: str, name: str) -> None:
    params = enveloped({"uri" if method == "resources/read" else "name": name})
    message = request_text(1, method, params)
    headers = dict(headers_of(message)) | {"mcp-protocol-version": MODERN}
    assert isinstance(classify_inbound_request(json.loads(message), headers=headers), InboundModernRoute)
    assert all(value.isascii() and value.isprintable() for value in headers.values())


def test_answers_and_what_a_server_says_of_itself() -> None:
    assert headers_of(b'{"jsonrpc":"2.0","id":1,"result":{}}') == []
    assert is_spoken({"supportedVersions": ["2025-11-25", MODERN]})
    assert not any(map(is_spoken, ({}, {"supportedVersions": MODERN}, {"supportedVersions": ["2099-01-01"]})))


def _open(monkeypatch: pytest.MonkeyPatch, refusal: dict[str, Any], discovered: Any) -> tuple[Session, MemoryLine]:
    class Modern(MemoryLine):
        async def send(self, message: bytes, *, settled: Any) -> bool:
            doc = json.loads(message)
            if doc.get("method") != "initialize":
                return await super().send(message, settled=settled)
            self.sent.append(doc)
            self.say({"id": doc["id"], "error": refusal})
            return True

    async def story() -> tuple[Session, MemoryLine]:
        line = Modern(lambda _doc: discovered)
        made = Session("s", line, limit_bytes=4096, asked=lambda _: None, changed=lambda: None, clock=lambda: 0.0)
        await made.open(1.0)
        return made, line

    assert INIT
    return asyncio.run(story())


def test_a_server_that_refuses_the_handshake_is_asked_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"supportedVersions": [MODERN], "capabilities": {"tools": {}}}
    session, line = _open(monkeypatch, {"code": -32022, "message": "no"}, {"result": found})
    assert (session.capabilities, line.version) == ({"tools": {}}, MODERN)
    assert [one["method"] for one in line.sent] == ["initialize", "server/discover"]
    assert line.sent[1]["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] == {}


@pytest.mark.parametrize(
    ("code", "discovered"),
    [
        (-32000, {"result": {"supportedVersions": [MODERN]}}),
        (-32022, {"result": {"supportedVersions": ["2099-01-01"]}}),
        (-32022, {"error": {"code": -32601, "message": "no"}}),
    ],
)
def test_one_that_speaks_neither_cannot_be_used(monkeypatch: pytest.MonkeyPatch, code: int, discovered: Any) -> None:
    with pytest.raises(UnavailableError):
        _open(monkeypatch, {"code": code, "message": "no"}, discovered)

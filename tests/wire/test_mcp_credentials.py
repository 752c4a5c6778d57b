"""Credentials of servers out of the keyring, with a real gateway before a real address and a real program.

What a server is sent is looked at there: its own credentials, and nothing of the caller's.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.unit.gateway.tokens import ISSUER, RSA, jwks, token
from tests.wire.house import free_port
from tests.wire.toolclients import tool_house
from wardlaw.store.credentials import KeptCredential, forget_credential, keep_credential, seal_credential

PUPPET = Path(__file__).parent / "toolpuppet.py"
SOON_S = 20.0
CALLERS = {
    "cookie": "session=of-the-caller",
    "proxy-authorization": "Basic b2YtdGhlLWNhbGxlcg==",
    "x-forwarded-access-token": "token-of-the-caller",
    "x-of-the-caller": "of-the-caller",
}


class _Far(BaseHTTPRequestHandler):
    """Speaks enough of the protocol to be called, and keeps the head of every request."""

    protocol_version = "HTTP/1.1"
    heads: list[tuple[str, dict[str, str]]]

    def do_POST(self) -> None:
        doc = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.heads.append((doc.get("method", ""), {name.lower(): value for name, value in self.headers.items()}))
        tool = {"name": "look", "inputSchema": {"type": "object"}}
        results: dict[str, Any] = {
            "initialize": {
                "protocolVersion": "2025-11-25",
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "far", "version": "1"},
            },
            "tools/list": {"tools": [tool]},
            "tools/call": {"content": [{"type": "text", "text": "done"}]},
        }
        if "id" not in doc:
            self._say(202, b"")
            return
        answer = {"jsonrpc": "2.0", "id": doc["id"], "result": results[doc["method"]]}
        self._say(200, json.dumps(answer).encode())

    def do_DELETE(self) -> None:
        self.heads.append(("DELETE", {name.lower(): value for name, value in self.headers.items()}))
        self._say(200, b"")

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("mcp-session-id", "of-the-server")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        return


class Place:
    """A gateway before an address and a program, both of which need a credential of the keyring."""

    def __init__(self, folder: Path) -> None:
        self.heads: list[tuple[str, dict[str, str]]] = []
        far = type("Far", (_Far,), {"heads": self.heads})
        self.server = ThreadingHTTPServer(("127.0.0.1", free_port()), far)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        keys = folder / "jwks.json"
        keys.write_bytes(jwks(RSA))
        servers = {
            "far": {
                "url": f"http://127.0.0.1:{self.server.server_port}/mcp",
                "headers": {"Authorization": "keyring:token", "X-Plain": "plain"},
            },
            "near": {"command": [sys.executable, str(PUPPET), "env"], "env": {"TOKEN": "keyring:token"}},
        }
        issuer = {"issuer": ISSUER, "audience": "wardlaw-api", "jwks_file": str(keys)}
        extra = f"identity: {json.dumps({'issuers': [issuer]})}\n"
        self.house = tool_house(folder, servers, "far__look", "near__echo", extra=extra)
        self.key = self.house.key("ada")

    def put(self, server: str, value: str) -> None:
        """Set a credential as the management API does, in another process than the gateway's."""
        keyring = self.house.places.open_keyring(os.environ)
        now = time.time()
        sealed = seal_credential(keyring, server, "token", value, nonce=os.urandom(16), now=now)
        with self.house.writing() as connection:
            before = keep_credential(connection, KeptCredential(server, "token", sealed, "person:test", now))
            if before:
                keyring.erase(before)
        keyring.close()

    def forget(self, server: str) -> None:
        keyring = self.house.places.open_keyring(os.environ)
        with self.house.writing() as connection:
            keyring.erase(forget_credential(connection, server, "token"))
        keyring.close()

    def ask(self, tool: str, *, credential: str = "") -> dict[str, Any]:
        """Call a tool as a caller that sends everything a caller should not."""
        shown = credential or self.key
        doc = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": {}}}
        headers = CALLERS | {"content-type": "application/json", "authorization": f"Bearer {shown}", "x-api-key": shown}
        address = self.house.url.removesuffix("/v1") + "/mcp"
        request = urllib.request.Request(address, json.dumps(doc).encode(), headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            made: dict[str, Any] = json.loads(answer.read())
        return made

    def until(self, tool: str, meant: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Ask until the answer is the one that is meant: gateways follow within a second."""
        end = time.monotonic() + SOON_S
        while True:
            answer = self.ask(tool)
            if meant(answer):
                return answer
            assert time.monotonic() < end, answer
            time.sleep(0.1)

    def close(self) -> None:
        self.house.stop()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.close()


def env_of(answer: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = json.loads(answer["result"]["content"][0]["text"])["env"]
    return found


def is_served(answer: dict[str, Any]) -> bool:
    return "result" in answer and not answer["result"].get("isError")


def test_a_gateway_follows_what_is_set_set_anew_and_forgotten(place: Place) -> None:
    # Named and not kept: refused, with what to do.
    for tool, server in (("far__look", "far"), ("near__echo", "near")):
        told = json.dumps(place.ask(tool))
        assert f"wardlaw mcp credential set {server} token" in told
    assert place.heads == []
    for server in ("far", "near"):
        place.put(server, f"Bearer one-of-{server}")
    place.until("far__look", is_served)
    assert env_of(place.until("near__echo", is_served))["TOKEN"] == "Bearer one-of-near"
    assert {head["authorization"] for _, head in place.heads} == {"Bearer one-of-far"}
    # Set anew: sessions begin anew.
    for server in ("far", "near"):
        place.put(server, f"Bearer two-of-{server}")
    place.until("near__echo", lambda answer: is_served(answer) and env_of(answer)["TOKEN"] == "Bearer two-of-near")
    place.until("far__look", lambda _: place.heads[-1][1]["authorization"] == "Bearer two-of-far")
    assert next(method for method, head in place.heads if head["authorization"] == "Bearer two-of-far") == "initialize"
    # Forgotten: nothing is served any more.
    for server in ("far", "near"):
        place.forget(server)
    for tool in ("far__look", "near__echo"):
        place.until(tool, lambda answer: "is not kept" in json.dumps(answer))
    log = (place.house.folder / "gateway.log").read_bytes()
    spool = b"".join(path.read_bytes() for path in Path(place.house.config.data_dir).rglob("*") if path.is_file())
    for value in (b"one-of-", b"two-of-"):
        assert value not in log
        assert value not in spool
    assert b"is not kept" in log


def test_bytes_moved_to_another_server_are_not_sent_to_it(place: Place) -> None:
    place.put("far", "Bearer of-far")
    with place.house.writing() as connection:
        connection.execute(text("UPDATE server_credential SET server = 'near'"))
        connection.execute(text("UPDATE generation SET value = value + 1 WHERE name = 'credentials'"))
    told = place.until("near__echo", lambda answer: "cannot be read" in json.dumps(answer))
    assert "of-far" not in json.dumps(told)


@pytest.mark.parametrize("kind", ["key", "token"])
def test_servers_see_nothing_of_the_callers(place: Place, kind: str) -> None:
    for server in ("far", "near"):
        place.put(server, f"Bearer of-{server}")
    now = time.time()
    credential = place.key if kind == "key" else token(exp=now + 300, iat=now - 5)
    place.until("far__look", is_served)
    assert is_served(place.ask("far__look", credential=credential))
    near = place.ask("near__echo", credential=credential)
    env = env_of(near)
    assert set(env) <= {"TOKEN", "PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"}
    assert env["TOKEN"] == "Bearer of-near"
    allowed = {"host", "content-type", "content-length", "accept", "accept-encoding", "user-agent", "connection"}
    allowed |= {"authorization", "x-plain", "mcp-session-id", "mcp-protocol-version"}
    for _, head in place.heads:
        assert set(head) <= allowed, head
        assert head["authorization"] == "Bearer of-far"
        assert head.get("mcp-session-id", "of-the-server") == "of-the-server"
    seen = json.dumps([place.heads, near])
    for secret in (credential, place.key, "of-the-caller", "b2YtdGhlLWNhbGxlcg"):
        assert secret not in seen

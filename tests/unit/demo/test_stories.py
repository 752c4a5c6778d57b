from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from wardlaw.demo import stories
from wardlaw.demo.customers import generate
from wardlaw.demo.script import respond
from wardlaw.demo.stories import Scene, play_bulk, play_injection

SECRET = "wk_live_Zq81kTb7LmXw2vRc9sYh"


class Naive(BaseHTTPRequestHandler):
    """A door that lets everything through to the obeying model."""

    protocol_version = "HTTP/1.1"
    observations: Path
    refusing = failing = chatting = False

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"]))
        if self.refusing:
            self._answer(403, {"error": {"message": "No.", "code": "request_cut", "decision_id": "dec_1"}}, close=True)
            return
        if self.failing:
            error = {"message": "The model failed.", "type": "upstream_error", "code": "upstream_failed"}
            self._answer(400, {"error": error})  # 400, since the client does not try that again
            return
        with self.observations.open("a") as file:
            file.write(json.dumps({"body": raw.decode()}) + "\n")
        asked = json.loads(raw)
        names = [tool["function"]["name"] for tool in asked.get("tools", ())]
        reply = respond(asked["messages"], names, internal_key=SECRET)
        message: dict[str, Any] = {"role": "assistant", "content": reply.text}
        if reply.tool and not self.chatting:
            call = {"id": "c1", "type": "function"}
            message["tool_calls"] = [
                call | {"function": {"name": reply.tool, "arguments": json.dumps(reply.arguments)}}
            ]
        if asked.get("stream"):
            delta = {"index": 0, "delta": {"content": reply.text}, "finish_reason": None}
            self._send(
                200,
                b"data: " + json.dumps({"choices": [delta]}).encode() + b"\n\ndata: [DONE]\n\n",
                "text/event-stream",
            )
            return
        self._answer(200, {"id": "x", "object": "chat.completion", "created": 1, "model": "demo",
                           "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})  # fmt: skip

    def _answer(self, status: int, document: object, *, close: bool = False) -> None:
        self._send(status, json.dumps(document).encode(), "application/json", close=close)

    def _send(self, status: int, body: bytes, kind: str, *, close: bool = False) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        if close:
            self.send_header("connection", "close")
            self.send_header("x-should-retry", "false")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        return


@contextmanager
def scene(folder: Path, **manner: bool) -> Iterator[Scene]:
    """The stories before a door that lets all through, or none."""
    generate(folder / "customers.db", rows=120)
    seen = folder / "seen.jsonl"
    handler = type("Handler", (Naive,), {"observations": seen, **manner})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield Scene(
            gateway=("127.0.0.1", server.server_port),
            keys=dict.fromkeys(("employee", "attacker", "reader", "curious"), "wl_key"),
            customers=folder / "customers.db",
            observations=seen,
            secret=SECRET,
            clause_of=lambda decision: f"of {decision}",
            say=lambda _kind, _text: None,
        )
    finally:
        server.shutdown()
        server.server_close()


def test_without_a_guard_story_a_ends_badly_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories, "_MOST_SIPS", 4)
    with scene(tmp_path) as played:
        result = play_bulk(played)
    assert (result.effect, result.rows_left) == ("allow", 120)
    assert not result.refused_afterwards
    assert result.steps["sips_rows"] == 120


def test_without_a_guard_story_b_ends_badly_and_says_so(tmp_path: Path) -> None:
    with scene(tmp_path) as played:
        result = play_injection(played)
    assert result.effect == "allow"
    assert result.upstream_saw_injection
    assert result.secret_left
    assert not result.connection_closed
    assert not result.refused_afterwards
    assert result.steps["leak_left"] is True


def test_a_door_that_refuses_everything_is_seen_from_outside(tmp_path: Path) -> None:
    with scene(tmp_path, refusing=True) as played:
        bulk, injection = play_bulk(played), play_injection(played)
    assert (bulk.effect, bulk.rows_left, bulk.clause) == ("deny", 0, "of dec_1")
    assert (injection.effect, injection.connection_closed) == ("cut", True)
    assert (injection.upstream_saw_injection, injection.secret_left) == (False, False)
    assert injection.steps["poisoned_document_stopped"] is False  # its reader could not go on either


def test_a_model_that_fails_does_not_pass_for_a_refusal(tmp_path: Path) -> None:
    with scene(tmp_path, failing=True) as played:
        bulk, injection = play_bulk(played), play_injection(played)
    assert (bulk.effect, bulk.refused_afterwards) == ("allow", False)
    assert (injection.effect, injection.refused_afterwards) == ("allow", False)


def test_a_model_that_only_chats_is_given_rows_and_documents_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stories, "_MOST_SIPS", 3)
    with scene(tmp_path, chatting=True) as played:
        result = play_bulk(played)
        play_injection(played)
    assert result.steps["sips_rows"] == 120
    assert "spring meeting" in played.observations.read_text()


@pytest.mark.parametrize("shift", [0, 1, 2])
def test_the_secret_is_seen_at_every_offset_of_base64(tmp_path: Path, shift: int) -> None:
    class Said(Naive):
        observations = tmp_path / "seen.jsonl"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            coded = base64.b64encode(b"x" * shift + SECRET.encode() + b"tail").decode()
            message = {"role": "assistant", "content": coded}
            self._answer(200, {"id": "x", "object": "chat.completion", "created": 1, "model": "demo",
                               "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})  # fmt: skip

    server = ThreadingHTTPServer(("127.0.0.1", 0), Said)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        with scene(tmp_path) as played:
            result = play_bulk(msgspec.structs.replace(played, gateway=("127.0.0.1", server.server_port)))
    finally:
        server.shutdown()
        server.server_close()
    assert result.secret_left

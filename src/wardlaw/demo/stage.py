"""Sets the scene: a fresh installation, started as a user would start it, with people, keys and a secret."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import uvicorn

from wardlaw.demo.customers import generate
from wardlaw.demo.localmodel import NOTES_ASKS, LocalModel, NotedModel
from wardlaw.demo.model import ScriptedModel
from wardlaw.demo.stories import SCRIPTED_ASKS, Scene
from wardlaw.facts.errors import InputError, UnavailableError, WardlawError

_START_S = 480.0
_PORTS = range(10_240, 32_768)  # systems give ports from 32,768 on to connections that begin here
_STOP_S = 15.0
_EXPLAIN_S = 10.0
SCRIPTED = "scripted"
SMOLLM2 = "smollm2"
CALLERS = ("employee", "attacker", "reader", "curious")

CONFIG = """\
version: 1
installation: {{name: demo}}
data_dir: data
gateway: {{listen: "127.0.0.1:{gateway}"}}
control: {{listen: ""}}
upstreams:
  - name: scripted
    url: "http://127.0.0.1:{model}/v1"
    region: local
    trust: internal
    first_byte_timeout_s: 120
models:
  - {{name: demo, upstreams: [scripted]}}
tools:
  - {{name: query_customers, effect: read}}
  - {{name: read_file, effect: read}}
"""


class Management(Protocol):
    """The management API, as its client gives it."""

    def get(self, path: str, **query: str | int) -> Any:
        """Ask."""

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Change."""


Connect = Callable[[str], Management]
"""Makes a client that calls with an API token (``""`` for none)."""


def free_port() -> int:
    """A port nobody listens on, below those the system gives to connections: none takes it before it is used."""
    while True:
        port = secrets.choice(_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Stage:
    """A running installation for the stories, in a folder of its own.

    Args:
        folder: Where everything goes.
        model: ``scripted``, or ``smollm2`` for a real small model where its packages are installed.
    """

    def __init__(self, folder: Path, *, model: str = SCRIPTED) -> None:
        if model not in (SCRIPTED, SMOLLM2):
            raise InputError("WL-DMO-005", f"There is no demo model {model}.", f"Choose {SCRIPTED} or {SMOLLM2}.")
        self._model = model
        self._local: LocalModel | None = None
        self.folder = folder
        self.config_path = folder / "wardlaw.yaml"
        self.gateway_port = free_port()
        self._model_port = free_port()
        self.observations = folder / "received-by-model.jsonl"
        self.customers = folder / "customers.db"
        self.secret = f"wk_live_{secrets.token_urlsafe(24).replace('-', 'x').replace('_', 'y')}"
        self._server: uvicorn.Server | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Write the configuration and the customer database, and start the scripted model."""
        self.folder.mkdir(parents=True, exist_ok=True)
        text = CONFIG.format(gateway=self.gateway_port, model=self._model_port)
        self.config_path.write_text(text, encoding="utf-8")
        self.observations.unlink(missing_ok=True)
        generate(self.customers)
        config = uvicorn.Config(
            self._application(), host="127.0.0.1", port=self._model_port, log_level="error", lifespan="off"
        )
        self._server = uvicorn.Server(config)
        threading.Thread(target=self._server.run, daemon=True).start()

    def _application(self) -> ScriptedModel | NotedModel:
        if self._model == SCRIPTED:
            return ScriptedModel(self.observations, self.secret)
        self._local = LocalModel(free_port(), self.folder / "model.log")
        self._local.wait()
        return NotedModel(self.observations, self._local.url, self.secret)

    def start(self) -> None:
        """Start everything with ``wardlaw up`` and wait until the gateway serves.

        Raises:
            UnavailableError: It did not start; its words are in ``up.log``.
        """
        log = (self.folder / "up.log").open("wb")
        command = [sys.executable, "-m", "wardlaw", "up", "--config", str(self.config_path), "--quiet"]
        self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        log.close()
        end = time.monotonic() + _START_S
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.gateway_port}/readyz", timeout=1) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        words = (self.folder / "up.log").read_text(encoding="utf-8", errors="replace")[-600:]
        self.close()
        raise UnavailableError("WL-DMO-001", f"The demo's installation did not start: {words}", "See `wardlaw doctor`.")

    def people(self, connect: Connect, admin_token: str) -> Scene:
        """Make the people, the keys of the callers, and register the secret."""
        admin = self._redeem(connect, admin_token)
        admin.post("/persons", {"id": "person:security", "name": "Security on call", "roles": ["secops"]})
        invitation = admin.post("/tokens", {"person": "person:security"})
        security = self._redeem(connect, str(invitation["text"]))
        keys = {
            name: str(admin.post("/keys", {"id": f"key:{name}", "principal": f"user:{name}"})["text"])
            for name in CALLERS
        }
        security.post("/secrets", {"id": "secret:internal-api-key", "text": self.secret})
        time.sleep(1.0)  # what a gateway keeps in memory is at most this old

        def clause_of(decision_id: str) -> str:
            return _clause_of(security, decision_id)

        return Scene(
            gateway=("127.0.0.1", self.gateway_port),
            keys=keys,
            customers=self.customers,
            observations=self.observations,
            secret=self.secret,
            clause_of=clause_of,
            say=lambda _kind, _text: None,
            notes_asks=NOTES_ASKS if self._model == SMOLLM2 else SCRIPTED_ASKS,
        )

    def _redeem(self, connect: Connect, token: str) -> Management:
        answer = connect("").post("/session/redeem", {"token": token, "bind": False, "api_token": True})
        return connect(str(answer["api_token"]))

    def close(self) -> None:
        """Stop everything this stage started, by its process ids."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        if self._server is not None:
            self._server.should_exit = True
        if self._local is not None:
            self._local.close()


def _clause_of(security: Management, decision_id: str) -> str:
    """The clause of a decision, once its record has reached the log."""
    end = time.monotonic() + _EXPLAIN_S
    while True:
        try:
            detail = security.get(f"/decisions/{decision_id}")
        except WardlawError:
            if time.monotonic() > end:
                return ""
            time.sleep(0.2)
            continue
        causes = detail.get("explanation", {}).get("causes", ())
        return str(causes[0]["clause"]) if causes else ""

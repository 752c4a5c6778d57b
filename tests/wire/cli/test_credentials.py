"""A credential on a real Wardlaw: set at the command line, used by a server, in no file, and gone when it is forgotten."""

from __future__ import annotations

import gzip
import json
import os
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.wire.cli.test_up import Machine, person

pytestmark = pytest.mark.xdist_group("credentials")
PUPPET = Path(__file__).parents[1] / "toolpuppet.py"
VALUE = "zq7-of-the-wiki-and-nobody-else"
SOON_S = 30.0


def call(machine: Machine, key: str) -> str:
    """What an agent is told when it has the server tell its environment."""
    doc = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "wiki__echo", "arguments": {}}}
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{machine.port}/mcp", json.dumps(doc).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(answer.read().decode())


def until(get: Callable[[], Any], meant: Callable[[Any], bool]) -> Any:
    end = time.monotonic() + SOON_S
    while not meant(found := get()):
        assert time.monotonic() < end, found
        time.sleep(0.2)
    return found


def files(folder: Path) -> bytes:
    found = [Path(at, name) for at, _, names in os.walk(folder) for name in names]
    return b"\n".join(path.read_bytes() for path in found if path.is_file() and not path.is_symlink())


def test_a_credential_is_set_used_and_forgotten(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    made = machine.json("init", ".")
    server = {"name": "wiki", "command": [sys.executable, str(PUPPET), "env"], "env": {"WIKI": "keyring:key"}}
    config = machine.folder / "wardlaw.yaml"
    text = config.read_text().replace("127.0.0.1:8085/v1", f"127.0.0.1:{machine.model}/v1")
    text = text.replace("\ntools:\n", "\ntools:\n  - {name: wiki__echo, effect: read}\n")
    config.write_text(f"{text}\nmcp: {json.dumps({'servers': [server]})}\n")
    machine.up()
    try:
        machine.run("token", "redeem", made["admin_token"])
        story(machine)
    finally:
        machine.down()
    assert machine.json("audit", "verify")["sound"] is True


def story(machine: Machine) -> None:
    own = {"WARDLAW_TOKEN": person(machine, "own", "owner")}
    sec = {"WARDLAW_TOKEN": person(machine, "sec", "secops")}
    key = machine.run("key", "create", "app", "--principal", "user:me").strip()
    assert "wardlaw mcp credential set wiki key" in call(machine, key)
    assert "wardlaw mcp credential set wiki key" in machine.run("doctor", code=1)
    machine.run("mcp", "credential", "set", "wiki", "key", stdin="x\n", code=10, **sec)
    shown = machine.run("mcp", "credential", "set", "wiki", "key", stdin=VALUE + "\n", **own)
    shown += machine.run("mcp", "credential", "list", **own) + machine.run("doctor", code=0)
    assert VALUE in until(lambda: call(machine, key), lambda told: "not kept" not in told)
    machine.run("backup", "copy.tar.gz")
    machine.run("mcp", "credential", "forget", "wiki", "key", **sec)
    assert "not kept" in until(lambda: call(machine, key), lambda told: VALUE not in told)
    assert VALUE not in shown
    # Neither the credential nor what the agent was told of it stands anywhere in the clear.
    assert VALUE.encode() not in files(machine.folder)
    assert VALUE.encode() not in gzip.decompress((machine.folder / "copy.tar.gz").read_bytes())

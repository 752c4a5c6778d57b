"""What ``up`` starts and shows; that it works is held by the wire tests."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from wardlaw.cli.commands.up import _Screen, gateway_is_ready, parts_of
from wardlaw.cli.output import Output
from wardlaw.config.connected import Directory, InventorySettings, Platform
from wardlaw.config.model import Config, DemoModel, LogFormat, Logs
from wardlaw.config.pushed import DeliveryListener, Watching
from wardlaw.config.secretref import SecretRef


def test_the_gateway_is_the_first_to_end_and_must_not_die() -> None:
    parts = parts_of(msgspec.structs.replace(Config(), demo_model=DemoModel(enabled=True)), Path("/w.yaml"))
    assert [part.name for part in parts] == ["control", "sequencer", "canary", "demo-model", "gateway"]
    assert [part.may_restart for part in parts] == [True, True, True, True, False]
    assert [part.name for part in parts_of(Config(), Path("/w.yaml"))] == ["control", "sequencer", "canary", "gateway"]
    inventory = InventorySettings(
        (Directory("a", Platform.GITHUB, SecretRef("env", "T")),),
        listener=DeliveryListener("127.0.0.1:1"),
        watching=Watching(enabled=True),
    )
    aside = [one for one in parts_of(Config(inventory=inventory), Path("/w.yaml")) if one.may_stay_away]
    assert [(one.name, one.may_restart) for one in aside] == [("canary", True), ("listener", True), ("watch", True)]


def test_a_socket_path_too_long_is_told_before_anything_starts(command: Any, tmp_path: Path) -> None:
    (tmp_path / "wardlaw.yaml").write_text(f"control: {{socket: {'x' * 120}}}\n")
    done = command("up")
    assert done.code == 3
    assert "WL-CLI-021" in done.err


def answering(line: bytes) -> int:
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listening:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(line)

    threading.Thread(target=serve, daemon=True).start()
    return int(listening.getsockname()[1])


@pytest.mark.parametrize(
    ("line", "ready"), [(b"HTTP/1.1 200 OK\r\n\r\n", True), (b"HTTP/1.1 503 No\r\n\r\n", False), (b"", False)]
)
def test_ready_is_what_the_gateway_says(line: bytes, ready: bool) -> None:
    gateway = msgspec.structs.replace(Config().gateway, listen=f"127.0.0.1:{answering(line)}")
    assert asyncio.run(gateway_is_ready(msgspec.structs.replace(Config(), gateway=gateway))) is ready


def test_nobody_there_is_not_ready() -> None:
    gateway = msgspec.structs.replace(Config().gateway, listen="127.0.0.1:1")
    assert asyncio.run(gateway_is_ready(msgspec.structs.replace(Config(), gateway=gateway))) is False


def test_the_start_screen_says_what_to_do_next(capfd: pytest.CaptureFixture[str], no_color: None) -> None:
    del no_color
    screen = _Screen(Config(), Output(), "wlo_x", 0.0)
    screen.ready(Path("/w/wardlaw.yaml"))
    out = capfd.readouterr().out
    for said in (
        "http://127.0.0.1:8080/v1",
        "token redeem wlo_x",
        "http://localhost:8081/sign-in#wlo_x",
        "key create",
        "base_url",
    ):
        assert said in out
    _Screen(Config(), Output(), "?", 0.0).ready(Path("/w/wardlaw.yaml"))
    assert "wardlaw init /w" in capfd.readouterr().out


def test_log_lines_are_objects_in_a_pipe_and_text_on_demand(capfd: pytest.CaptureFixture[str]) -> None:
    _Screen(Config(), Output(), "", 0.0).tell("control", "hello")
    line = json.loads(capfd.readouterr().err)
    assert (line["process"], line["line"]) == ("control", "hello")
    text = msgspec.structs.replace(Config(), logs=Logs(format=LogFormat.TEXT))
    _Screen(text, Output(), "", 0.0).tell("control", "hello")
    assert capfd.readouterr().err.split() == ["control", "hello"]

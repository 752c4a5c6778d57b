"""Each background process by itself: it says when it serves and ends when told."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from wardlaw.cli.creating import create_installation
from wardlaw.cli.roles.control import app_facts, control_listeners
from wardlaw.config.connected import DecidedApp, InventorySettings
from wardlaw.config.controlplane import ControlPlane
from wardlaw.config.model import Config
from wardlaw.config.tls import Tls
from wardlaw.console.serve import TcpListener, UnixListener

COVERS = ("canary", "export", "control", "demo_model", "sequencer")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("role", ["canary", "export", "control", "sequencer", "demo-model"])
def test_a_role_serves_and_ends(role: str, tmp_path: Path) -> None:
    path = create_installation(tmp_path).config_path
    env = os.environ | {
        "WARDLAW_CONTROL_LISTEN": f"127.0.0.1:{free_port()}",
        "WARDLAW_CONTROL_SOCKET": str(tmp_path / "c.sock"),
        "WARDLAW_DEMO_MODEL_LISTEN": f"127.0.0.1:{free_port()}",
    }
    readable, writable = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-m", "wardlaw.cli.processes", role, str(path)],
        env=env | {"WARDLAW_READY_FD": str(writable)},
        pass_fds=(writable,),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        os.close(writable)
        said = os.read(readable, 1)  # empty when the process ended without a word
        os.close(readable)
        assert said == b"1", process.communicate(timeout=10)[0]
        process.send_signal(signal.SIGINT)  # ctrl-C reaches all; only the supervisor's SIGTERM counts
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.5)
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
        assert process.returncode == 0, output


def test_what_the_company_says_of_apps_is_handed_over_by_directory() -> None:
    apps = (
        DecidedApp("acme", "a", approved=True, vendor="V"),
        DecidedApp("acme", "b"),
        DecidedApp("other", "a", scopes=("s",)),
    )
    facts = app_facts(Config(inventory=InventorySettings(apps=apps)))
    assert {name: sorted(own) for name, own in facts.items()} == {"acme": ["a", "b"], "other": ["a"]}
    assert (facts["acme"]["a"].vendor, facts["other"]["a"].scopes) == ("V", ("s",))


def test_control_listeners() -> None:
    both = control_listeners(Config(control=ControlPlane(socket="/s", listen="localhost:1", tls=Tls("c", "k"))))
    assert both == (UnixListener(Path("/s")), TcpListener("127.0.0.1", 1, Path("c"), Path("k")))
    assert len(control_listeners(Config(control=ControlPlane(socket="/s", listen="")))) == 1

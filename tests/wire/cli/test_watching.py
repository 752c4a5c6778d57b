"""A campaign on a real Wardlaw: one incident, somebody is told, somebody watches, somebody lets the caller in again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.unit.console.notify.receivers import web
from tests.wire.cli.test_up import Machine, person

pytestmark = pytest.mark.xdist_group("watching")
ATTACKS = 25
SECRET = "correct-horse-battery-staple-7741"
# What a shell starts in the background of a script ignores ctrl-C, and so does what it starts in turn.
HEEDS_CTRL_C = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "os.execv(sys.executable, [sys.executable, '-m', 'wardlaw', *sys.argv[1:]])"
)


def until(found: Callable[[], Any], machine: Machine) -> Any:
    """What is found, as soon as it is."""
    end = time.monotonic() + 30
    while not (seen := found()):
        assert time.monotonic() < end, machine.log
        time.sleep(0.1)
    return seen


def test_a_campaign_is_one_incident_that_people_hear_of(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    made = machine.json("init", ".")
    config = machine.folder / "wardlaw.yaml"
    with web([200]) as pager:
        hook = f'notify: {{webhooks: [{{name: pager, url: "http://127.0.0.1:{pager.port}/", secret: env:PAGER}}]}}\n'
        text = config.read_text().replace("127.0.0.1:8085/v1", f"127.0.0.1:{machine.model}/v1")
        config.write_text(text + "\n" + hook)
        machine.env["PAGER"] = "shared"
        machine.up()
        try:
            machine.run("token", "redeem", made["admin_token"])
            sec = {"WARDLAW_TOKEN": person(machine, "sec", "secops")}
            machine.run("secret", "register", "vault", stdin=SECRET, **sec)
            campaign(machine, sec, pager.seen)
        finally:
            machine.down()
    assert (machine.folder / "data" / "state" / "habits-gateway-1.state").stat().st_size > 500
    assert machine.json("audit", "verify")["sound"] is True


def campaign(machine: Machine, sec: dict[str, str], told: list[tuple[str, dict[str, str], bytes]]) -> None:
    key = machine.run("key", "create", "app", "--principal", "nhi:app").strip()
    follower = subprocess.Popen(
        [sys.executable, "-c", HEEDS_CTRL_C, "tail", "--follow", "--last", "200", "--json", "--where", "effect = cut"],
        cwd=machine.folder,
        env=machine.env | sec,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        until(lambda: machine.ask(key, f"is {SECRET} a good one?")[0] == 403, machine)
        for number in range(ATTACKS):
            assert machine.ask(key, f"try {number}: {SECRET}")[0] == 403
        (incident,) = until(
            lambda: [
                one for one in machine.json("incidents", "list", **sec)["incidents"] if one["count"] == ATTACKS + 1
            ],
            machine,
        )
        shown = until(lambda: shown_whole(machine, incident["id"], sec), machine)
        assert "Checkpoint" in machine.run("incident", "show", incident["id"], **sec)  # the former name
        assert {one["kind"] for one in shown["quarantines"]} >= {"principal", "session"}

        assert machine.ask(key, "hello")[0] == 403
        machine.run("incidents", "release", incident["id"], "--reason", "a test of ours", **sec)
        until(lambda: machine.ask(key, "hello")[0] == 200, machine)

        events = until(lambda: len(told) >= 2 and [json.loads(body) for _, _, body in told], machine)
        assert {(one["event"], one["incident"]) for one in events} >= {
            ("opened", incident["id"]),
            ("grown", incident["id"]),
        }
        assert all(SECRET.encode() not in body and "x-wardlaw-signature" in headers for _, headers, body in told)

        follower.send_signal(signal.SIGINT)
        printed, _ = follower.communicate(timeout=15)
        assert follower.returncode == 0
        lines = [json.loads(line) for line in printed.splitlines()]
        assert len(lines) > ATTACKS
        assert {(one["effect"], one["principal"]) for one in lines} == {("cut", "nhi:app")}
        assert "SEC-05" in lines[0]["clause"]
    finally:
        follower.kill()
        follower.communicate()
    assert "hello" not in machine.run("tail", "--last", "50", **sec)


def shown_whole(machine: Machine, incident: str, sec: dict[str, str]) -> dict[str, Any] | None:
    """The incident once the log has caught up with all of its decisions."""
    shown: dict[str, Any] = machine.json("incidents", "show", incident, **sec)
    places = [one["leaf_index"] for one in shown["evidence"]]
    return shown if len(places) == ATTACKS + 1 and min(places) >= 0 else None

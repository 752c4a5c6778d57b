"""Canaries with ``up``: a person has some run, and sees what they proved in every place one would look."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from tests.wire.cli.test_up import Machine, person

pytestmark = pytest.mark.xdist_group("canaries")


def told_within(path: Path, record: str, seconds: float = 20.0) -> dict[str, Any]:
    """The event of a record, once it was exported."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        for line in path.read_text().splitlines() if path.exists() else ():
            event: dict[str, Any] = json.loads(line)
            if event["metadata"]["uid"] == record:
                return event
        time.sleep(0.2)
    raise AssertionError("the record was not exported")


def test_a_person_has_canaries_run_and_finds_them_everywhere_they_should_be(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    made = machine.json("init", ".")
    config = machine.folder / "wardlaw.yaml"
    told_to = machine.folder / "told.jsonl"
    config.write_text(f'{config.read_text()}\nexport: {{targets: [{{name: file, kind: file, path: "{told_to}"}}]}}\n')
    machine.up()
    try:
        machine.run("token", "redeem", made["admin_token"])
        sec = {"WARDLAW_TOKEN": person(machine, "sec", "secops")}
        told = machine.json("canary", "run", "SEC-01", **sec)
        proved = {one["route"]: one for one in told["runs"]}
        assert proved["chat.completions"]["outcome"] == "pass"
        assert proved["scan"]["outcome"] == "pass"
        run = proved["chat.completions"]
        explained = machine.run("explain", run["decision"], **sec)
        assert f"A canary, and no traffic of anybody: {run['canary']}" in explained
        tailed = [json.loads(line) for line in machine.run("tail", "--json", "--last", "200", **sec).splitlines()]
        assert {one["canary"] for one in tailed if one["id"] == run["decision"]} == {run["canary"]}
        listed = machine.json("canary", "list", "SEC-01", **sec)["canaries"]
        assert {one["route"] for one in listed if one["last"]} == set(proved)
        # The scripted model is not where the upstream of the file says, which is no matter here.
        assert "pass; the last one 0.0 hours ago" in machine.run("doctor", code=1)
        assert told_within(told_to, run["decision"])["unmapped"]["facts"]["canary"] == run["canary"]
        (target,) = machine.json("audit", "export-status", **sec)["targets"]
        assert target["sent"] > 0
        assert (target["target"], target["missing"], target["failures"]) == ("file", 0, 0)
    finally:
        machine.down()
    assert machine.json("audit", "verify")["sound"] is True
    assert "Traceback" not in machine.log

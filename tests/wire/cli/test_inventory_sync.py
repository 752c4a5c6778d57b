"""Two organisations on a real Wardlaw: read, changed, revoked in, and read again."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from tests.unit.connectors.test_googletoken import key_file
from tests.wire.cli.test_up import Machine, person
from tests.worlds import github_world, google_world

from wardlaw.cli.opening import open_revoker
from wardlaw.config.load import load_config
from wardlaw.inventory.model import Grant
from wardlaw.inventory.revocation import Presence
from wardlaw.testing.saas.faults import FaultKind, FaultPlan, SaasFault
from wardlaw.testing.saas.github import GithubPlatform
from wardlaw.testing.saas.google import GooglePlatform
from wardlaw.testing.saas.server import ServedPlatform, serve

pytestmark = pytest.mark.xdist_group("inventory-sync")
CONFIG = """
inventory:
  directories:
    - {name: acme-google, platform: google, subject: a@acme.example, credential: "env:READ", write_credential: "env:WRITE", url: "GOOGLE"}
    - {name: acme-github, platform: github, organisation: acme, credential: "env:TOKEN", url: "GITHUB"}
"""


def test_what_was_revoked_is_found_gone_and_a_fault_in_between_takes_nothing_away(tmp_path: Path) -> None:
    machine, world = Machine(tmp_path), google_world()
    made = machine.json("init", ".")
    with (
        serve(GooglePlatform(world, page_most=2)) as google,
        serve(GithubPlatform(github_world(), page_most=2)) as github,
    ):
        config = machine.folder / "wardlaw.yaml"
        config.write_text(config.read_text() + CONFIG.replace("GOOGLE", google.url).replace("GITHUB", github.url))
        key = json.dumps(json.loads(key_file()) | {"token_uri": f"{google.url}/token"})
        machine.env |= {"READ": key, "WRITE": key, "TOKEN": "ghp"}
        machine.up()
        try:
            machine.run("token", "redeem", made["admin_token"])
            machine.env["WARDLAW_TOKEN"] = person(machine, "sec", "secops")
            story(machine, google)
        finally:
            machine.down()
    assert machine.json("audit", "verify")["sound"] is True


def story(machine: Machine, google: ServedPlatform) -> None:
    runs = machine.json("inventory", "sync")["runs"]
    assert [run["state"] for run in runs] == ["complete"] * 18, runs
    assert grants(machine) == 5
    directory = load_config(machine.folder / "wardlaw.yaml", env=machine.env).inventory.directories[0]
    revoker = open_revoker(directory, env=machine.env, clock=time.time, sleep=time.sleep)
    begun = time.monotonic()
    (step,) = revoker.plan((Grant("100/evil.apps", "100", "evil.apps"),))
    assert revoker.carry_out(step).done
    assert revoker.verify(step).presence is Presence.GONE
    assert time.monotonic() - begun < 5
    google.faults = FaultPlan(SaasFault(FaultKind.STATUS, path="/users/103/tokens", status=403, times=0))
    run = machine.json("inventory", "sync", "acme-google", "--feed", "tokens", code=1)["runs"][0]
    assert (run["state"], run["ended"]) == ("incomplete", 0)
    assert grants(machine) == 5
    google.faults = FaultPlan()
    run = machine.json("inventory", "sync", "acme-google", "--feed", "tokens")["runs"][0]
    assert (run["state"], run["ended"]) == ("complete", 2)  # the grant, and the app that nobody else has
    assert grants(machine) == 4


def grants(machine: Machine) -> int:
    """Grants of persons on Google that are there now."""
    found: list[dict[str, Any]] = machine.json("inventory", "list", "grant", "--directory", "acme-google")["items"]
    return len({one["thing"]["id"].partition("#")[0] for one in found if one["feed"] == "tokens"})

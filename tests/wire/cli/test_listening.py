"""Deliveries of three platforms at a real listener: one finding for each event, however often and whichever way it comes."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from tests.unit.connectors.test_googletoken import key_file
from tests.wire.cli.test_up import Machine, person
from tests.wire.cli.test_watching import until
from tests.wire.house import free_port
from tests.worlds import DRIVE, github_world, google_world

from wardlaw.inventory.model import Consent, Grant
from wardlaw.testing.saas.github import GithubPlatform
from wardlaw.testing.saas.githubhooks import GithubHooks
from wardlaw.testing.saas.google import GooglePlatform
from wardlaw.testing.saas.server import serve

pytestmark = pytest.mark.xdist_group("listening")
CONFIG = """
inventory:
  listener: {listen: "LISTEN", address: "http://LISTEN", delivery_bytes: 65536}
  watching: {enabled: true}
  directories:
    - {name: acme-google, platform: google, subject: a@acme.example, credential: "env:READ", push_secret: "env:PUSH", url: "GOOGLE"}
    - {name: acme-github, platform: github, organisation: acme, credential: "env:TOKEN", push_secret: "env:PUSH", url: "GITHUB"}
    - {name: acme-okta, platform: okta, credential: "env:TOKEN", push_secret: "env:PUSH", url: "GITHUB"}
"""
PUSH = "a word that only platforms know"


def post(url: str, headers: dict[str, str], body: bytes) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            said = error.read()
        assert PUSH.encode() not in said
        return error.code


class Sender:
    """What platforms send, carried to the listener; Google's first message comes while it answers, so from a thread."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, str], bytes]] = []
        self.statuses: list[int] = []

    def __call__(self, address: str, headers: dict[str, str], body: bytes) -> None:
        self.sent.append((address, headers, body))

        def carry() -> None:
            self.statuses.append(post(address, headers, body))

        threading.Thread(target=carry).start()

    def wait(self) -> None:
        end = time.monotonic() + 20
        while len(self.statuses) < len(self.sent):
            assert time.monotonic() < end
            time.sleep(0.02)


def test_events_by_push_and_by_poll_are_one(tmp_path: Path) -> None:
    machine, world, sender = Machine(tmp_path), google_world(), Sender()
    made = machine.json("init", ".")
    world.now = time.time()
    google, hub = GooglePlatform(world, send=sender), github_world()
    listen = f"127.0.0.1:{free_port()}"
    with serve(google) as served, serve(GithubPlatform(hub)) as github:
        config = machine.folder / "wardlaw.yaml"
        text = CONFIG.replace("GOOGLE", served.url).replace("GITHUB", github.url).replace("LISTEN", listen)
        config.write_text(config.read_text() + text)
        key = json.dumps(json.loads(key_file()) | {"token_uri": f"{served.url}/token"})
        machine.env |= {"READ": key, "TOKEN": "ghp", "PUSH": PUSH}
        machine.up()
        try:
            machine.run("token", "redeem", made["admin_token"])
            machine.env["WARDLAW_TOKEN"] = person(machine, "sec", "secops")
            by_google(machine, google, sender)
            by_github(machine, hub, f"http://{listen}/hooks/acme-github")
            by_okta(f"http://{listen}/hooks/acme-okta")
            after_a_restart(machine, sender)
        finally:
            machine.down()
    assert PUSH not in machine.log
    assert machine.json("audit", "verify")["sound"] is True


def feeds(machine: Machine) -> dict[tuple[str, str], Any]:
    return {(one["directory"], one["feed"]): one for one in machine.json("inventory", "status")["feeds"]}


def pushes(machine: Machine, directory: str) -> dict[str, int]:
    told = machine.json("inventory", "status")["pushes"]
    return {one["outcome"]: one["count"] for one in told if one["directory"] == directory}


def of_app(machine: Machine, app: str) -> list[dict[str, Any]]:
    found = machine.json(
        "inventory", "findings", "--directory", "acme-google", "--rule", "unapproved-powerful-grant", code=1
    )
    return [one for one in found["findings"] if app in one["app"]]


def by_google(machine: Machine, google: GooglePlatform, sender: Sender) -> None:
    """The watch process has opened channels; a consent is found at once, and the log that is read next changes nothing."""
    until(lambda: len(sender.sent) >= 4, machine)  # one message for each log, as its channel is opened
    until(lambda: feeds(machine).get(("acme-google", "tokens"), {}).get("complete_at"), machine)
    sender.wait()
    google.channels._world.now = time.time()
    google.channels._world.consent(Grant("101/evil.apps", "101", "evil.apps", Consent.USER, (DRIVE,), time.time()))
    polled = feeds(machine)["acme-google", "activity"]["complete_at"]
    assert google.channels.notify() == 1
    sender.wait()
    assert set(sender.statuses) == {204}
    (found,) = of_app(machine, "evil.apps")
    until(lambda: feeds(machine)["acme-google", "activity"]["complete_at"] > polled, machine)
    assert of_app(machine, "evil.apps") == [found]
    listed = machine.json("inventory", "list", "grant", "--about", "101")["items"]
    assert {one["thing"]["id"] for one in listed} == {"101/evil.apps"}


def by_github(machine: Machine, hub: Any, url: str) -> None:
    """A forged one, a large one, a true one, and the true one again."""
    sent: list[tuple[dict[str, str], bytes]] = []
    hooks = GithubHooks(hub, PUSH, lambda *told: sent.append(told))
    hub.consent(Grant("installation/30", "", "app:8", Consent.INSTALLATION, ("contents:read",), time.time()))
    hooks.notify()
    ((headers, body),) = sent
    forged = headers | {"X-Hub-Signature-256": "sha256=" + "0" * 64}
    again = headers | {"X-GitHub-Delivery": "another"}
    assert [post(url, *told) for told in ((forged, body), (headers, b"x" * 70_000), (headers, body), (again, body))] == [
        401, 413, 204, 204,
    ]  # fmt: skip
    hooks.deliver("issues", {"action": "opened"})
    assert post(url, *sent[1]) == 204
    told = until(lambda: len(pushes(machine, "acme-github")) == 5 and pushes(machine, "acme-github"), machine)
    assert told == {"taken": 1, "known": 1, "forged": 1, "too-large": 1, "silent": 1}
    assert feeds(machine)["acme-github", "push"]["state"] == "complete"


def by_okta(url: str) -> None:
    request = urllib.request.Request(url, headers={"X-Okta-Verification-Challenge": "a word"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert json.loads(answer.read()) == {"verification": "a word"}
    assert post(url, {"authorization": "wrong"}, b"{}") == 401


def after_a_restart(machine: Machine, sender: Sender) -> None:
    """The listener is killed, comes back by itself, and knows what it took before."""
    before = pushes(machine, "acme-google")
    (pid,) = [
        int(name)
        for name in os.listdir("/proc")
        if name.isdigit() and b"processes\0listener\0" + str(machine.folder).encode() in cmdline(name)
    ]
    os.kill(pid, signal.SIGKILL)
    address, headers, body = sender.sent[-1]

    def comes_back() -> bool:
        try:
            return post(address, headers, body) == 204
        except OSError:
            return False

    until(comes_back, machine)
    after = pushes(machine, "acme-google")
    assert (after["taken"], after["known"]) == (before["taken"], before.get("known", 0) + 1)


def cmdline(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""

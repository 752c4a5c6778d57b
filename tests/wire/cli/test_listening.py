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
from joserfc import jws
from joserfc.jwk import ECKey
from tests.unit.connectors.test_googletoken import key_file
from tests.unit.console.notify.receivers import web
from tests.wire.cli.test_up import Machine, person
from tests.wire.cli.test_watching import until
from tests.wire.house import free_port
from tests.worlds import DRIVE, github_world, google_world

from wardlaw.cli.client import ManagementClient
from wardlaw.inventory.model import Consent, Grant
from wardlaw.security.jwt import choose_key, read_jwks, read_token, verify
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
    - name: acme-okta
      platform: okta
      credential: "env:NOBODY_SETS_THIS"
      push_secret: "env:PUSH"
      url: "GITHUB"
      signals: {issuer: "https://idp.example", audience: "https://us.example", jwks_file: idp.json}
  sending:
    issuer: "http://LISTEN"
    receivers: [{name: idp, url: "http://127.0.0.1:RECEIVER/events", audience: "https://idp.example"}]
"""
IDP = ECKey.generate_key("P-256", {"kid": "idp", "use": "sig"})
RISC = "https://schemas.openid.net/secevent/risc/event-type/"
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
    (machine.folder / "idp.json").write_text(json.dumps({"keys": [IDP.as_dict(private=False)]}))
    with serve(google) as served, serve(GithubPlatform(hub)) as github, web([202]) as receiver:
        config = machine.folder / "wardlaw.yaml"
        text = (
            CONFIG.replace("GOOGLE", served.url)
            .replace("GITHUB", github.url)
            .replace("LISTEN", listen)
            .replace("RECEIVER", str(receiver.port))
        )
        config.write_text(config.read_text() + text)
        key = json.dumps(json.loads(key_file()) | {"token_uri": f"{served.url}/token"})
        machine.env |= {"READ": key, "TOKEN": "ghp", "PUSH": PUSH}
        machine.up()
        try:
            machine.run("token", "redeem", made["admin_token"])
            machine.env["WARDLAW_TOKEN"] = token = person(machine, "sec", "secops")
            api = ManagementClient(socket_path=machine.folder / "c.sock", token=token)
            told = Told(machine, api)
            by_google(told, google, sender)
            by_github(told, hub, f"http://{listen}/hooks/acme-github")
            by_okta(f"http://{listen}/hooks/acme-okta")
            by_signals(told, f"http://{listen}", receiver)
            after_a_restart(told, sender)
            assert "acme-github by push: 1 forged" in machine.run("inventory", "status")
        finally:
            machine.down()
    assert PUSH not in machine.log
    assert machine.json("audit", "verify")["sound"] is True


class Told:
    """What the management API tells."""

    def __init__(self, machine: Machine, api: ManagementClient) -> None:
        self.machine = machine
        self.api = api

    def feeds(self) -> dict[tuple[str, str], Any]:
        return {(one["directory"], one["feed"]): one for one in self.api.get("/inventory")["feeds"]}

    def pushes(self, directory: str) -> dict[str, int]:
        told = self.api.get("/inventory")["pushes"]
        return {one["outcome"]: one["count"] for one in told if one["directory"] == directory}

    def findings(self, directory: str, rule: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.api.get("/inventory/findings", directory=directory, rule=rule)["findings"]
        return found


def of_app(told: Told) -> list[dict[str, Any]]:
    return [one for one in told.findings("acme-google", "unapproved-powerful-grant") if one["app"] == "evil.apps"]


def by_google(told: Told, google: GooglePlatform, sender: Sender) -> None:
    """The watch process has opened channels; a consent is found at once, and the log that is read next changes nothing."""
    until(lambda: len(sender.sent) >= 4, told.machine)  # one message for each log, as its channel is opened
    until(lambda: told.feeds().get(("acme-google", "tokens"), {}).get("complete_at"), told.machine)
    sender.wait()
    google.channels._world.now = time.time()
    google.channels._world.consent(Grant("101/evil.apps", "101", "evil.apps", Consent.USER, (DRIVE,), time.time()))
    polled = told.feeds()["acme-google", "activity"]["complete_at"]
    assert google.channels.notify() == 1
    sender.wait()
    assert set(sender.statuses) == {204}
    (found,) = of_app(told)
    until(lambda: told.feeds()["acme-google", "activity"]["complete_at"] > polled, told.machine)
    assert of_app(told) == [found]
    listed = told.api.get("/inventory/items", kind="grant", about="101")["items"]
    assert {one["thing"]["id"] for one in listed} == {"101/evil.apps"}


def by_github(told: Told, hub: Any, url: str) -> None:
    """A forged one, a large one, a true one, and the true one again."""
    sent: list[tuple[dict[str, str], bytes]] = []
    hooks = GithubHooks(hub, PUSH, lambda *told: sent.append(told))
    hub.consent(Grant("installation/30", "", "app:8", Consent.INSTALLATION, ("contents:read",), time.time()))
    hooks.notify()
    ((headers, body),) = sent
    forged = headers | {"X-Hub-Signature-256": "sha256=" + "0" * 64}
    again = headers | {"X-GitHub-Delivery": "another"}
    assert [post(url, *one) for one in ((forged, body), (headers, b"x" * 70_000), (headers, body), (again, body))] == [
        401, 413, 204, 204,
    ]  # fmt: skip
    hooks.deliver("issues", {"action": "opened"})
    assert post(url, *sent[1]) == 204
    counts = until(lambda: len(told.pushes("acme-github")) == 5 and told.pushes("acme-github"), told.machine)
    assert counts == {"taken": 1, "known": 1, "forged": 1, "too-large": 1, "silent": 1}
    assert told.feeds()["acme-github", "push"]["state"] == "complete"


def by_okta(url: str) -> None:
    request = urllib.request.Request(url, headers={"X-Okta-Verification-Challenge": "a word"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert json.loads(answer.read()) == {"verification": "a word"}
    assert post(url, {"authorization": "wrong"}, b"{}") == 401


def by_signals(told: Told, url: str, receiver: Any) -> None:
    """A true signal and forged ones; and one of ours, which verifies with the key that we publish."""
    claims = {
        "iss": "https://idp.example", "aud": "https://us.example", "iat": int(time.time()), "jti": "1",
        "sub_id": {"format": "opaque", "id": "00uAda"}, "events": {f"{RISC}account-disabled": {}},
    }  # fmt: skip

    def send(changes: dict[str, Any], **header: str) -> int:
        told_head = {"alg": "ES256", "kid": "idp", "typ": "secevent+jwt"} | header
        text = jws.serialize_compact(told_head, json.dumps(claims | changes).encode(), IDP, algorithms=["ES256"])
        return post(f"{url}/signals/acme-okta", {"content-type": "application/secevent+jwt"}, text.encode())

    assert [send({"aud": "x"}), send({}, kid="x"), send({"iat": 9}), send({}), send({})] == [400, 400, 400, 202, 202]
    until(lambda: told.pushes("acme-okta").get("known"), told.machine)
    assert told.pushes("acme-okta")["taken"] == 1
    (account,) = told.api.get("/inventory/items", kind="account", directory="acme-okta")["items"]
    assert (account["thing"]["id"], account["thing"]["state"]) == ("00uAda", "suspended")

    told.api.post("/quarantines", {"key": "person:ada@acme.example", "reason": "a test of ours", "minutes": 5})
    _, _, body = until(lambda: receiver.seen and receiver.seen[0], told.machine)
    with urllib.request.urlopen(f"{url}/.well-known/ssf-configuration", timeout=20) as answer:
        published = json.loads(answer.read())
    with urllib.request.urlopen(published["jwks_uri"], timeout=20) as answer:
        keys = read_jwks(answer.read())
    token = read_token(body.decode())
    assert keys is not None
    assert token is not None
    key = choose_key(keys, token, "ES256")
    assert key is not None
    assert verify(token, key, "ES256")
    assert (token.claims["iss"], token.claims["aud"], token.claims["sub_id"]) == (
        published["issuer"], "https://idp.example", {"format": "email", "email": "ada@acme.example"},
    )  # fmt: skip


def after_a_restart(told: Told, sender: Sender) -> None:
    """The listener is killed, comes back by itself, and knows what it took before."""
    before = told.pushes("acme-google")
    (pid,) = [
        int(name)
        for name in os.listdir("/proc")
        if name.isdigit() and b"processes\0listener\0" + str(told.machine.folder).encode() in cmdline(name)
    ]
    os.kill(pid, signal.SIGKILL)
    address, headers, body = sender.sent[-1]

    def comes_back() -> bool:
        try:
            return post(address, headers, body) == 204
        except OSError:
            return False

    until(comes_back, told.machine)
    after = told.pushes("acme-google")
    assert (after["taken"], after["known"]) == (before["taken"], before.get("known", 0) + 1)


def cmdline(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""

"""A held call on a real Wardlaw: people hear of it, look at it, answer it, and it goes once."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from tests.unit.console.notify.receivers import web
from tests.wire.cli.test_up import Machine, person
from tests.wire.cli.test_watching import until
from tests.wire.puppet import Puppet, completion

from wardlaw.audit.envelope import decode
from wardlaw.config.load import load_config
from wardlaw.store.database import open_database, reading
from wardlaw.store.installation import Installation
from wardlaw.store.records import Search, search_records

pytestmark = pytest.mark.xdist_group("approvals")
ARGUMENTS = json.dumps({"disk": "sda", "note": "grüße"})
HOLDS = """id: OPS-90
title: Reading a customer's file waits for two persons
text: Two persons look at each file before an agent reads it.
owner: ciso
wing: governance
risk: high
effect: hold
approvers: 2
expires_minutes: 15
actions: [ToolCall]
resources: ["tool:read_file"]
when: {}
examples:
  - {name: A file, effect: hold, action: ToolCall, resource: "tool:read_file"}
  - {name: Another tool, effect: allow, action: ToolCall, resource: "tool:other"}
"""


def ask(machine: Machine, key: str, words: str, token: str = "") -> tuple[int, Any]:
    body = json.dumps({"model": "demo", "messages": [{"role": "user", "content": words}]}).encode()
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    headers |= {"wardlaw-retry": token} if token else {}
    request = urllib.request.Request(f"http://127.0.0.1:{machine.port}/v1/chat/completions", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())["error"]


def test_people_hear_of_a_held_call_look_at_it_and_let_it_go(tmp_path: Path) -> None:
    machine, puppet = Machine(tmp_path), Puppet()
    puppet.default = lambda turn: turn.answer(completion(calls=[("call_1", "read_file", ARGUMENTS)]))
    made = machine.json("init", ".")
    config = machine.folder / "wardlaw.yaml"
    with web([200]) as pager:
        hook = f'notify: {{webhooks: [{{name: pager, url: "http://127.0.0.1:{pager.port}/", secret: env:PAGER}}]}}\n'
        text = config.read_text().replace("http://127.0.0.1:8085/v1", puppet.url)
        config.write_text(text + "\ntools: [{name: read_file, effect: read}]\n" * ("\ntools:" not in text) + hook)
        (machine.folder / "policies" / "own.yaml").write_text(HOLDS)
        machine.env["PAGER"] = "shared"
        machine.up()
        try:
            machine.run("token", "redeem", made["admin_token"])
            story(machine, pager.seen)
        finally:
            machine.down()
            puppet.close()
    assert machine.json("audit", "verify")["sound"] is True


def story(machine: Machine, told: list[tuple[str, dict[str, str], bytes]]) -> None:
    sec = {"WARDLAW_TOKEN": person(machine, "sec", "secops")}
    own = {"WARDLAW_TOKEN": person(machine, "own", "owner")}
    key = machine.run("key", "create", "app", "--principal", "user:sec").strip()
    machine.run("policy", "publish", WARDLAW_TOKEN=person(machine, "dev", "devsecops"))
    until(lambda: ask(machine, key, "read the file")[0] == 409, machine)
    status, held = ask(machine, key, "read the file")
    assert (status, held["code"], held["clause"]) == (409, "held", "OPS-90")
    name, token = held["approval"], held["retry"]

    (event,) = until(lambda: [json.loads(body) for _, _, body in told], machine)
    assert (event["event"], event["approval"], event["incident"]) == ("held", name, "")
    assert all(word not in told[0][2] for word in (b"sda", b"read_file", b"user:sec"))

    assert name in machine.run("approvals", "list", **own)
    shown = machine.run("approvals", "show", name, **own)
    print(shown)
    for part in ("user:sec", "tool:read_file", "OPS-90", "two persons", '"disk": "sda"', "grüße"):
        assert part in shown
    machine.run("approvals", "list", code=10)  # the admin answers nothing
    machine.run("approvals", "approve", name, "--reason", "mine", code=10, WARDLAW_TOKEN=key)  # and no key of a caller
    machine.run("approvals", "approve", name, "--reason", "mine", code=2, **sec)  # nor whoever calls
    assert "1 of 2" in machine.run("approvals", "approve", name, "--reason", "seen", **own)
    assert ask(machine, key, "read the file", token)[0] == 409
    both = {"WARDLAW_TOKEN": person(machine, "ops", "secops")}
    assert "is approved" in machine.run("approvals", "approve", name, "--reason", "seen too", **both)
    status, answer = ask(machine, key, "read the file", token)
    assert status == 200
    assert answer["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"] == ARGUMENTS
    assert ask(machine, key, "read the file", token)[0] == 404
    used = machine.json("approvals", "show", name, **own)
    assert used["standing"] == "used"
    print(machine.run("approvals", "list", "--everything", **own), machine.run("approvals", "show", name, **own))
    operations = until(lambda: "approvals.used" in (found := controls(machine)) and found, machine)
    assert operations.count("approvals.answer") == 2


def controls(machine: Machine) -> list[str]:
    """What people and gateways did to Wardlaw itself, as the log has it."""
    places = Installation(load_config(machine.folder / "wardlaw.yaml"))
    engine = open_database(places.database_url({}))
    try:
        with reading(engine) as connection:
            found = search_records(connection, Search(kind="control", limit=200))
        return [str(decode(one.envelope).facts["operation"]) for one in found]
    finally:
        engine.dispose()

"""A waiver and broken glass on a real Wardlaw: the clause holds, is lifted for one caller, and holds again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.wire.cli.test_up import Machine, person
from tests.wire.cli.test_watching import until

from wardlaw.audit.envelope import Envelope, decode
from wardlaw.config.load import load_config
from wardlaw.store.database import open_database, reading
from wardlaw.store.installation import Installation
from wardlaw.store.records import Search, search_records

pytestmark = pytest.mark.xdist_group("waivers")
CLOSED = """id: OPS-91
title: The demo model is closed
text: Nobody uses the demo model this week.
owner: ciso
wing: governance
risk: low
effect: deny
actions: [ModelCall]
resources: ["model:demo"]
when: {}
examples:
  - {name: The demo model, effect: deny, action: ModelCall, resource: "model:demo"}
  - {name: Another model, effect: allow, action: ModelCall, resource: "model:gpt"}
"""


def decisions(machine: Machine) -> list[Envelope]:
    engine = open_database(Installation(load_config(machine.folder / "wardlaw.yaml")).database_url({}))
    try:
        with reading(engine) as connection:
            return [decode(one.envelope) for one in search_records(connection, Search(kind="decision", limit=200))]
    finally:
        engine.dispose()


def test_a_clause_is_lifted_for_one_caller_and_holds_again(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    made = machine.json("init", ".")
    config = machine.folder / "wardlaw.yaml"
    config.write_text(config.read_text().replace("127.0.0.1:8085/v1", f"127.0.0.1:{machine.model}/v1"))
    (machine.folder / "policies" / "own.yaml").write_text(CLOSED)
    machine.up()
    try:
        machine.run("token", "redeem", made["admin_token"])
        story(machine)
    finally:
        machine.down()
    assert machine.json("audit", "verify")["sound"] is True


def story(machine: Machine) -> None:
    roles = {"own": "owner", "lex": "legal", "ris": "risk", "sec": "secops", "dev": "devsecops"}
    who = {name: {"WARDLAW_TOKEN": person(machine, name, role)} for name, role in roles.items()}
    ana = machine.run("key", "create", "ana", "--principal", "user:ana").strip()
    ben = machine.run("key", "create", "ben", "--principal", "user:ben").strip()
    machine.run("policy", "publish", **who["dev"])

    def status(key: str) -> int:
        return machine.ask(key, "hello")[0]

    until(lambda: status(ana) == 403, machine)
    asked = ("waiver", "request", "OPS-91", "--reason", "a demonstration", "--for", "1h", "--principal", "user:ana")
    waiver: Any = machine.json(*asked, **who["own"])["waiver"]["id"]
    machine.run("waiver", "approve", waiver, "--reason", "mine", code=10, **who["own"])  # nor is it for an owner
    machine.run("waiver", "approve", waiver, "--reason", "fine", **who["lex"])
    assert status(ana) == 403
    assert "granted" in machine.run("waiver", "approve", waiver, "--reason", "fine", **who["ris"])
    until(lambda: status(ana) == 200, machine)
    assert status(ben) == 403
    machine.run("waiver", "end", waiver, "--reason", "it is over", **who["sec"])
    until(lambda: status(ana) == 403, machine)

    glass = machine.json("break-glass", "open", "--reason", "outage", "--principal", "user:ben", **who["sec"])["glass"]
    until(lambda: status(ben) == 200, machine)
    machine.run("incidents", "close", glass["incident"], "--reason", "over", code=2, **who["lex"])
    machine.run("break-glass", "review", glass["id"], "--review", "right", "--justified", **who["lex"])
    until(lambda: status(ben) == 403, machine)

    found = until(lambda: [one for one in decisions(machine) if "break_glass" in one.facts], machine)
    assert {str(one.facts["break_glass"]) for one in found} == {glass["id"]}
    lifted = {str(one.facts["lifted"]) for one in decisions(machine) if "lifted" in one.facts}
    assert lifted == {f"OPS-91:{waiver}", f"OPS-91:{glass['id']}"}

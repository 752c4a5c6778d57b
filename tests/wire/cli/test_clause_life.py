"""A clause on a real Wardlaw from the file to enforcement: each step by its person, each effect on live traffic."""

from __future__ import annotations

import json
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.wire.cli.test_up import Machine

from wardlaw.cli.client import ManagementClient

pytestmark = pytest.mark.xdist_group("clause_life")
CLAUSE = """id: OPS-90
title: No long answers
text: Nobody may ask for more than fifty tokens.
owner: risk
wing: governance
risk: high
effect: deny
actions: [ModelCall]
when: {all: [{attribute: maxTokens, over: 50}]}
examples:
  - {name: long, effect: deny, action: ModelCall, context: {maxTokens: 51}}
  - {name: short, effect: allow, action: ModelCall, context: {maxTokens: 50}}
"""
EMERGENCY = CLAUSE.replace("50", "20").replace("51", "21")


def ask(machine: Machine, key: str, tokens: int) -> int:
    body = {"model": "demo", "max_tokens": tokens, "messages": [{"role": "user", "content": "hello"}]}
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    url = f"http://127.0.0.1:{machine.port}/v1/chat/completions"
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, json.dumps(body).encode(), headers), timeout=30
        ) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def token(admin: ManagementClient, name: str, role: str) -> str:
    """An API token of a new person."""
    admin.post("/persons", {"id": f"person:{name}", "name": name, "roles": [role]})
    once = admin.post("/tokens", {"person": f"person:{name}", "label": "", "hours": 1})["text"]
    return str(admin.post("/session/redeem", {"token": once, "bind": False, "api_token": True})["api_token"])


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not what():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_clause_is_enforced_when_others_approved_it_and_stays(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    made = machine.json("init", ".")
    config = tmp_path / "wardlaw.yaml"
    text = config.read_text().replace("127.0.0.1:8085/v1", f"127.0.0.1:{machine.model}/v1")
    config.write_text(text.replace("  dir: policies\n", "  dir: policies\n  life: on\n"))
    machine.up()
    try:
        machine.run("token", "redeem", made["admin_token"])
        story(machine)
    finally:
        machine.down()
    assert machine.json("audit", "verify")["sound"] is True


def story(machine: Machine) -> None:
    roles = {"writer": "compliance", "lex": "legal", "chief": "ciso", "ci": "devsecops", "sec": "secops", "rik": "risk"}
    admin = ManagementClient(socket_path=machine.folder / "c.sock")
    who = {name: {"WARDLAW_TOKEN": token(admin, name, role)} for name, role in roles.items()}
    # Commands where people see or are refused something; what only leads there goes the way commands go, without one.
    api = {
        name: ManagementClient(socket_path=machine.folder / "c.sock", token=env["WARDLAW_TOKEN"])
        for name, env in who.items()
    }
    key = machine.run("key", "create", "app", "--principal", "user:me").strip()
    file = machine.folder / "policies" / "own.yaml"
    file.write_text(CLAUSE)
    held = api["ci"].post("/policy/reload")["held"]
    assert held == ["OPS-90: nobody has handed in its text (`wardlaw policy review OPS-90`)"]

    digest = machine.json("policy", "review", "OPS-90", **who["writer"])["clause"]["digest"]
    machine.run("policy", "publish", "--enforce", "OPS-90", code=10, **who["ci"])
    assert "A request to a model" in machine.run("policy", "show", "OPS-90", **who["lex"])
    machine.run("policy", "approve", "OPS-90", "--digest", digest[:12], **who["lex"])
    api["chief"].post("/policy/clauses/OPS-90/approve", {"digest": digest})
    assert api["ci"].post("/policy/reload")["moved"] == [f"OPS-90 version 1 ({digest[:12]}): shadow"]

    # In shadow it only records; what it would have stopped the log says, once the request is in it.
    assert ask(machine, key, 100) == 200
    until(lambda: would_stop(api["ci"]) > 0)
    machine.run("policy", "publish", "--enforce", "OPS-90", **who["ci"])
    until(lambda: ask(machine, key, 100) == 403)
    assert ask(machine, key, 40) == 200

    # A file that is gone opens nothing.
    file.unlink()
    api["ci"].post("/policy/reload")
    assert "the file is gone" in machine.run("policy", "status", code=1, **who["lex"])
    assert ask(machine, key, 100) == 403

    file.write_text(EMERGENCY)
    machine.run("policy", "publish", "--emergency", "OPS-90", "--reason", "now", **who["sec"])
    until(lambda: ask(machine, key, 40) == 403)

    # Whoever wrote a clause does not approve it, and a detector is loosened by two.
    other = CLAUSE.replace("OPS-90", "OPS-91").replace("50", "70").replace("51", "71")
    (machine.folder / "policies" / "more.yaml").write_text(other)
    digest = api["lex"].post("/policy/clauses/OPS-91/review", {})["digest"]
    machine.run("policy", "approve", "OPS-91", "--digest", digest, code=10, **who["lex"])
    api["sec"].post("/secrets", {"id": "secret:x", "text": "a secret of the tests"})
    assert machine.json("secret", "remove", "x", **who["sec"])["secret"] == {"asked": "secret:x", "waits_for": "risk"}
    assert api["rik"].delete("/secrets/secret%3Ax") == {"removed": "secret:x"}

    # A hand in the tables is told, and nothing is published from them.
    with sqlite3.connect(machine.folder / "data" / "wardlaw.db") as tables:
        tables.execute("UPDATE clause_version SET text = replace(text, '20', '90') WHERE clause = 'OPS-90'")
    tables.close()
    told = [one for one in api["lex"].get("/policy/life")["clauses"] if one["clause"] == "OPS-90"]
    assert "rows of version 2 were changed by hand" in told[0]["drifted"]
    machine.run("policy", "publish", code=4, **who["ci"])
    assert ask(machine, key, 40) == 403


def would_stop(ci: ManagementClient) -> int:
    """How many decisions of the log the clause would have stopped."""
    begin = end = 0
    while not end or begin < end:
        span = {"since_ms": 0, "until_ms": 2**53, "begin": begin, "end": end}
        part = ci.post("/policy/clauses/OPS-90/try", span)
        begin, end = part["next"], part["end"]
        if not end:  # nothing is in the log yet
            break
    found = ci.post("/policy/clauses/OPS-90/backtest")
    return sum(one["stopped"] for one in found["teams"].values())

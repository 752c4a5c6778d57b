"""Commands for what the console's pages show: drafts, standings, the log, roles."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.unit.cli.commands.lawhouse import crm, lawhouse
from tests.unit.store.test_recordsearch import keep

from wardlaw.cli.commands import audit, gate, person, system
from wardlaw.facts.person import Role

__all__ = ["lawhouse"]


@pytest.fixture
def house(lawhouse: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    for module in (audit, gate, person, system):
        monkeypatch.setattr(module, "connect", lambda _options: lawhouse.clients[lawhouse.who])
    return lawhouse


def test_a_draft_is_kept_shown_and_dropped(command: Any, house: SimpleNamespace, tmp_path: Path) -> None:
    crm(house, command)
    form = tmp_path / "form.yaml"
    assert command("system", "classify", "crm-bot", "--form", str(form)).code == 0
    form.write_text(form.read_text().replace('value: "unknown"', 'value: "yes"', 1))
    done = command("system", "draft", "crm-bot", "--answers", str(form), "--json")
    assert done.code == 11
    kept = json.loads(done.out)
    assert kept["answers"]["is_ai"]["value"] == "yes"
    assert "is_ai" in command("system", "draft", "crm-bot").out
    dropped = json.loads(command("system", "draft", "crm-bot", "--drop", "--json").out)
    assert dropped["given"] == []


def test_standings_and_roles_are_listed(command: Any, house: SimpleNamespace) -> None:
    crm(house, command)
    assert "no gate has given it a verdict" in " ".join(command("gate", "standing").out.split())
    house.who = Role.AUDITOR
    told = command("person", "roles").out
    assert "SOD-1" in told
    assert "manage users" in told


def test_the_log_is_searched(command: Any, house: SimpleNamespace) -> None:
    for leaf in range(3):
        keep(house.api.made.engine, kind="control", name=f"ctl_{leaf}", leaf=leaf, facts={"operation": "keys.create"})
    house.who = Role.AUDITOR
    found = command("audit", "search", "keys.create", "--kind", "control", "--limit", "2")
    assert "ctl_2" in found.out
    assert "--before 1" in found.err
    assert "ctl_0" in command("audit", "search", "--before", "1").out

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from tests.unit.cli.commands.lawhouse import crm, lawhouse

from wardlaw.facts.person import Role

__all__ = ["lawhouse"]


def test_a_system_is_registered_changed_and_retired(command: Any, lawhouse: SimpleNamespace) -> None:
    assert command("system", "list").out.strip() == "no systems"
    crm(
        lawhouse,
        command,
        "--role",
        "deployer",
        "--tier",
        "limited",
        "--principal",
        "agent:crm-*",
        "--placed-at",
        "2026-01-02",
    )
    lawhouse.who = Role.OWNER
    listed = command("system", "list").out
    assert all(part in listed for part in ("crm-bot", "person:owner", "limited", "agent:crm-*"))
    changed = command("system", "change", "crm-bot", "--tier", "high", "--placed-at", "none", "--json")
    kept = json.loads(changed.out)["system"]
    assert (kept["tier"], kept["placed_at"], kept["principals"], kept["version"]) == ("high", None, ["agent:crm-*"], 2)
    assert command("system", "retire", "crm-bot").code == 0
    shown = command("system", "show", "crm-bot").out
    assert [word in shown for word in ("added", "changed", "retired")] == [True] * 3
    assert command("system", "list").out.strip() == "no systems"
    assert "crm-bot" in command("system", "list", "--retired").out


def test_what_is_left_out_or_wrong_is_told(command: Any, lawhouse: SimpleNamespace) -> None:
    lawhouse.who = Role.OWNER
    assert command("system", "add", "crm-bot", "--title", "x").code == 2
    assert "WL-SYS-001" in command("system", "show", "none").err
    assert command("system", "add", "x", "--tier", "odd").code == 2

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.unit.cli.commands.lawhouse import lawhouse

from wardlaw.cli.commands import intake
from wardlaw.facts.person import Role

__all__ = ["lawhouse"]


def test_a_wish_is_asked_shown_and_refused(
    command: Any, lawhouse: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "connect", lambda _options: lawhouse.clients[lawhouse.who])
    lawhouse.who = Role.OWNER
    Path("form.yaml").write_text(
        "system: notes\nkind: tool\ntitle: Notes\npurpose: writes down what was said\nowner: person:owner\n"
        "vendor: Acme\nprincipals: ['agent:notes']\n"
    )
    asked = command("intake", "ask", "form.yaml")
    assert (asked.code, "waits for: risk, legal" in asked.out) == (0, True)
    request = json.loads(command("intake", "list", "--json").out)["requests"][0]["id"]
    lawhouse.who = Role.LEGAL
    refused = command("intake", "decide", request, "--reason", "we have one", "--refuse")
    assert "refused" in refused.out
    assert "we have one" in command("intake", "show", request).out
    assert command("intake", "list").out.strip() == "no requests"
    assert "notes" in command("intake", "list", "--everything").out
    assert command("catalogue").out.strip() == "no entries"
    assert command("intake", "ask", "none.yaml").code == 2

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.unit.cli.commands.lawhouse import lawhouse
from tests.unit.cli.worldrevoker import ApiClient

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


def test_what_was_granted_is_proposed_as_clauses_and_taken_back(
    command: Any, lawhouse: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "connect", lambda _options: lawhouse.clients[lawhouse.who])
    lawhouse.clients[Role.RISK] = ApiClient(lawhouse.api, lawhouse.api.person("risk", Role.RISK))
    lawhouse.who = Role.OWNER
    Path("form.yaml").write_text(
        "system: notes\nkind: tool\ntitle: Notes\npurpose: writes down what was said\nowner: person:owner\n"
        "principals: ['agent:notes']\nregions: [EU]\nusers: [sales]\n"
    )
    command("intake", "ask", "form.yaml")
    request = json.loads(command("intake", "list", "--json").out)["requests"][0]["id"]
    assert command("intake", "propose", request).code == 2
    lawhouse.who = Role.RISK
    assert "intake propose" in command("intake", "decide", request, "--reason", "fine").out
    shown = json.loads(command("intake", "propose", request, "--show", "--to", "drafts", "--json").out)
    assert [one["clause"] for one in shown["clauses"]] == ["SUS-01", "SRG-01", "SDT-01"]
    assert not Path("drafts").exists()
    done = command("intake", "propose", request, "--to", "drafts")
    assert (done.code, "policy review SUS-01" in done.out) == (0, True)
    assert command("policy", "test", "drafts").code == 0
    assert command("policy", "check", "drafts", "--strict").code == 0
    again = command("intake", "propose", request, "--to", "drafts")
    assert (again.code, "WL-TPL-007" in again.err) == (2, True)
    assert "withdrawn" in command("intake", "withdraw", request, "--reason", "no more").out
    assert "took it back" in command("intake", "show", request).out

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.unit.cli.commands.lawhouse import crm, lawhouse

from wardlaw.cli.commands import register
from wardlaw.facts.person import Role

__all__ = ["lawhouse"]


def test_an_entry_is_put_shown_and_retired(
    command: Any, lawhouse: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register, "connect", lambda _options: lawhouse.clients[lawhouse.who])
    lawhouse.who = Role.OWNER
    Path("acme.yaml").write_text("kind: vendor\nid: acme\ntitle: Acme\nowner: person:owner\nregions: [EU]\n")
    assert command("register", "put", "acme.yaml").code == 0
    assert "acme" in command("register", "list", "--kind", "vendor").out
    assert command("register", "put", "acme.yaml").code == 2
    assert (
        json.loads(command("register", "put", "acme.yaml", "--if-version", "1", "--json").out)["entry"]["version"] == 2
    )
    assert "EU" in command("register", "show", "vendor", "acme").out
    assert command("register", "retire", "vendor", "acme").code == 0
    assert command("register", "put", "missing.yaml").code == 2


def test_a_form_goes_out_and_comes_back(command: Any, lawhouse: SimpleNamespace) -> None:
    crm(lawhouse, command)
    lawhouse.who = Role.OWNER
    shown = command("system", "classify", "crm-bot")
    assert (shown.code, "never" in shown.out) == (11, True)
    assert command("system", "classify", "crm-bot", "--form", "form.yaml").code == 0
    form = Path("form.yaml").read_text()
    assert form.count("value: ") == 41
    assert command("system", "classify", "crm-bot", "--answers", "form.yaml").code == 11
    scoped = form.replace('is_ai:\n    value: "unknown"', 'is_ai:\n    value: "yes"')
    scoped = scoped.replace('eu_scope:\n    value: "unknown"', 'eu_scope:\n    value: "yes"')
    scoped = scoped.replace('excluded:\n    value: "unknown"', 'excluded:\n    value: "no"')
    prohibited = scoped.replace('p_manip:\n    value: "unknown"', 'p_manip:\n    value: "yes"').replace(
        "version: 0", "version: 1"
    )
    Path("form.yaml").write_text(prohibited)
    told = command("system", "classify", "crm-bot", "--answers", "form.yaml")
    assert (told.code, "prohibited-a" in told.out, "p_manip" in told.out) == (1, True, True)
    assert command("system", "classify", "other", "--answers", "form.yaml").code == 2
    Path("form.yaml").write_text("[]")
    assert command("system", "classify", "crm-bot", "--answers", "form.yaml").code == 2


def test_the_technical_file_says_what_is_missing(command: Any, lawhouse: SimpleNamespace) -> None:
    crm(lawhouse, command)
    lawhouse.who = Role.LEGAL
    words = ("--system", "crm-bot", "--until", "2026-12-31", "--text", "it speaks HTTP alone")
    assert command("attest", "annex-iv:1b", *words).code == 0
    assert command("attest", "annex-iv:1z", *words).code == 2
    told = command("system", "file", "crm-bot", "--out", "file.md")
    assert (told.code, "1 live, 1 attested, 21 missing" in told.out) == (1, True)
    assert "it speaks HTTP alone" in Path("file.md").read_text()

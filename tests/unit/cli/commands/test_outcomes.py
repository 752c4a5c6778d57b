"""Live decisions by commands: told from lines, watched, shown, drawn."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.unit.cli.commands.lawhouse import crm, lawhouse

from wardlaw.facts.person import Role

__all__ = ["lawhouse"]


def test_decisions_are_told_watched_and_shown(command: Any, lawhouse: SimpleNamespace, tmp_path: Path) -> None:
    crm(lawhouse, command)
    lines = [
        {"groups": {"sex": group}, "predicted": at < kept}
        for group, kept in (("M", 150), ("F", 20))
        for at in range(200)
    ]
    file = tmp_path / "told.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in lines))
    assert command("outcomes", "watch", "crm-bot", "--groups", "sex", "--days", "7").code == 0
    lawhouse.who = Role.OWNER
    told = command("outcomes", "add", "crm-bot", str(file))
    assert "400 told; fail" in told.out
    shown = command("outcomes", "show", "crm-bot", "--plot", str(tmp_path / "p.svg"))
    assert shown.code == 1
    assert "demographic_parity_ratio by sex" in shown.out
    assert (tmp_path / "p.svg").read_text().startswith("<svg ")
    file.write_text('{"groups":{"sex":"M"}}\n')
    wrong = command("outcomes", "add", "crm-bot", str(file))
    assert (wrong.code, "WL-BIA-012" in wrong.err) == (3, True)
    assert command("outcomes", "add", "crm-bot", str(tmp_path / "none")).code == 3

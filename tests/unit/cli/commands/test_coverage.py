from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from tests.unit.cli.commands.lawhouse import crm, lawhouse

from wardlaw.cli.commands.coverage import counted
from wardlaw.cli.output import Output

__all__ = ["lawhouse"]


def test_an_empty_installation_says_so(command: Any, lawhouse: SimpleNamespace) -> None:
    assert command("coverage").out.startswith("nothing applicable, 0 %\n")
    answer = json.loads(command("coverage", "--json").out)
    assert answer == {"applicable": 0, "proven": 0, "attested": 0, "clauses": []}


def test_json_is_exactly_what_was_promised(command: Any, lawhouse: SimpleNamespace) -> None:
    crm(lawhouse, command)
    answer = json.loads(command("coverage", "--framework", "eu-ai-act", "--as-of", "2027-12-02", "--json").out)
    assert list(answer) == ["applicable", "proven", "attested", "clauses"]
    assert answer["applicable"] == len(answer["clauses"]) == 41
    assert all(list(one) == ["clause", "system", "state", "why"] for one in answer["clauses"])
    early = json.loads(command("coverage", "--framework", "eu-ai-act", "--as-of", "2026-11-22", "--json").out)
    assert early["applicable"] == 21
    assert command("coverage", "--as-of", "soon").code == 2
    assert "WL-FWK-003" in command("coverage", "--framework", "none").err


def test_the_command_asks_until_the_whole_log_was_counted() -> None:
    answers = iter([{"counted": 5, "log_end": 9}, {"counted": 9, "log_end": 9}])
    client: Any = SimpleNamespace(get=lambda path, **query: next(answers))
    assert counted(client, Output(), "/coverage", {}) == {"counted": 9, "log_end": 9}

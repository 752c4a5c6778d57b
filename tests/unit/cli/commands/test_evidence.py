from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from tests.unit.cli.commands.lawhouse import crm, lawhouse

__all__ = ["lawhouse"]


def test_a_trail_is_walked_from_a_provision(command: Any, lawhouse: SimpleNamespace) -> None:
    crm(lawhouse, command)
    shown = command("evidence", "show", "owasp-llm-2025:LLM01:2025", "--system", "crm-bot").out
    for part in ("Prompt Injection", "WL-SEC-INJECT", "SEC-01", "none has tried it out", "none yet that shows it"):
        assert part in shown, part
    trail = json.loads(command("evidence", "show", "SEC-01", "--json").out)
    assert trail["clauses"][0]["line"]["state"] == "stale"
    assert "WL-COV-004" in command("evidence", "show", "SEC-99").err

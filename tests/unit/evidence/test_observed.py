from __future__ import annotations

from datetime import date

from wardlaw.evidence.coverage import State, clause_line
from wardlaw.evidence.observed import Observed


def test_no_default_speaks_for_a_clause() -> None:
    line = clause_line(Observed("GOV-07", "crm"), now=1e9, day=date(2026, 11, 28))
    assert line.state is State.GAP

from __future__ import annotations

from bench.covering import measure


def test_every_clause_and_system_is_looked_at() -> None:
    figures = measure(clauses=50, systems=4)
    assert figures.lines == 200
    assert figures.clauses_s > 0
    assert figures.law_s > 0

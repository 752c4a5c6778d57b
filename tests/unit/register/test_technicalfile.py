from __future__ import annotations

import msgspec

from tests.unit.register.gates.test_verdict import CV, VERDICT
from wardlaw.register.technicalfile import FIELDS, Change, FieldState, LiveView, Vouched, technical_file

EMPTY = LiveView(1, (), None, (), (), 0, 0.0)


def test_what_nobody_knows_is_missing_and_nothing_is_made_up() -> None:
    found = {one.id: one for one in technical_file(CV, EMPTY, {})}
    assert list(found) == list(FIELDS)
    assert {one.id for one in found.values() if one.state is FieldState.LIVE} == {"1a"}
    assert {one.text for one in found.values() if one.state is FieldState.MISSING} == {""}


def test_what_runs_is_told_and_what_people_vouch_for_is_theirs() -> None:
    system = msgspec.structs.replace(CV, built_on=("llm",), vendors=("acme",), datasets=("cvs",))
    changes = (Change(1, "added", "person:ann", 1.0), Change(2, "changed", "person:ben", 2.0))
    live = LiveView(2, changes, VERDICT, ("A", "B"), ("A",), 7, 1.0)
    said = {
        "annex-iv:1b": Vouched("over HTTP", "person:ann", 9.0),
        "eu-ai-act:art-14": Vouched("a person looks", "person:ann", 9.0),
        "annex-iv:1a": Vouched("something else", "person:ann", 9.0),
    }
    found = {one.id: one for one in technical_file(system, live, said)}
    assert {one.id for one in found.values() if one.state is FieldState.LIVE} == {"1a", "2a", "2d", "2g", "3", "6"}
    assert (found["1b"].state, found["1b"].source, found["1b"].until) == (FieldState.ATTESTED, "person:ann", 9.0)
    assert found["2e"].text == "a person looks"
    assert "7 calls" in found["3"].text
    assert "2 clauses in force, 1 of them proven" in found["3"].text
    assert VERDICT.gate_digest[:12] in found["2g"].text
    assert technical_file(system, msgspec.structs.replace(live, calls=0), {})[16].state is FieldState.MISSING

from __future__ import annotations

from typing import Any

from wardlaw.cli.trailshow import trail_lines

DECISION = {"id": "dec_1", "at": 5.0, "leaf_index": 7, "is_proven": True, "note": ""}
CLAUSE: dict[str, Any] = {
    "line": {"clause": "SEC-01", "system": "crm", "state": "proven", "why": "tried out"}, "title": "No injection",
    "owner": "ciso", "mode": "enforce", "digest": "ab" * 32, "controls": ["WL-SEC-INJECT"],
    "counts": {"seen": 9, "evaluated": 9, "fired": 2, "last_fired": "dec_0"}, "decision": DECISION,
    "canaries": [{"route": "messages", "passed_at": 5.0, "failed_at": 0.0, "record": "dec_1", "detail": "\x1b[2J"}],
}  # fmt: skip
TRAIL: dict[str, Any] = {
    "asked": "owasp-llm-2025:LLM01:2025", "title": "Prompt Injection", "controls": [["WL-SEC-INJECT", "Kills"], ["X", "Y"]],
    "lines": [{"clause": "x", "system": "crm", "state": "proven", "why": "w"}], "clauses": [CLAUSE],
}  # fmt: skip


def drawn(**fields: Any) -> str:
    return "\n".join(str(one) for one in trail_lines({**TRAIL, **fields}))


def test_every_step_leads_to_the_next_and_the_last_two_lines_are_commands() -> None:
    text = drawn()
    assert "WL-SEC-INJECT  Kills: SEC-01" in text
    assert "X  Y: no clause carries it out" in text
    assert "messages: passed 1970-01-01 00:00:05Z" in text
    assert "2 matched, the last dec_0" in text
    assert "decision  dec_1, its canary's, at 1970-01-01 00:00:05Z" in text
    assert "record    7 of the log; its inclusion can be proven" in text
    assert [line.split(maxsplit=1)[1] for line in text.splitlines()[-2:]] == ["audit prove dec_1", "explain dec_1"]
    assert "\x1b" not in text


def test_what_is_missing_is_said() -> None:
    young = {**DECISION, "is_proven": False, "note": "no checkpoint covers it"}
    assert "not provable yet: no checkpoint covers it" in drawn(clauses=[{**CLAUSE, "decision": young}])
    lost = {"id": "dec_9", "at": 0.0, "leaf_index": -1, "is_proven": False, "note": "WL-STO-060: no record"}
    assert "decision  dec_9: WL-STO-060: no record" in drawn(clauses=[{**CLAUSE, "decision": lost}])
    fired = {**CLAUSE, "decision": {**DECISION, "id": "dec_0"}}
    assert "dec_0, of its traffic" in drawn(clauses=[fired])
    bare = {**CLAUSE, "decision": None, "canaries": []}
    text = drawn(clauses=[bare])
    assert "none yet that shows it at work" in text
    assert text.endswith("policy explain SEC-01")
    assert drawn(clauses=[]).endswith("attest 'owasp-llm-2025:LLM01:2025' --help")

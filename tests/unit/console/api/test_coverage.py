from __future__ import annotations

import pytest

from tests.console_fakes import START, Api
from tests.unit.console.api.test_laws import CRM
from wardlaw.console.api.deps import Counted
from wardlaw.evidence.observed import Approved, CanaryStanding
from wardlaw.evidence.survey import Heard
from wardlaw.facts.person import Role


def test_an_empty_installation_has_nothing_applicable(api: Api) -> None:
    uid = api.person("aud", Role.AUDITOR)
    for asked in ("/coverage", "/coverage?framework=eu-ai-act"):
        found = api.ok("GET", asked, uid=uid)
        assert (found["applicable"], found["proven"], found["attested"], found["clauses"]) == (0, 0, 0, [])
        assert found["percent"] == 0


def test_half_a_log_gives_no_answer_yet(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, desk = api.person("own", Role.OWNER), api.made.deps.coverage
    api.ok("POST", "/systems", CRM, uid=owner)
    whole = desk.survey
    monkeypatch.setattr(desk, "survey", lambda *asked: (whole(*asked)[0], Counted(3, 4, 0.0)))
    found = api.ok("GET", "/coverage", uid=owner)
    assert (found["counted"], found["log_end"], found["clauses"], found["applicable"]) == (3, 4, [], 0)


def test_nothing_is_proven_before_it_was_tried_out_and_signed(api: Api) -> None:
    owner = api.person("own", Role.OWNER)
    api.ok("POST", "/systems", CRM, uid=owner)
    found = api.ok("GET", "/coverage", uid=owner)
    assert found["applicable"] == len(found["clauses"]) == 45
    assert {one["state"] for one in found["clauses"]} == {"stale", "shadow"}
    running = {one.id: one for one in api.made.deps.coverage.running()}
    canary = CanaryStanding("messages", passed_at=START - 60, record="dec_1")
    heard = Heard(
        approved={name: Approved(one.digest) for name, one in running.items()}, canaries={"SEC-01": (canary,)}
    )
    api.made.heard = heard
    found = api.ok("GET", "/coverage", uid=owner)
    assert [one["clause"] for one in found["clauses"] if one["state"] == "proven"] == ["SEC-01"]
    assert (found["proven"], round(found["percent"], 1)) == (1, 2.2)
    law = api.ok("GET", "/coverage?framework=owasp-llm-2025", uid=owner)
    states = {one["clause"]: one["state"] for one in law["clauses"]}
    assert states["owasp-llm-2025:LLM01:2025"] == "stale"  # other clauses that refer to it are not tried out
    assert api.error("GET", "/coverage?framework=none", uid=owner) == (404, "WL-FWK-003")


def test_a_trail_leads_from_a_provision_to_its_clauses(api: Api) -> None:
    owner, auditor = api.person("own", Role.OWNER), api.person("aud", Role.AUDITOR)
    api.ok("POST", "/systems", CRM, uid=owner)
    trail = api.ok("GET", "/evidence/eu-ai-act:art-14", uid=auditor)
    assert ["WL-AGT-APPROVE", "Human approval for high-impact actions"] in trail["controls"]
    assert [one["state"] for one in trail["lines"]] == ["not yet"]
    by_clause = {one["line"]["clause"]: one for one in trail["clauses"]}
    assert by_clause["ACC-06"]["controls"] == ["WL-AGT-APPROVE"]
    assert by_clause["ACC-06"]["decision"] is None
    control = api.ok("GET", "/evidence/WL-SEC-INJECT?system=crm-bot", uid=auditor)
    assert [one["line"]["clause"] for one in control["clauses"]] == ["SEC-01"]
    clause = api.ok("GET", "/evidence/SEC-01?system=crm-bot", uid=auditor)
    assert [one["clause"] for one in clause["lines"]] == ["SEC-01"]
    assert clause["controls"] == [["WL-SEC-INJECT", "Prompt-injection detector kills the connection"]]
    api.made.heard = Heard(canaries={"SEC-01": (CanaryStanding("messages", START - 60, 0.0, "dec_gone"),)})
    lost = api.ok("GET", "/evidence/SEC-01", uid=auditor)["clauses"][0]["decision"]
    assert (lost["id"], lost["leaf_index"], lost["is_proven"]) == ("dec_gone", -1, False)
    assert api.error("GET", "/evidence/SEC-99", uid=auditor) == (404, "WL-COV-004")
    assert api.error("GET", "/evidence/SEC-01?system=none", uid=auditor) == (404, "WL-SYS-001")
    assert api.error("GET", "/evidence/SEC-01", uid=owner) == (403, "WL-RGT-010")

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import insert

from tests.console_fakes import Api
from wardlaw.facts.person import Role
from wardlaw.store.database import writing
from wardlaw.store.tables import RECORD, SEALED_PART


@pytest.fixture
def busy(api: Api) -> Api:
    row = {
        "leaf_index": 0, "id": "dec_0", "kind": "decision", "exchange": "exc_0", "at_ms": 1000, "gateway": "g",
        "epoch": 1, "seq": 0, "subject": "aa", "effect": "deny", "demanded": "deny", "action": "ModelCall",
        "route": "chat.completions", "policies": "ff", "code": "clause", "envelope": b'{"kind":"decision","seq":0}',
    }  # fmt: skip
    outcome = row | {"leaf_index": 1, "id": "out_0", "kind": "outcome", "seq": 1, "effect": ""}
    part = {"leaf_index": 0, "klass": "inputs", "subject": "aa", "month": "2026-11", "ciphertext": b"x"}
    with writing(api.made.engine) as connection:
        connection.execute(insert(RECORD), [row, outcome])
        connection.execute(insert(SEALED_PART), [part])
    return api


def test_decisions_and_their_explanation(busy: Api) -> None:
    legal = busy.person("legal", Role.LEGAL)
    assert [one["id"] for one in busy.ok("GET", "/decisions", uid=legal)] == ["dec_0"]
    assert [one["id"] for one in busy.ok("GET", "/decisions?kind=any", uid=legal)] == ["out_0", "dec_0"]
    assert busy.ok("GET", "/decisions?effect=cut", uid=legal) == []
    detail = busy.ok("GET", "/decisions/dec_0", uid=legal)
    assert detail["envelope"] == {"kind": "decision", "seq": 0}
    assert detail["explanation"] == {"effect": "deny", "parts": ["inputs"]}
    assert busy.error("GET", "/decisions/dec_9", uid=legal) == (404, "WL-STO-060")
    assert busy.made.recorder.records == []


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "before=-2", "since_ms=99999999999999999999"])
def test_questions_out_of_range(busy: Api, query: str) -> None:
    legal = busy.person("legal", Role.LEGAL)
    assert busy.error("GET", f"/decisions?{query}", uid=legal) == (400, "WL-API-003")


def test_prompts_are_read_for_a_purpose_and_on_record(busy: Api) -> None:
    secops, legal = busy.person("sec", Role.SECOPS), busy.person("legal", Role.LEGAL)
    asked = {"purpose": " incident inc_1 "}
    content = busy.ok("POST", "/decisions/dec_0/content", asked, uid=secops)
    assert content["passages"][0]["text"] == "hello"
    assert busy.error("POST", "/decisions/dec_0/content", {"purpose": ""}, uid=secops) == (403, "WL-RGT-010")
    assert busy.error("POST", "/decisions/dec_0/content", asked, uid=legal) == (403, "WL-RGT-010")
    assert busy.made.recorder.of("decisions.content") == [
        {"record": "dec_0", "purpose": "incident inc_1"}, {"refused": "SOD-11"}, {"refused": "ROLE"},
    ]  # fmt: skip


def test_prompts_stay_closed_when_reading_cannot_be_recorded(busy: Api) -> None:
    secops = busy.person("sec", Role.SECOPS)
    busy.made.recorder.broken = True
    status, answer = busy.call("POST", "/decisions/dec_0/content", {"purpose": "incident inc_1"}, uid=secops)
    assert status == 503
    assert "hello" not in msgspec.json.encode(answer).decode()


def test_how_somebody_usually_works_is_told_to_those_who_answer_for_incidents(
    busy: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"sentence": "Allowed.", "unusual": {"score": 700, "reasons": ["moved 4,100 records within about an hour"]}}
    monkeypatch.setattr(type(busy.made.deps.explainer), "explain", lambda *_: dict(told))
    for name, role in (("sec", Role.SECOPS), ("chief", Role.CISO), ("legal", Role.LEGAL)):
        assert busy.ok("GET", "/decisions/dec_0", uid=busy.person(name, role))["explanation"] == told
    for name, role in (("rev", Role.AUDITOR), ("risk", Role.RISK)):
        explanation = busy.ok("GET", "/decisions/dec_0", uid=busy.person(name, role))["explanation"]
        assert explanation == {"sentence": "Allowed."}

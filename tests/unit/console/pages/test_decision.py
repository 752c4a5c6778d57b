from __future__ import annotations

from typing import Any

import pytest

from tests.console_fakes import Api
from tests.unit.console.api.test_tail import add
from tests.unit.console.pages.browser import Browser
from wardlaw.audit.envelope import RecordKind
from wardlaw.console.pages.decision import MOST_CHARS, Piece, pieces_of, steps_of, texts_of
from wardlaw.facts.person import Permission, Role

FOUND: dict[str, Any] = {"kind": "injection", "label": "override", "level": "block", "segment": 0}
ROW = {"id": "dec_1", "kind": "decision", "at_ms": 5, "leaf_index": 7, "subject": "aabb", "exchange": "exc_1"}


@pytest.fixture
def browser(api: Api) -> Browser:
    add(api, 0)
    add(api, 1, RecordKind.OUTCOME, sealed=False, added=2_100)
    made = Browser(api)
    made.sign_in("sec", Role.SECOPS)
    return made


def test_findings_are_marked_where_they_stand() -> None:
    found = [
        FOUND | {"start": 4, "end": 9},
        FOUND | {"start": 6, "end": 12, "level": "review"},
        FOUND | {"start": 40, "end": 99},
    ]
    assert pieces_of("one two three four", found) == [
        Piece("one "),
        Piece("two t", "injection (override)", "block"),
        Piece("hre", "injection (override)", "review"),
        Piece("e four"),
    ]
    assert pieces_of("", found) == []


def test_long_texts_are_cut_and_those_recorded_before_are_named() -> None:
    content = {
        "passages": [
            {"channel": "user", "pointer": "/a", "text": "x" * (MOST_CHARS + 1)},
            {"channel": "user", "pointer": "/b", "text": "", "sha256": "ff"},
        ]
    }
    first, second = texts_of(content, [FOUND | {"start": 0, "end": 0}])
    assert (first.is_cut, len(first.pieces[0].text), second.elsewhere) == (True, MOST_CHARS, True)


def test_what_happened_in_the_order_it_happened() -> None:
    why = {
        "asked": {"principal": "agent:a", "acting_for": "user:b", "resource": "tool:x"},
        "findings": [FOUND | {"detector": "injection-rules"}, FOUND | {"detector": "injection-linear"}],
        "causes": [{"clause": "SEC-01", "message": "No injections"}],
        "obligations": [{"kind": "close-connection", "classes": []}],
        "observed": ["SEC-04 (warn, deny)"],
    }
    other = ROW | {"id": "dec_2", "at_ms": 30, "effect": "allow", "clauses": [], "code": ""}
    end = ROW | {"id": "out_1", "kind": "outcome", "at_ms": 45}
    outcome = {"result": "cut", "status": 403, "overhead_us": 2_100, "duration_us": 340_000, "prompt_tokens": 3}
    steps = steps_of(ROW, why, (ROW, other, end), outcome)
    assert [(one.title, one.offset) for one in steps] == [
        ("Facts were gathered", "+0 ms"),
        ("Detectors looked", ""),
        ("Clauses were judged", ""),
        ("Noted, not enforced", ""),
        ("Duties were carried out", ""),
        ("Written to the log before it took effect", ""),
        ("Another decision: Allowed", "+25 ms"),
        ("The exchange ended", "+40 ms"),
    ]
    assert steps[0].lines == ("agent:a for user:b", "tool:x")
    assert steps[1].lines == ("injection: 2 findings of injection-rules, injection-linear",)
    assert steps[-1].lines == ("cut (HTTP 403)", "the door added 2.1 ms", "to the last byte 340 ms", "3 tokens")


def test_an_erased_decision_still_has_its_steps() -> None:
    steps = steps_of(ROW, {}, (), {})
    assert [one.lines for one in steps[:3]] == [("aabb",), ("They found nothing.",), ("None in force objected.",)]


def test_one_decision_with_its_outcome_and_proof(browser: Browser) -> None:
    text = browser.get("/decisions/rec_0").text
    for words in ("What happened", "the door added 2.1 ms", "As the log has it", "Take the proof"):
        assert words in text, words
    proof = browser.get("/decisions/rec_0/proof")
    assert proof.text == "proof of rec_0"
    assert proof.header("content-disposition") == 'attachment; filename="rec_0.tlog-proof"'


def test_it_is_judged_by_todays_clauses(browser: Browser) -> None:
    text = browser.get("/decisions/rec_0?again=true").text
    assert "rec_0 would pass." in text and "it would come out otherwise" in text
    assert "rec_0 would pass." not in browser.get("/decisions/rec_0").text


def test_texts_are_read_for_a_purpose_and_on_record(browser: Browser) -> None:
    page = browser.get("/decisions/rec_0").text
    assert "hello" not in page
    form = browser.form_of(page)
    refused = browser.post("/decisions/rec_0/content", form=form, purpose=" ")
    assert refused.status == 403 and "hello" not in refused.text
    seen = browser.post("/decisions/rec_0/content", form=form, purpose="incident <7>")
    assert "hello" in seen.text and "incident &lt;7&gt;" in seen.text
    assert browser.api.made.recorder.of("decisions.content")[-1] == {"record": "rec_0", "purpose": "incident <7>"}


def test_an_appeal_is_made_and_a_refused_one_keeps_its_words(browser: Browser) -> None:
    form = browser.form_of(browser.get("/decisions/rec_0").text)
    refused = browser.post("/decisions/rec_0/appeal", form=form, reason="It was my own mail.")
    assert refused.status == 400  # its id is no decision's
    assert "It was my own mail." in refused.text
    assert browser.post("/decisions/rec_0/appeal", form="0" * 64, reason="x").status == 403
    add(browser.api, 2, name="dec_0a")
    assert (
        browser.post("/decisions/dec_0a/appeal", form=form, reason="x").header("location")
        == "/decisions/dec_0a?notice=appealed"
    )
    assert browser.api.made.recorder.of("appeals.make")[-1]["decision"] == "dec_0a"


def test_what_is_offered_depends_on_ones_roles(browser: Browser) -> None:
    assert "Read the texts" in browser.get("/decisions/rec_0").text
    other = Browser(browser.api)
    other.sign_in("aud", Role.AUDITOR)
    text = other.get("/decisions/rec_0").text
    assert "Read the texts" not in text and "/traffic/cut" not in text
    asks = Browser(browser.api)
    asks.sign_in("own", Role.LEGAL)
    may_ask = Permission.REQUEST_EXCEPTION in asks.api.made.deps.roles.roles[Role.LEGAL]
    assert ("/waivers/new?clause=SEC-05&amp;decision=rec_0" in asks.get("/decisions/rec_0").text) == may_ask

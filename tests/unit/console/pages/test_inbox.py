"""What waits for somebody, waivers, and the catalogue: asked by one, answered by those who are due, refused in words."""

from __future__ import annotations

import re

import pytest

from tests.console_fakes import START, Api
from tests.unit.console.pages.browser import Browser
from wardlaw.console.pages.waivers import from_decision
from wardlaw.facts.approval import CallApproval
from wardlaw.facts.person import Role
from wardlaw.store.approvals import park_call
from wardlaw.store.database import writing

COVERS = ("catalogue", "waivers")
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def api(tmp_path):
    made = Api(tmp_path)
    made.made.grants.sources = made.made.policies.files
    yield made
    made.close()


def person(api: Api, name: str, *roles: Role) -> Browser:
    browser = Browser(api)
    browser.sign_in(name, *roles)
    return browser


def hold(api: Api, number: int = 1, *, principal: str = "agent:pay") -> None:
    held = CallApproval(
        id=f"apr_{number}", digest=str(number), principal=principal, acting_for="user:ana", action="ToolCall",
        resource=f"tool:{HOSTILE}", clauses=("GOV-20",), why="It pays.", approvers=1, exchange="exc_1",
        decision="dec_1", asked_at=START, expires_at=START + 600,
    )  # fmt: skip
    with writing(api.made.engine) as connection:
        park_call(connection, held)


def test_a_held_call_is_answered_with_a_reason(api: Api) -> None:
    hold(api)
    olu = person(api, "olu", Role.OWNER)
    page = olu.get("/approvals").text
    assert "1 thing waits" in page
    assert HOSTILE not in page
    assert olu.get("/approvals/count").text == "1"
    detail = olu.get("/approvals/apr_1").text
    assert "It pays." in detail
    assert 'data-answer="a"' in detail
    form = olu.form_of(detail)
    refused = olu.post("/approvals/apr_1", form=form, act="deny", reason="")
    assert refused.status == 400
    assert api.made.recorder.of("approvals.answer") == []
    assert olu.post("/approvals/apr_1", form="0" * 64, act="deny", reason="no").status == 403
    assert (
        olu.post("/approvals/apr_1", form=form, act="deny", reason="not theirs").header("location")
        == "/approvals?notice=denied"
    )
    assert api.made.recorder.of("approvals.answer")[0]["reason"] == "not theirs"
    assert "Nothing waits for you." in olu.get("/approvals").text
    assert olu.get("/approvals/count").text == ""
    assert "refused" in olu.get("/approvals?format=csv").text


def test_who_may_answer_nothing_sees_an_empty_inbox_and_no_calls(api: Api) -> None:
    hold(api)
    aud = person(api, "aud", Role.AUDITOR)
    page = aud.get("/approvals").text
    assert "Nothing waits for you." in page
    assert "apr_1" not in page
    assert aud.get("/approvals/apr_1").status == 403
    assert Browser(api).get("/approvals/count").status == 303


def test_one_sees_who_else_is_waited_for_and_what_was_answered(api: Api) -> None:
    mara, lena = person(api, "mara", Role.COMPLIANCE), person(api, "lena", Role.LEGAL)
    form = mara.form_of(mara.get("/waivers/new").text)
    sent = {
        "form": form,
        "clause": "OPS-30",
        "reason": HOSTILE,
        "amount": "1",
        "unit": "hours",
        "principals": "user:ana",
    }
    where = mara.post("/waivers/new", **sent).header("location").partition("?")[0]
    page = mara.get("/approvals").text
    assert "Nothing waits for you." in page
    assert "legal, risk, ciso" in page
    assert "it does not happen" in page
    assert f'href="{where}"' in page
    assert HOSTILE not in page
    taken = mara.get("/approvals?table=waiting-for-others&as=csv").text
    assert taken.splitlines()[0] == "kind,what,roles,asked_by,asked_at,until,unanswered"
    lena.post(where, form=lena.form_of(lena.get(where).text), act="deny", reason=f"no {HOSTILE}")
    for reader in (mara, lena):
        seen = reader.get("/approvals").text
        assert "&lt;img" in seen
        assert HOSTILE not in seen
        assert "you answered nothing" not in seen
    assert '"answer": "no"' in mara.get("/approvals?table=answered&as=json").text


def test_a_waiver_goes_from_asking_to_its_end(api: Api) -> None:
    mara, lena, cem = (
        person(api, name, role) for name, role in (("mara", Role.COMPLIANCE), ("lena", Role.LEGAL), ("cem", Role.CISO))
    )
    assert "No waiver waits or stands." in mara.get("/waivers").text
    page = mara.get("/waivers/new?clause=OPS-30").text
    assert 'value="OPS-30"' in page
    given = {"form": mara.form_of(page), "clause": "OPS-30", "reason": HOSTILE, "amount": "2", "unit": "hours"}
    refused = mara.post("/waivers/new", **given)
    assert refused.status == 400
    assert "for whom or for what" in refused.text
    assert "&lt;img" in refused.text
    where = mara.post("/waivers/new", **given, principals="user:ana, user:ben").header("location")
    assert where.endswith("?notice=asked")
    path = where.partition("?")[0]
    assert api.made.recorder.of("waivers.request")[0]["minutes"] == 120
    assert 'value="approve"' not in mara.get(path).text
    assert "OPS-30" in lena.get("/approvals").text
    for who in (lena, cem):
        form = who.form_of(who.get(path).text)
        assert who.post(path, form=form, act="approve", reason="fine").status == 303
    shown = mara.get(path).text
    assert "granted" in shown
    assert HOSTILE not in shown
    assert mara.post(path, form=mara.form_of(shown), act="end", reason="done").status == 303
    assert "ended" in mara.get(path).text
    assert "No waiver waits" in mara.get("/waivers").text
    assert "OPS-30" in mara.get("/waivers?view=all").text
    again = lena.post(path, form=lena.form_of(lena.get("/").text), act="approve", reason="late")
    assert again.status == 400
    assert "late" not in again.text or "ended" in again.text


def test_a_decision_says_whom_a_waiver_would_be_for(api: Api) -> None:
    mara = person(api, "mara", Role.COMPLIANCE)
    page = mara.get("/waivers/new?clause=GOV-20&decision=dec_unknown").text
    assert 'value="GOV-20"' in page
    assert "dec_unknown" in page
    page = mara.get("/waivers/new?principal=user%3Aana&resource=tool%3Apay").text
    assert 'value="user:ana"' in page
    assert 'value="tool:pay"' in page
    told = {"record": {"principal": "agent:x for user:ana"}, "explanation": {"causes": [{"clause": "GOV-20"}]}}
    assert from_decision(told) == {"clause": "GOV-20", "principals": "user:ana", "resources": ""}


def test_broken_glass_stands_on_top_until_somebody_else_has_looked(api: Api) -> None:
    cem, lena = person(api, "cem", Role.CISO), person(api, "lena", Role.LEGAL)
    opened = {"reason": "the plant stands", "minutes": 30, "clauses": ["OPS-30"], "principals": ["user:ana"]}
    glass = api.ok("POST", "/break-glass", opened, uid=api.person("night", Role.SECOPS))["glass"]["id"]
    page = cem.get("/waivers").text
    assert "Broken glass" in page
    assert "the plant stands" in page
    form = cem.form_of(page)
    assert cem.post(f"/waivers/glass/{glass}", form=form, act="close", reason="over").status == 303
    assert ("glass" in lena.get("/approvals").text) is True
    form = lena.form_of(lena.get("/waivers").text)
    assert lena.post(f"/waivers/glass/{glass}", form=form, act="justified", reason="it was right").status == 303
    assert "the plant stands" not in lena.get("/waivers").text
    assert api.made.recorder.of("glass.review")[0]["justified"] == 1


def test_somebody_asks_for_a_tool_and_those_who_are_due_decide(api: Api) -> None:
    dev, ris, lena = (
        person(api, name, role) for name, role in (("dev", Role.DEVSECOPS), ("ris", Role.RISK), ("lena", Role.LEGAL))
    )
    assert "Nothing is open to everybody yet." in dev.get("/catalogue").text
    page = dev.get("/catalogue/ask?kind=tool").text
    given = {
        "form": dev.form_of(page), "kind": "tool", "title": HOSTILE, "system": "notes", "purpose": "writes notes of meetings",
        "owner": "person:lena", "data_classes": "pii", "principals": "",
    }  # fmt: skip
    refused = dev.post("/catalogue/ask", **given)
    assert refused.status == 400
    assert "writes notes of meetings" in refused.text
    assert "&lt;img" in refused.text
    given["principals"] = "agent:notes"
    where = dev.post("/catalogue/ask", **given).header("location").partition("?")[0]
    assert "waits for risk, legal" in dev.get("/catalogue").text
    assert 'value="approve"' not in dev.get(where).text
    assert re.search(r'href="(/catalogue/itk_[^"]+)"', ris.get("/approvals").text)
    for who in (ris, lena):
        form = who.form_of(who.get(where).text)
        assert who.post(where, form=form, act="approve", reason="fine").status == 303
    assert "It stands in the register" in dev.get(where).text
    assert api.made.recorder.of("intake.answer")[-1]["state"] == "granted"
    late = ris.post(where, form=ris.form_of(ris.get("/").text), act="deny", reason="too late")
    assert late.status == 409
    assert dev.get("/catalogue?format=json").text.startswith("[")

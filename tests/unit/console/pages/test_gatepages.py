from __future__ import annotations

import pytest

from tests.console_fakes import Api
from tests.unit.console.pages.browser import Browser
from tests.unit.console.pages.test_questions import uid_of
from wardlaw.console.pages.drawings import drawing_of_check, drawing_of_figures
from wardlaw.facts.person import Role

COVERS = ("drawings",)
CV = {"id": "cv", "title": "CV ranker", "owner": "person:own", "purpose": "ranks applications"}
GATE = """
gate: small
title: Small gate
checks:
  - {id: law, kind: classification, refs: ["eu-ai-act:art-6"]}
  - {id: bias, kind: bias, require: {groups: [sex], metric: impact-ratio, bound: 0.8}, files: [decisions]}
approvals: {roles: [risk]}
days: 30
"""


@pytest.fixture
def owner(api: Api) -> Browser:
    found = Browser(api)
    found.sign_in("own", Role.OWNER)
    api.ok("POST", "/systems", CV, uid=uid_of(api, "own"))
    return found


@pytest.fixture
def risk(api: Api) -> Browser:
    found = Browser(api)
    found.sign_in("ris", Role.RISK)
    return found


def add(owner: Browser, text: str = GATE) -> int:
    return owner.post("/gates", form=owner.form_of(owner.get("/gates").text), text=text).status


def sign(browser: Browser) -> int:
    page = browser.get("/gates/small").text
    digest = page.split('name="digest" value="')[1].split('"')[0]
    return browser.post("/gates/small/sign", form=browser.form_of(page), digest=digest).status


def test_a_gate_is_added_shown_as_data_and_signed_by_another(owner: Browser, risk: Browser) -> None:
    assert "wardlaw gate add gate.yaml" in owner.get("/gates").text
    assert add(owner) == 303
    page = owner.get("/gates/small").text
    assert "bound: 0.8" in page
    assert "decisions" in page
    assert "Sign these thresholds" not in page
    assert "Not signed" in owner.get("/gates").text
    assert sign(risk) == 303
    assert "person:ris signed these thresholds" in owner.get("/gates/small").text


def test_a_gate_that_is_none_stays_in_the_form(owner: Browser) -> None:
    refused = owner.post("/gates", form=owner.form_of(owner.get("/gates").text), text="gate: <b>")
    assert refused.status == 400
    assert "gate: &lt;b&gt;</textarea>" in refused.text


def test_a_run_waits_for_another_and_is_signed_off_or_refused(api: Api, owner: Browser, risk: Browser) -> None:
    add(owner)
    gate = owner.get("/systems/cv/gate").text
    assert "no gate has given it a verdict" in gate
    assert "Run it" not in gate
    form = owner.form_of(gate)
    unsigned = owner.post("/systems/cv/gate/run", form=form, gate="small")
    assert unsigned.status == 409
    assert "Nobody has signed the thresholds" in unsigned.text
    sign(risk)
    gate = owner.get("/systems/cv/gate").text
    assert "Run it" in gate
    assert "wardlaw gate run cv --gate small --input decisions=…" in gate
    ran = owner.post("/systems/cv/gate/run", form=form, gate="small")
    assert ran.status == 303
    path = ran.header("location").partition("?")[0]
    mine = owner.get(path).text
    assert "nobody has answered the questionnaire" in mine.lower()
    assert 'name="approves"' not in mine
    assert path in owner.get("/systems/cv/gate").text
    theirs = risk.get(path).text
    answered = risk.post(f"{path}/answer", form=risk.form_of(theirs), approves="no", reason="")
    assert answered.status >= 400
    assert 'role="alert"' in answered.text


def test_a_verdict_opens_the_door_and_is_revoked_in_two_steps(api: Api, owner: Browser, risk: Browser) -> None:
    form = owner.form_of(owner.get("/gates").text)
    assert (
        owner.post(
            "/gates", form=form, text=GATE.replace("  - {id: bias", "#").replace("title: Small", "title: Only law")
        ).status
        == 303
    )
    sign(risk)
    said = {"is_ai": {"value": "no", "reason": "a table"}}
    legal = Browser(api)
    legal.sign_in("leg", Role.LEGAL)
    api.ok("POST", "/systems/cv/classification", {"answers": said, "version": 0}, uid=uid_of(api, "leg"))
    path = owner.post("/systems/cv/gate/run", form=form, gate="small").header("location").partition("?")[0]
    assert "Waits for sign-offs" in owner.get("/systems/cv/gate").text
    waiting = risk.get(path).text
    assert risk.post(f"{path}/answer", form=risk.form_of(waiting), approves="yes", reason="looked").status == 303
    assert "as risk" in owner.get(path).text
    page = risk.get("/systems/cv/gate").text
    assert "Its verdict stands until" in page
    assert "Open</span>" in owner.get("/systems").text
    assert "Revoke the verdict" in page
    assert risk.post("/systems/cv/gate/revoke", form=risk.form_of(page), reason="other data").status == 303
    assert "person:ris revoked its verdict: other data" in risk.get("/systems/cv/gate").text
    again = risk.post("/systems/cv/gate/revoke", form=risk.form_of(page), reason="again")
    assert again.status == 404
    assert 'role="alert"' in again.text


def figure(name: str, value: float, **more: float | None) -> dict:
    return {"name": name, "value": value, "low": None, "high": None, "limit": None, "count": None} | more


def test_figures_are_drawn_by_the_registers_drawer_and_nothing_in_them_runs() -> None:
    found = [figure("rate of women", 0.2, low=0.1, high=0.3, limit=0.8, count=40), figure("<script>", 0.9)]
    drawn = drawing_of_figures(found, "Live decisions")
    assert "rate of women 20.0 % (10.0 % to 30.0 %), limit 80.0 %" in drawn
    assert "<script" not in drawn
    assert drawing_of_figures(found[:1], "Live decisions") == ""


def test_numbers_a_run_kept_for_drawing_are_drawn_in_place_of_its_figures() -> None:
    kept = {"title": "Rates", "reading": "Right of the line it is too much.", "unit": "share", "bars": [
        {"name": "a", "value": 0.5, "beyond": True}, {"name": "b", "value": 0.2, "limit": 0.3, "count": 9},
    ]}  # fmt: skip
    check = {"id": "bias", "kind": "bias", "outcome": "fail", "why": "w", "figures": []}
    drawn = drawing_of_check({**check, "plots": [kept]}, "Bias")
    assert "Right of the line" in drawn
    assert 'id="plot-bias-title"' in drawn
    assert drawing_of_check(check, "Bias") == ""

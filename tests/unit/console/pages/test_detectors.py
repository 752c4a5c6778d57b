from __future__ import annotations

import pytest
from sqlalchemy import insert

from tests.console_fakes import START, Api
from tests.unit.console.pages.browser import Browser
from wardlaw.audit.envelope import Envelope, RecordKind, encode
from wardlaw.config.detection import BuiltIn
from wardlaw.config.loosening import Detecting
from wardlaw.facts.person import Role
from wardlaw.store.database import writing
from wardlaw.store.tables import RECORD


@pytest.fixture
def browser(api: Api) -> Browser:
    made = Browser(api)
    made.sign_in("sec", Role.SECOPS)
    return made


def say_in_force(api: Api, leaf: int, gateway: str, detectors: str) -> None:
    at = int(START * 1000) - 1000 + leaf
    envelope = Envelope(
        at=at, epoch=1, facts={"operation": "detectors.in-force", "target": f"ab12: {detectors}"}, gateway=gateway,
        id=f"ctl_{leaf}", kind=RecordKind.CONTROL, seq=leaf,
    )  # fmt: skip
    row = {
        "leaf_index": leaf, "id": f"ctl_{leaf}", "kind": "control", "exchange": "", "at_ms": at, "gateway": gateway, "epoch": 1,
        "seq": leaf, "subject": "", "effect": "", "demanded": "", "action": "", "route": "", "policies": "", "code": "",
        "envelope": encode(envelope),
    }  # fmt: skip
    with writing(api.made.engine) as connection:
        connection.execute(insert(RECORD), [row])


def test_what_looks_and_what_gateways_said_last(browser: Browser) -> None:
    say_in_force(browser.api, 0, "gateway-1", "secrets 1")
    say_in_force(browser.api, 1, "gateway-1", "secrets 2 from 950, personal-data 2")
    say_in_force(browser.api, 2, "gateway-2", "<b>")
    text = browser.get("/detectors").text
    for words in (
        "Nobody has approved settings yet",
        "injection rules",
        "secrets 2 from 950",
        "gateway-2",
        "&lt;b&gt;",
    ):
        assert words in text, words
    assert "secrets 1<" not in text
    assert browser.get("/detectors?format=csv").text.startswith("detector,state,must,configured,failure")


def test_less_is_asked_for_and_agreed_to_by_another(browser: Browser) -> None:
    book = browser.api.made.detecting
    book.approve(asked_by="", by="wardlaw", at=START)
    assert "Would see less" not in browser.get("/detectors").text
    book.wanted = Detecting(BuiltIn(secrets=False))
    page = browser.get("/detectors").text
    for words in ("Would see less", "built_in.secrets", "must look", "Ask for less"):
        assert words in page, words
    form = browser.form_of(page)
    assert browser.post("/detectors/loosen", form="0" * 64).status == 403
    assert browser.post("/detectors/loosen", form=form).header("location") == "/detectors?notice=asked"
    risk = Browser(browser.api)
    risk.sign_in("ris", Role.RISK)
    page = risk.get("/detectors").text
    assert "asked for it. Somebody with the role risk" in page and "Agree to less" in page
    assert risk.post("/detectors/loosen", form=risk.form_of(page)).header("location") == "/detectors?notice=approved"
    assert "Would see less" not in risk.get("/detectors").text
    again = risk.post("/detectors/loosen", form=risk.form_of(page))
    assert again.status in (400, 403)  # nothing is left to agree to
    assert 'role="alert"' in again.text


def test_behaviour_is_for_those_who_answer_for_incidents(browser: Browser) -> None:
    assert "Behaviour of callers" in browser.get("/detectors").text
    assert browser.get("/detectors/habits/agent:nobody").status == 400
    other = Browser(browser.api)
    other.sign_in("aud", Role.AUDITOR)
    assert "Behaviour of callers" not in other.get("/detectors").text

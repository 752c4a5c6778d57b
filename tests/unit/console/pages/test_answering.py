"""A tool, an appeal and an erasure are answered where the inbox leads to: what is meant is seen before, and no more is answered."""

from __future__ import annotations

import pytest

from tests.console_fakes import START, Api
from tests.unit.console.pages.browser import Browser
from wardlaw.facts.appeal import Appeal
from wardlaw.facts.person import Role
from wardlaw.facts.toolpin import PinState, ToolPin
from wardlaw.store.database import writing
from wardlaw.store.duties import keep_appeal
from wardlaw.store.toolpins import sight

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def api(tmp_path):
    made = Api(tmp_path)
    yield made
    made.close()


def person(api: Api, name: str, *roles: Role) -> Browser:
    browser = Browser(api)
    browser.sign_in(name, *roles)
    return browser


def offer(api: Api, digest: str, words: str) -> None:
    offered = ToolPin(
        "git",
        "a/push",
        PinState.PINNED,
        "",
        "",
        digest,
        f'{{"description":"{words}","name":"a/push"}}',
        ("hidden text",),
    )
    with writing(api.made.engine) as connection:
        sight(connection, "git", [offered], at=START)


def test_a_tool_is_vouched_for_as_it_was_looked_at(api: Api) -> None:
    offer(api, "b" * 64, HOSTILE)
    olu = person(api, "olu", Role.OWNER)
    assert olu.get("/approvals/tool").status == 404
    assert olu.get("/approvals/tool?server=git&tool=none").status == 400
    inbox = olu.get("/approvals").text
    assert 'href="/approvals/tool?server=git&amp;tool=a%2Fpush"' in inbox
    page = olu.get("/approvals/tool?server=git&tool=a%2Fpush").text
    assert "hidden text" in page
    assert HOSTILE not in page
    given = {"form": olu.form_of(page), "server": "git", "tool": "a/push", "digest": "b" * 64}
    assert olu.post("/approvals/tool", **given, reason="").status == 400
    assert olu.post("/approvals/tool", **{**given, "form": "0" * 64}, reason="x").status == 403
    offer(api, "c" * 64, "another")  # the server has changed it since it was looked at
    refused = olu.post("/approvals/tool", **given, reason="looked at it")
    assert refused.status == 400
    assert "looked at it" in refused.text
    given["digest"] = "c" * 64
    assert olu.post("/approvals/tool", **given, reason="fine").header("location") == "/approvals?notice=approved"
    assert "It no longer waits." in olu.get("/approvals/tool?server=git&tool=a%2Fpush").text
    assert api.made.recorder.of("tools.approve")[-1]["reason"] == "fine"


def test_an_appeal_is_answered_with_a_reason_by_another(api: Api) -> None:
    appeal = Appeal("app_1", "dec_1", ("GOV-20",), "deny", "person:mara", START, HOSTILE)
    with writing(api.made.engine) as connection:
        keep_appeal(connection, appeal)
    mara, lena = person(api, "mara", Role.COMPLIANCE), person(api, "lena", Role.LEGAL)
    assert 'href="/approvals/appeal/app_1"' in lena.get("/approvals").text
    page = lena.get("/approvals/appeal/app_1").text
    assert HOSTILE not in page
    assert 'data-answer="x"' in page
    own = mara.post(
        "/approvals/appeal/app_1", form=mara.form_of(mara.get("/approvals").text), act="yes", reason="it was wrong"
    )
    assert own.status == 403
    sent = lena.post("/approvals/appeal/app_1", form=lena.form_of(page), act="no", reason="it was right")
    assert sent.header("location") == "/approvals?notice=answered"
    assert api.made.recorder.of("appeals.answer")[-1]["state"] == "upheld"
    assert "It no longer waits." in lena.get("/approvals/appeal/app_1").text
    assert lena.get("/approvals/appeal/none").status == 404


def test_an_erasure_is_confirmed_by_the_second_person(api: Api) -> None:
    mara, cem = person(api, "mara", Role.COMPLIANCE), person(api, "cem", Role.CISO)
    asked = {"subject": "aa" * 32, "reason": "asked for by the person"}
    erasure = api.ok("POST", "/audit/erasures", asked, uid=api.person("mona", Role.COMPLIANCE))["erasure"]["id"]
    path = f"/approvals/erasure/{erasure}"
    assert f'href="{path}"' in cem.get("/approvals").text
    page = cem.get(path).text
    assert "asked for by the person" in page
    assert mara.post(path, form=mara.form_of(mara.get(path).text)).status == 403  # the same role once more
    assert cem.post(path, form=cem.form_of(page)).header("location") == "/approvals?notice=approved"
    assert "It no longer waits." in cem.get(path).text

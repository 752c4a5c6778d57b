from __future__ import annotations

import asyncio

import pytest

from tests.console_fakes import Api
from tests.unit.console.pages.browser import Browser
from wardlaw.console.pages.inside import ApiAnswerError, InsideApi, path_of
from wardlaw.facts.person import Role


def test_parts_of_a_path_may_hold_anything() -> None:
    assert path_of("secrets", "secret:a/b?c") == "/api/secrets/secret%3Aa%2Fb%3Fc"


def test_a_refusal_keeps_its_code_and_next_step(api: Api) -> None:
    inside = InsideApi(api.app)
    for token in ("", "wlt_wrong", "wlt_\u20ac"):
        with pytest.raises(ApiAnswerError) as refused:
            asyncio.run(inside.get("/api/session", token))
        assert refused.value.status == 401
        assert refused.value.code.startswith("WL-SGN-012")
        assert refused.value.hint


def test_an_application_that_answers_nothing_is_a_failure() -> None:
    async def silent(_scope, _receive, _send) -> None:
        return None

    with pytest.raises(ApiAnswerError) as failed:
        asyncio.run(InsideApi(silent).get("/api/x", ""))
    assert failed.value.status == 500


def test_changes_go_the_same_way(api: Api) -> None:
    browser = Browser(api)
    browser.sign_in("sec", Role.SECOPS)
    token, inside = browser.cookies["wardlaw"], browser.front.api
    own = asyncio.run(inside.get("/api/session", token))["session"]["id"]
    asyncio.run(inside.delete(path_of("session", "sessions", own), token))
    with pytest.raises(ApiAnswerError):
        asyncio.run(inside.get("/api/session", token))


def test_what_a_page_leaves_out_by_itself_is_nobodys_attempt(api: Api) -> None:
    browser = Browser(api)
    browser.sign_in("none")
    token, inside = browser.cookies["wardlaw"], browser.front.api
    before = len(api.made.recorder.records)
    for quietly in (True, False):
        with pytest.raises(ApiAnswerError) as refused:
            asyncio.run(inside.get("/api/incidents", token, quietly=quietly))
        assert refused.value.status == 403
    assert [(one[2], one[3]) for one in api.made.recorder.records[before:]] == [("incidents.list", {"refused": "ROLE"})]

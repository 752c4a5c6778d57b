from __future__ import annotations

import json

from tests.organisations import organisation
from wardlaw.testing.saas.message import SaasRequest
from wardlaw.testing.saas.okta import OktaPlatform

HOST = {"host": "okta.test"}


def ask(platform: OktaPlatform, path: str, method: str = "GET", body: object = None, **query: str):
    raw = json.dumps(body).encode() if body is not None else b""
    return platform.answer(SaasRequest(method, f"/api/v1{path}", query, HOST, raw))


def test_pages_link_on_and_the_last_does_not() -> None:
    platform = OktaPlatform(organisation())
    platform.page_size = 1
    assert '<http://okta.test/api/v1/users?after=1>; rel="next"' in ask(platform, "/users").headers["link"]
    assert "next" not in ask(platform, "/users", after="1").headers["link"]


def test_a_log_without_an_end_goes_on_for_ever() -> None:
    platform = OktaPlatform(organisation())
    assert "next" in ask(platform, "/logs").headers["link"]
    ended = ask(platform, "/logs", since="2020-01-01T00:00:00Z", until="2020-01-02T00:00:00Z")
    assert ("next" in ended.headers["link"], ended.body) == (False, [])
    assert [one["uuid"] for one in ask(platform, "/logs", sortOrder="DESCENDING").body] == ["e3", "e2", "e1"]


def test_what_may_be_asked_runs_out_and_comes_back() -> None:
    platform = OktaPlatform(organisation())
    platform.limit = 1
    assert ask(platform, "/users").headers["x-rate-limit-remaining"] == "0"
    refused = ask(platform, "/users")
    assert (refused.status, refused.headers["x-rate-limit-reset"]) == (429, "1790000030")
    platform.next_window()
    assert ask(platform, "/users").status == 200


def test_a_token_is_needed_where_one_is_set() -> None:
    platform = OktaPlatform(organisation(), api_token="t", client="c")
    assert ask(platform, "/users").status == 401
    for value in ("SSWS t", "Bearer " + _token(platform, "c")):
        headers = HOST | {"authorization": value}
        assert platform.answer(SaasRequest("GET", "/api/v1/users", {}, headers)).status == 200
    assert _token(platform, "d") == ""


def _token(platform: OktaPlatform, client: str) -> str:
    form = f"grant_type=client_credentials&client_id={client}&client_assertion=a.b.c&scope=okta.users.read"
    return platform.answer(SaasRequest("POST", "/oauth2/v1/token", {}, HOST, form.encode())).body.get(
        "access_token", ""
    )


def test_removals_are_carried_out_on_the_organisation() -> None:
    world = organisation()
    platform = OktaPlatform(world)
    (first, _) = ask(platform, "/apps/0oaNotes/grants").body
    assert ask(platform, f"/apps/0oaNotes/grants/{first['id']}", "DELETE").status == 204
    assert world.grants["itself"].scopes == ("okta.users.read",)
    assert ask(platform, "/apps/0oaNotes/grants/oag.itself:none", "DELETE").status == 404
    assert ask(platform, "/users/00uAda/grants", "DELETE").status == 204
    assert "of-ada" not in world.grants
    assert [one["client_id"] for one in ask(platform, "/users/00uAda/clients").body] == ["0oaNotes"]
    assert ask(platform, "/users/00uAda/clients/0oaNotes/tokens", "DELETE").status == 204
    assert ask(platform, "/api-tokens/at1", "DELETE").status == 204
    assert world.credentials == {}
    assert ask(platform, "/api-tokens/at1", "DELETE").status == 404
    assert ask(platform, "/users", "PUT").status == 405


def test_event_hooks_are_made_verified_and_deleted() -> None:
    platform = OktaPlatform(organisation())
    made = ask(platform, "/eventHooks", "POST", {"name": "w"}).body
    assert made["verificationStatus"] == "UNVERIFIED"
    assert ask(platform, f"/eventHooks/{made['id']}/lifecycle/verify", "POST").body["verificationStatus"] == "VERIFIED"
    assert len(ask(platform, "/eventHooks").body) == 1
    assert ask(platform, f"/eventHooks/{made['id']}", "DELETE").status == 204
    assert ask(platform, f"/eventHooks/{made['id']}", "DELETE").status == 404
    assert platform.empty(SaasRequest("GET", "/")).body == []

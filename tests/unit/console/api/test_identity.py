from __future__ import annotations

import pytest

from tests.console_fakes import START, Api
from wardlaw.facts.person import Role
from wardlaw.store.database import reading, writing
from wardlaw.store.tokens import get_token


def test_nobody_known_is_refused(api: Api) -> None:
    assert api.error("GET", "/session") == (401, "WL-API-001")
    assert api.error("GET", "/session", uid=4242) == (401, "WL-API-001")
    assert api.made.recorder.records == []


def test_root_is_nobody_special(api: Api) -> None:
    api.person("ann", Role.ADMIN)
    assert api.error("GET", "/session", uid=0) == (401, "WL-API-001")


def test_a_wrong_token_never_falls_back_to_the_account(api: Api) -> None:
    uid = api.person("ann", Role.ADMIN)
    assert api.error("GET", "/session", uid=uid, token="wlt_wrong") == (401, "WL-API-002")


@pytest.mark.parametrize("scheme", ["Basic x", "Bearer", "", "Bearer  "])
def test_other_credentials_are_refused(api: Api, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    uid = api.person("ann", Role.ADMIN)
    real = api.app.__call__

    async def with_header(scope, receive, send):
        scope["headers"].append((b"authorization", scheme.encode()))
        await real(scope, receive, send)

    monkeypatch.setattr(api, "app", with_header)
    assert api.error("GET", "/session", uid=uid) == (401, "WL-API-002")


def test_two_credentials_are_none(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    uid = api.person("ann", Role.ADMIN)
    shown = api.ok("POST", "/session/tokens", {}, uid=uid)["text"]
    api.ok("GET", "/session", token=shown)
    real = api.app.__call__

    async def twice(scope, receive, send):
        scope["headers"].append((b"authorization", f"Bearer {shown}".encode()))
        await real(scope, receive, send)

    monkeypatch.setattr(api, "app", twice)
    assert api.error("GET", "/session", token=shown) == (401, "WL-API-002")


def test_a_one_time_token_opens_nothing_itself(api: Api) -> None:
    uid = api.person("ann", Role.ADMIN)
    shown = api.ok("POST", "/tokens", {"person": "person:ann"}, uid=uid)["text"]
    assert api.error("GET", "/session", token=shown) == (401, "WL-API-002")


def test_revoked_is_revoked_at_once_and_last_use_is_kept(api: Api) -> None:
    uid = api.person("ann", Role.ADMIN)
    made = api.ok("POST", "/session/tokens", {"label": "laptop"}, uid=uid)
    api.made.clock.now += 120
    api.ok("GET", "/session", token=made["text"])
    with reading(api.made.engine) as connection:
        assert get_token(connection, made["token"]["id"]).last_used_at == START + 120
    api.ok("DELETE", f"/tokens/{made['token']['id']}", uid=uid)
    assert api.error("GET", "/session", token=made["text"]) == (401, "WL-API-002")


def test_rights_taken_away_count_at_the_next_call(api: Api) -> None:
    admin, ann = api.person("admin", Role.ADMIN), api.person("ann", Role.CISO)
    token = api.ok("POST", "/session/tokens", {}, uid=ann)["text"]
    api.ok("GET", "/decisions", token=token)
    api.ok("DELETE", "/persons/person:ann", uid=admin)
    assert api.error("GET", "/decisions", token=token) == (401, "WL-API-002")
    assert api.error("GET", "/decisions", uid=ann) == (401, "WL-API-001")


def test_answers_are_never_cached(api: Api) -> None:
    api.call("GET", "/health")
    assert api.headers[b"cache-control"] == b"no-store"
    assert api.headers[b"x-content-type-options"] == b"nosniff"


def test_a_database_that_fails_is_unavailable_not_open(api: Api) -> None:
    uid = api.person("ann", Role.ADMIN)
    with writing(api.made.engine) as connection:
        connection.exec_driver_sql("DROP TABLE person_role")
    assert api.error("GET", "/session", uid=uid) == (503, "WL-STO-007")

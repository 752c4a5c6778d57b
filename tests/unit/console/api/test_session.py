from __future__ import annotations

import pytest

from tests.console_fakes import START, Api
from wardlaw.facts.keytext import SECRET_BYTES
from wardlaw.facts.person import Role
from wardlaw.store.database import reading, writing
from wardlaw.store.people import list_people
from wardlaw.store.tokens import create_first_admin_token


def first_token(api: Api) -> str:
    with writing(api.made.engine) as connection:
        secret = api.made.entropy(SECRET_BYTES)
        return create_first_admin_token(connection, secret=secret, now=START, lifetime_s=3600)


def test_the_first_admin_binds_their_account(api: Api) -> None:
    body = {"token": first_token(api), "person": "person:root", "name": "Root"}
    access = api.ok("POST", "/session/redeem", body, uid=0)
    assert access["person"] == {
        "id": "person:root", "name": "Root", "roles": ["admin"], "unix_uid": 0, "disabled": False,
        "identity": "",
    }  # fmt: skip
    assert access["api_token"] == ""
    session = api.ok("GET", "/session", uid=0)
    assert session["permissions"] == ["manage_users", "view_dashboards"]
    assert api.made.recorder.records[0][:3] == ("control", "person:root", "session.redeem")
    assert body["token"] not in str(api.made.recorder.records)


def test_the_first_token_makes_one_admin_only(api: Api) -> None:
    first = first_token(api)
    api.ok("POST", "/session/redeem", {"token": first}, uid=0)
    assert api.error("POST", "/session/redeem", {"token": first}, uid=5) == (400, "WL-STO-012")
    again = first_token(api)
    assert api.error("POST", "/session/redeem", {"token": again, "person": "person:x"}, uid=5) == (403, "WL-RGT-010")
    with reading(api.made.engine) as connection:
        assert [person.id for person in list_people(connection)] == ["person:admin"]


def test_a_refused_redemption_leaves_the_token_usable(api: Api) -> None:
    token = first_token(api)
    assert api.error("POST", "/session/redeem", {"token": token}) == (400, "WL-API-009")
    api.made.recorder.broken = True
    assert api.error("POST", "/session/redeem", {"token": token}, uid=0) == (503, "WL-SPL-001")
    api.made.recorder.broken = False
    api.ok("POST", "/session/redeem", {"token": token}, uid=0)


def test_an_api_token_works_without_an_account(api: Api) -> None:
    access = api.ok("POST", "/session/redeem", {"token": first_token(api), "api_token": True, "days": 1})
    assert access["bound_uid"] == -1
    session = api.ok("GET", "/session", token=access["api_token"])
    assert session["person"]["id"] == "person:admin"
    assert session["token"].startswith("tok_")
    api.made.clock.now += 86_400
    assert api.error("GET", "/session", token=access["api_token"]) == (401, "WL-API-002")


def test_one_account_is_one_person(api: Api) -> None:
    admin = api.person("admin", Role.ADMIN)
    api.person("ann", Role.CISO)
    shown = api.ok("POST", "/tokens", {"person": "person:ann"}, uid=admin)["text"]
    # The admin redeems Ann's token from the admin's own account.
    assert api.error("POST", "/session/redeem", {"token": shown}, uid=admin) == (409, "WL-API-008")
    access = api.ok("POST", "/session/redeem", {"token": shown}, uid=7)
    assert access["person"]["unix_uid"] == 7


def test_a_disabled_person_redeems_nothing(api: Api) -> None:
    admin = api.person("admin", Role.ADMIN)
    api.person("ann", Role.CISO)
    shown = api.ok("POST", "/tokens", {"person": "person:ann"}, uid=admin)["text"]
    api.ok("PATCH", "/persons/person:ann", {"disabled": True}, uid=admin)
    assert api.error("POST", "/session/redeem", {"token": shown}, uid=7) == (400, "WL-STO-012")


@pytest.mark.parametrize(
    "body", [{}, {"token": 1}, {"token": "x", "unknown": 1}, {"token": "x", "person": "person:a\n"}]
)
def test_bodies_of_the_wrong_form(api: Api, body: dict) -> None:
    assert api.error("POST", "/session/redeem", body, uid=0) == (400, "WL-API-003")

from __future__ import annotations

from tests.organisations import NOW, organisation
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.testing.saas.oktashape import LOGGED, OktaShapes, written

SHAPES = OktaShapes(organisation(), "https://okta.test")


def test_one_entry_for_each_scope() -> None:
    grants = SHAPES.scope_grants(user="00uAda")
    assert [(one["scopeId"], one["_links"]["scope"]["title"]) for one in grants] == [
        ("scp0", "notes.read"),
        ("scp1", "notes.write"),
        ("okta.users.read.self", "okta.users.read.self"),
    ]
    assert {one["source"] for one in grants} == {"END_USER"}
    assert {one["userId"] for one in SHAPES.scope_grants(app="0oaNotes")} == {None}


def test_a_connection_is_no_grant_of_scopes() -> None:
    (one,) = SHAPES.connections("0oaNotes")
    assert (one["requestingAppInstanceId"], one["resourceAppInstanceId"]) == ("0oaNotes", "0oaFiles")
    assert SHAPES.connections("0oaFiles") == []


def test_tokens_of_apps_and_of_okta_itself_stand_apart() -> None:
    assert [one["id"] for one in SHAPES.tokens(app="0oaNotes")] == ["rt1"]
    assert [one["id"] for one in SHAPES.api_tokens()] == ["at1"]
    assert (written(0.0), written(1.5)) == (None, "1970-01-01T00:00:01.500Z")


def test_each_deed_of_the_log_has_its_word() -> None:
    for deed in Deed:
        event = SHAPES.event(Activity("x", NOW, deed, "00uAda", app="0oaNotes", credential="k"))
        assert (event is None) is (deed not in LOGGED)
        assert event is None or event["eventType"] == LOGGED[deed]

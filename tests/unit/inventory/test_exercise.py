from __future__ import annotations

import msgspec
import pytest

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.exercise import exercise_table, exercised, narrower_for, used_by
from wardlaw.inventory.risk import scope_risk

AUTH = "https://www.googleapis.com/auth/"
GOOGLE = exercise_table("google")
READ, LIST, SEND = "gmail.users.messages.get", "gmail.users.messages.list", "gmail.users.messages.send"


def test_every_scope_of_the_table_has_a_class_and_every_method_one_need() -> None:
    assert GOOGLE is not None
    scopes = {scope for need in GOOGLE.needs for scope in need.scopes}
    # Scopes of a person's own profile are classed nowhere; they count as high, and so are never put forward as narrower.
    assert not [
        one for one in scopes if not scope_risk("google", one).known and "user" not in one and "directory" not in one
    ]
    methods = [method for need in GOOGLE.needs for method in need.methods]
    assert len(methods) == len(set(methods)) > 200
    assert GOOGLE.partial | set(GOOGLE.untold) <= scopes
    assert exercise_table("entra") is None


def test_methods_are_found_whole_or_by_their_begin() -> None:
    assert AUTH + "gmail.readonly" in GOOGLE.need_of(READ).scopes
    assert GOOGLE.need_of("caldav.calendars.reports").scopes == GOOGLE.need_of("caldav.x").scopes
    assert GOOGLE.need_of("gmail.users.messages.conjure") is None
    assert GOOGLE.services_of(AUTH + "drive.readonly") >= {"drive", "docs", "sheets", "slides"}
    assert GOOGLE.services_of("openid") == frozenset()


def test_a_method_rests_on_the_narrowest_scope_that_is_held() -> None:
    held = (AUTH + "gmail.readonly", AUTH + "gmail.modify", AUTH + "gmail.metadata")
    assert used_by(GOOGLE, AUTH + "gmail.readonly", held, [READ, SEND]) == [READ]
    assert used_by(GOOGLE, AUTH + "gmail.modify", held, [READ, SEND]) == [SEND]
    assert used_by(GOOGLE, AUTH + "gmail.metadata", held, [READ]) == [READ]  # partial: perhaps it would have done


@pytest.mark.parametrize(
    ("scope", "methods", "narrower"),
    [
        ("gmail.modify", [READ, LIST], "gmail.readonly"),
        ("gmail.modify", [SEND], "gmail.send"),
        ("gmail.modify", [READ, SEND], ""),
        ("drive", ["drive.files.list", "docs.documents.get"], "drive.readonly"),
        ("drive", ["docs.documents.get"], "documents.readonly"),
        ("drive", ["drive.view"], ""),  # words of another log: what they need is not known exactly enough
        ("drive.file", ["drive.files.create"], ""),
        ("calendar", ["calendar.events.insert"], "calendar.events"),
        ("calendar", ["calendar.freebusy.query"], "calendar.readonly"),
        ("presentations", ["slides.presentations.batchUpdate"], ""),
        ("calendar", [], ""),
    ],
)
def test_the_narrowest_scope_that_does(scope: str, methods: list[str], narrower: str) -> None:
    assert narrower_for(GOOGLE, AUTH + scope, methods) == (AUTH + narrower if narrower else "")


def test_a_scope_of_okta_is_used_by_the_tokens_that_have_it() -> None:
    table = exercise_table("okta")
    assert table is not None
    word = "app.oauth2.as.token.grant.access_token"
    token = Activity("e1", 1.0, Deed.SIGN_IN, "u", app="a", scopes=("notes.read", "openid"), method=word)
    told = exercised(token)
    assert told == ("token with notes.read", "token with openid")
    assert used_by(table, "notes.read", ("notes.read", "notes.write"), told) == ["token with notes.read"]
    assert used_by(table, "notes.write", ("notes.read", "notes.write"), told) == []
    assert narrower_for(table, "notes.read", told) == ""
    assert exercised(msgspec.structs.replace(token, scopes=())) == ("",)  # any of them may have been in it
    assert exercised(msgspec.structs.replace(token, method="app.oauth2.signon")) == ()
    assert exercised(msgspec.structs.replace(token, deed=Deed.USE, method="m")) == ("m",)
    assert exercised(msgspec.structs.replace(token, deed=Deed.CONSENT)) == ()

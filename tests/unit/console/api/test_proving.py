"""Signing in, proving and what one signs in with, asked as the console's pages ask."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.console_fakes import START, Api
from tests.softkey import SoftKey
from wardlaw.console.pages.inside import ApiAnswerError, InsideApi, ProofAskedError
from wardlaw.facts.person import Role
from wardlaw.store.database import writing
from wardlaw.store.passwords import PasswordCost, Passwords, encoded_of, keep_password
from wardlaw.store.tokens import NewToken, TokenKind, create_first_admin_token, create_token

COVERS = ("entering", "sessions", "signingshapes")

PASSWORD = "otters paint quiet lanterns"
HERE = {"rp_id": "localhost", "origin": "http://localhost:8081"}


class Pages:
    """What the console's pages ask of the API."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._inside = InsideApi(api.app)
        self._made = 0

    def post(self, path: str, body: Any = None, *, session: str = "") -> Any:
        return asyncio.run(self._inside.post("/api" + path, session, body or {}))

    def get(self, path: str, *, session: str, by_itself: bool = False) -> Any:
        inside = self._inside.unattended() if by_itself else self._inside
        return asyncio.run(inside.get("/api" + path, session))

    def refused(self, path: str, body: Any = None, *, session: str = "") -> str:
        with pytest.raises((ApiAnswerError, ProofAskedError)) as refused:
            self.post(path, body, session=session)
        return refused.value.code

    def token(self, name: str) -> str:
        self._made += 1
        new = NewToken(TokenKind.ONE_TIME, f"person:{name}", "test", 36_000.0)
        with writing(self.api.made.engine) as connection:
            return create_token(connection, new, secret=bytes([self._made]) * 32, now=self.api.made.clock())[1]

    def come(self, name: str) -> str:
        """A session by a one-time token."""
        return str(self.post("/session/enter/token", {"token": self.token(name)})["session"])

    def add(self, session: str, key: SoftKey) -> str:
        """Make a passkey; answers the cookie that goes on."""
        asked = self.post("/session/passkeys/options", HERE, session=session)
        given = {"ceremony": asked["ceremony"], "credential": key.make(asked["options"]), "name": "Phone"}
        return str(self.post("/session/passkeys", given, session=session)["session"] or session)

    def proof(self, session: str, key: SoftKey) -> dict[str, Any]:
        asked = self.post("/session/prove/options", HERE, session=session)
        return {"ceremony": asked["ceremony"], "credential": key.show(asked["options"])}

    def later(self, seconds: float) -> None:
        self.api.made.clock.now += seconds


@pytest.fixture
def pages(api: Api) -> Pages:
    api.person("ann", Role.SECOPS)
    api.person("bob")
    return Pages(api)


def test_a_passkey_signs_in_and_the_log_says_with_which(pages: Pages) -> None:
    key = SoftKey("a")
    pages.add(pages.come("ann"), key)
    asked = pages.post("/session/enter/options", HERE | {"bound": "door"})
    given = {"ceremony": asked["ceremony"], "credential": key.show(asked["options"]), "bound": "door"}
    told = pages.post("/session/enter/passkey", given)
    assert told["person"]["id"] == "person:ann"
    entry = pages.get("/session", session=told["session"])["session"]
    assert (entry["method"], entry["amr"], entry["auth_time"]) == ("passkey", "hwk,user", START)
    facts = pages.api.made.recorder.of("session.enter_passkey")[0]
    assert (facts["person"], facts["session"]) == ("person:ann", entry["id"])
    assert pages.refused("/session/enter/passkey", given) == "WL-SGN-009"  # once


def test_a_passkey_nobody_knows_opens_nothing(pages: Pages) -> None:
    asked = pages.post("/session/enter/options", HERE | {"bound": "door"})
    given = {"ceremony": asked["ceremony"], "credential": SoftKey("x").show(asked["options"]), "bound": "door"}
    assert pages.refused("/session/enter/passkey", given) == "WL-SGN-001"


def test_whoever_has_a_passkey_proves_with_it_and_not_with_a_password(pages: Pages) -> None:
    key = SoftKey("a")
    session = pages.add(pages.come("ann"), key)
    pages.post("/session/password", {"password": PASSWORD}, session=session)
    pages.later(301)
    place = {"key": "person:ann", "reason": "x"}
    assert pages.refused("/quarantines", place, session=session) == "WL-SGN-010"
    assert pages.refused("/session/prove", {"password": PASSWORD}, session=session) == "WL-SGN-001"
    assert pages.api.made.recorder.of("session.prove")[0]["failed"] == "weak"
    told = pages.post("/session/prove", pages.proof(session, key), session=session)
    assert told["session"] != session
    assert pages.refused("/quarantines", place, session=session) == "WL-SGN-010"  # the old secret proves nothing
    assert pages.post("/quarantines", place, session=told["session"])
    # A password signs in, and is not enough for what counts.
    by_password = pages.post("/session/enter/password", {"person": "ann", "password": PASSWORD})["session"]
    assert pages.refused("/quarantines", place, session=by_password) == "WL-SGN-010"


def test_anothers_passkey_proves_nothing(pages: Pages) -> None:
    mine, theirs = SoftKey("a"), SoftKey("b")
    session = pages.add(pages.come("ann"), mine)
    pages.add(pages.come("bob"), theirs)
    pages.later(301)
    assert pages.refused("/session/prove", pages.proof(session, theirs), session=session) == "WL-SGN-001"
    other = pages.proof(pages.come("bob"), mine)  # a challenge of another session
    assert pages.refused("/session/prove", other, session=session) == "WL-SGN-009"


def test_a_one_time_token_adds_no_passkey_beside_one_and_resets_a_password(pages: Pages) -> None:
    session = pages.add(pages.come("ann"), SoftKey("a"))
    by_admin = pages.come("ann")
    asked = pages.post("/session/passkeys/options", HERE, session=by_admin)
    given = {"ceremony": asked["ceremony"], "credential": SoftKey("b").make(asked["options"])}
    assert pages.refused("/session/passkeys", given, session=by_admin) == "WL-SGN-010"
    assert pages.post("/session/password", {"password": PASSWORD}, session=by_admin)["session"]
    with pytest.raises(ApiAnswerError):  # every other session is over
        pages.get("/session", session=session)


def test_what_was_asked_before_the_proof_is_answered_after_it(pages: Pages) -> None:
    key = SoftKey("a")
    session = pages.add(pages.come("ann"), key)
    pages.later(301)
    asked = pages.post("/session/passkeys/options", HERE, session=session)
    given = {"ceremony": asked["ceremony"], "credential": SoftKey("b").make(asked["options"])}
    assert pages.refused("/session/passkeys", given, session=session) == "WL-SGN-010"
    session = pages.post("/session/prove", pages.proof(session, key), session=session)["session"]
    assert pages.post("/session/passkeys", given, session=session)
    assert [one["name"] for one in pages.get("/session/passkeys", session=session)] == ["Phone", "Passkey"]


def test_an_older_digest_is_made_anew_at_a_right_sign_in(pages: Pages) -> None:
    old = Passwords(PasswordCost(memory_kib=32, passes=1), salt=b"s" * 16).encode(PASSWORD, salt=b"t" * 16)
    with writing(pages.api.made.engine) as connection:
        keep_password(connection, "person:ann", old, now=START)
    assert pages.refused("/session/enter/password", {"person": "ann", "password": "x"}) == "WL-SGN-001"
    pages.post("/session/enter/password", {"person": "person:ann", "password": PASSWORD})
    with writing(pages.api.made.engine) as connection:
        kept = encoded_of(connection, "person:ann")
    assert "m=64," in kept
    assert pages.post("/session/enter/password", {"person": "ann", "password": PASSWORD})["session"]


def test_the_consoles_own_operations_are_nobody_elses(pages: Pages) -> None:
    api = pages.api
    uid = api.person("eve", Role.ADMIN)
    token = api.ok("POST", "/session/tokens", {}, uid=uid)["text"]
    for path, body in (
        ("/session/enter/password", {"person": "ann", "password": "x"}), ("/session/enter/token", {"token": "x"}),
        ("/session/password", {"password": PASSWORD}), ("/session/passkeys/options", HERE), ("/session/prove", {}),
        ("/session/leave", {}), ("/session/passkeys/pk_1/remove", {}),
    ):  # fmt: skip
        assert api.error("POST", path, body, uid=uid) == (401, "WL-SGN-005")
        assert api.error("POST", path, body, token=token) == (401, "WL-SGN-005")


def test_callers_with_tokens_or_an_account_are_no_sessions(pages: Pages) -> None:
    uid = pages.api.person("sec", Role.SECOPS)
    place = {"key": "person:ann", "reason": "x"}
    assert pages.api.ok("POST", "/quarantines", place, uid=uid)
    token = pages.api.ok("POST", "/session/tokens", {}, uid=uid)["text"]
    assert pages.api.ok("POST", "/quarantines", place | {"key": "person:bob"}, token=token)


def test_a_limited_token_does_what_it_is_for(pages: Pages) -> None:
    api = pages.api
    uid = api.person("sec", Role.SECOPS)
    assert api.error("POST", "/session/tokens", {"scopes": ["nothing.*"]}, uid=uid) == (400, "WL-SGN-013")
    made = api.ok("POST", "/session/tokens", {"scopes": ["read", "read"]}, uid=uid)
    assert made["token"]["scopes"] == ["read"]
    token = made["text"]
    assert api.ok("GET", "/quarantines", token=token) == []
    assert api.ok("GET", "/session", token=token)["scopes"] == ["read"]
    place = {"key": "person:ann", "reason": "x"}
    assert api.error("POST", "/quarantines", place, token=token) == (403, "WL-RGT-010")
    assert api.made.recorder.of("quarantines.place") == [{"refused": "SCOPE"}]
    assert api.error("POST", "/session/tokens", {}, token=token) == (403, "WL-RGT-010")


def test_the_installations_name_makes_no_password(pages: Pages) -> None:
    pages.api.made.deps.signing.words = ("brightwater-prod",)
    session = pages.come("ann")
    for password in ("Brightwater Brightwater 26", "br1ghtw4ter-PROD-2026!"):
        assert pages.refused("/session/password", {"password": password}, session=session) == "WL-SGN-004"
    assert pages.post("/session/password", {"password": "seven otters by Brightwater"}, session=session)


def test_sessions_end_for_those_who_may(pages: Pages) -> None:
    admin = pages.api.person("root", Role.ADMIN)
    plain = pages.api.person("cay")
    session = pages.come("ann")
    listed = pages.api.ok("GET", "/sessions", uid=admin)
    assert [one["person"] for one in listed] == ["person:ann"]
    path = f"/sessions/{listed[0]['id']}"
    assert pages.api.error("DELETE", path, uid=plain) == (403, "WL-RGT-010")
    assert pages.api.error("DELETE", f"/session{path}", uid=plain) == (404, "WL-SGN-002")
    assert pages.api.ok("DELETE", path, uid=admin)["ended_why"] == "revoked"
    assert pages.refused("/session/leave", session=session) == "WL-SGN-012"


def test_an_admin_takes_away_what_somebody_signs_in_with(pages: Pages) -> None:
    admin = pages.api.person("root", Role.ADMIN)
    session = pages.add(pages.come("ann"), SoftKey("a"))
    pages.post("/session/password", {"password": PASSWORD}, session=session)
    done = pages.api.ok("POST", "/persons/person:ann/reset", uid=admin)
    assert done == {"person": "person:ann", "password": True, "passkeys": 1, "sessions": 1}
    assert pages.refused("/session/enter/password", {"person": "ann", "password": PASSWORD}) == "WL-SGN-001"
    assert pages.add(pages.come("ann"), SoftKey("b"))  # and begins anew


def test_a_session_that_ran_out_stays_over_when_the_clock_goes_back(pages: Pages) -> None:
    session = pages.come("ann")
    pages.later(1_800)
    assert pages.refused("/session/leave", session=session) == "WL-SGN-012"
    pages.later(-1_700)
    assert pages.refused("/session/leave", session=session) == "WL-SGN-012"
    assert pages.api.ok("GET", "/sessions", uid=pages.api.person("root", Role.ADMIN))[0]["ended_why"] == "expired"


def test_an_open_page_alone_keeps_no_session_alive(pages: Pages) -> None:
    session = pages.come("ann")
    for _ in range(3):
        pages.later(500)
        pages.get("/session/sessions", session=session, by_itself=True)
    pages.later(500)
    with pytest.raises(ApiAnswerError):
        pages.get("/session", session=session)
    used = pages.come("ann")
    for _ in range(5):
        pages.later(500)
        pages.get("/session/sessions", session=used)
    assert pages.get("/session", session=used)


def test_the_first_admin_comes_by_a_browser_and_goes_on_in_the_shell(pages: Pages) -> None:
    made = pages.api.made
    made.deps.signing.own_uid = 4_711
    with writing(made.engine) as connection:
        token = create_first_admin_token(connection, secret=b"f" * 32, now=START, lifetime_s=3_600)
    told = pages.post("/session/enter/token", {"token": token})
    assert told["person"]["roles"] == ["admin"]
    assert pages.api.ok("GET", "/session", uid=4_711)["person"]["id"] == "person:admin"
    assert made.recorder.of("session.enter_token")[0]["bound"] == 1
    assert pages.refused("/session/enter/token", {"token": token}) == "WL-SGN-001"


def test_many_attempts_at_once_are_not_all_looked_at(pages: Pages) -> None:
    async def story() -> list[str]:
        inside = InsideApi(pages.api.app)

        async def one(number: int) -> str:
            body = {"person": "ann", "password": f"guess {number}", "browser": {"address": "192.0.2.7"}}
            try:
                await inside.post("/api/session/enter/password", "", body)
            except ApiAnswerError as error:
                return error.code
            return "in"

        return await asyncio.gather(*(one(number) for number in range(20)))

    told = asyncio.run(story())
    assert told.count("WL-SGN-001") == 5
    assert told.count("WL-SGN-003") == 15

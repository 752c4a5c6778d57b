from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import msgspec
import pytest
from sqlalchemy import select

from tests.console_fakes import START, Api, api_of
from tests.oidcpuppet import CLIENT, SECRET, Puppet, running
from wardlaw.adapters.identityprovider import IdentityProvider
from wardlaw.config.provider import Provider
from wardlaw.config.secretref import SecretRef
from wardlaw.console.desks.provider import ProviderDesk
from wardlaw.console.pages.inside import ApiAnswerError, InsideApi, ProofAskedError
from wardlaw.facts.keytext import key_digest
from wardlaw.facts.person import Role
from wardlaw.facts.signin import SignInMethod
from wardlaw.store.database import reading, writing
from wardlaw.store.people import change_person, get_person
from wardlaw.store.providerlogins import ProviderLogin, bind_login
from wardlaw.store.sessions import NewSession, add_session, list_sessions
from wardlaw.store.signingtables import CONSOLE_SESSION

COVERS = ("providing",)


class House(Api):
    """The API with an identity provider; its people come in through ``come``."""

    def __init__(self, folder: Path, puppet: Puppet) -> None:
        super().__init__(folder)
        self.puppet = puppet
        self.use()

    def use(self, **settings) -> None:
        provider = Provider(
            issuer=self.puppet.issuer, client_id=CLIENT, client_secret=SecretRef("env", "S"), **settings
        )
        desk = ProviderDesk(
            IdentityProvider(provider, secret=SECRET, clock=self.made.clock),
            address="http://127.0.0.1:8081",
            clock=self.made.clock,
            entropy=os.urandom,
        )
        self.made.deps = msgspec.structs.replace(self.made.deps, provider=desk)
        self.app = api_of(self.made.deps)

    def known(self, name: str, *roles: Role, subject: str = "248289") -> None:
        self.person(name, *roles)
        with writing(self.made.engine) as connection:
            bind_login(connection, ProviderLogin(self.puppet.issuer, subject, f"person:{name}", "test", START))

    def inside(self, method: str, path: str, body=None, *, session: str = ""):
        """What the console's pages get."""
        return self._runner.run(self._inside(method, "/api" + path, body, session))

    async def _inside(self, method: str, path: str, body, session: str):
        pages = InsideApi(self.app)
        try:
            if method == "GET":
                path, _, query = path.partition("?")
                return 200, await pages.get(path, session, dict(parse_qsl(query)))
            return 200, await pages.post(path, session, body)
        except ApiAnswerError as error:
            return error.status, {"error": {"code": error.code, "message": str(error)}}
        except ProofAskedError as error:
            return 403, {"error": {"code": error.code, "message": str(error)}}

    def begin(self, to: str = "/", *, session: str = "") -> tuple[str, dict[str, str]]:
        told = self.inside("GET", f"/session/provider/begin?to={to}", session=session)[1]
        return told["attempt"], self.puppet.authorize(told["address"])

    def finish(self, attempt: str, answer: dict[str, str]):
        return self.inside(
            "POST",
            "/session/provider/finish",
            {"attempt": attempt, "answer": answer, "browser": {"address": "10.0.0.1", "label": "Firefox"}},
        )

    def come(self, to: str = "/"):
        return self.finish(*self.begin(to))

    def refused(self, code: str, status: int = 403) -> None:
        told = self.come()
        assert (told[0], told[1]["error"]["code"]) == (status, code)

    def roles(self, name: str) -> tuple[str, ...]:
        with reading(self.made.engine) as connection:
            return tuple(role.value for role in get_person(connection, f"person:{name}").roles)

    def live(self) -> list[str]:
        with reading(self.made.engine) as connection:
            return [one.id for one in list_sessions(connection) if not one.ended_at]

    @property
    def last(self) -> dict:
        return self.made.recorder.of("provider.finish")[-1]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    clock: list = []
    with running(lambda: clock[0]()) as puppet:
        house = House(tmp_path, puppet)
        clock.append(house.made.clock)
        yield house
        house.close()


def test_a_known_account_begins_a_session_that_is_recorded(house: House) -> None:
    house.known("ann", Role.SECOPS)
    status, told = house.come("/decisions")
    assert (status, told["person"], told["to"]) == (200, "person:ann", "/decisions")
    with reading(house.made.engine) as connection:
        row = connection.execute(select(CONSOLE_SESSION)).mappings().one()
    assert row["secret_sha256"] == key_digest(told["session"])
    assert (row["person"], row["method"], row["auth_time"]) == ("person:ann", "identity-provider", START)
    assert house.last == {
        "method": "identity-provider", "issuer": house.puppet.issuer, "person": "person:ann", "session": row["id"],
        "address": "10.0.0.1",
    }  # fmt: skip
    assert house.made.recorder.records[-1][1] == "person:ann"


def test_whoever_is_not_known_stays_out_unless_the_settings_say_otherwise(house: House) -> None:
    house.refused("WL-OID-008")
    assert house.last["refused"] == "WL-OID-008"
    assert house.live() == []
    house.use(create=True)
    house.puppet.person |= {"email": "Ann.Example@acme.example", "email_verified": True}
    status, told = house.come()
    assert (status, told["person"]) == (200, "person:ann.example")
    assert house.last["added"] == "person:ann.example"
    assert house.come()[1]["person"] == "person:ann.example"
    assert "added" not in house.last  # once
    # Somebody else of that name, and one whose address nobody verified: neither becomes the first.
    house.puppet.person = {"sub": "2", "email": "ann.example@other.example", "email_verified": True}
    second = house.come()[1]["person"]
    house.puppet.person = {"sub": "3", "email": "ann.example@acme.example", "preferred_username": "ann.example"}
    third = house.come()[1]["person"]
    assert len({"person:ann.example", second, third}) == 3
    assert all(one.startswith("person:ann.example-") for one in (second, third))


def test_a_mail_address_binds_a_known_person_only_when_verified_and_only_once(house: House) -> None:
    house.person("bob", Role.RISK)
    with writing(house.made.engine) as connection:
        bob = get_person(connection, "person:bob")
        change_person(connection, msgspec.structs.replace(bob, identity="Bob@acme.example"), by="x", now=START)
    house.puppet.person |= {"email": "bob@acme.example", "email_verified": True}
    house.refused("WL-OID-008")  # not configured
    house.use(match_email=True)
    for unverified in (False, "true", None):
        house.puppet.person["email_verified"] = unverified
        house.refused("WL-OID-008")
    house.puppet.person["email_verified"] = True
    assert house.come()[1]["person"] == "person:bob"
    assert house.last["bound"] == "mail"
    # The address was given to somebody else at the provider: another subject is another human.
    house.puppet.person["sub"] = "999"
    house.refused("WL-OID-008")
    house.use(match_email=True, create=True)
    house.refused("WL-OID-008")


def test_domains_and_required_claims_are_held(house: House) -> None:
    house.known("ann")
    house.use(domains=("acme.example",), require={"hd": "acme.example"})
    house.puppet.person |= {"email": "ann@ACME.example", "email_verified": True}
    house.refused("WL-OID-008")
    house.puppet.person["hd"] = "acme.example"
    assert house.come()[0] == 200
    for wrong in (
        {"email": "ann@evil.example"},
        {"email": "a@acme.example@evil.example"},
        {"email_verified": False},
        {"hd": "x"},
    ):
        house.puppet.claims = wrong
        house.refused("WL-OID-008")


GROUPS = {"sec": (Role.SECOPS,), "law": (Role.LEGAL,), "boss": (Role.ADMIN,), "audit": (Role.AUDITOR,)}


def test_groups_give_and_take_roles_at_each_sign_in(house: House) -> None:
    house.known("ann", Role.RISK)
    house.use(groups=GROUPS)
    house.puppet.person["groups"] = ["sec", "other"]
    house.come()
    assert house.roles("ann") == ("risk", "secops")
    assert house.last["given"] == "secops"
    assert house.last["reason"] == "groups of the identity provider"
    house.puppet.person["groups"] = ["law"]
    house.come()
    assert house.roles("ann") == ("legal", "risk")  # what an admin gave stays
    assert (house.last["given"], house.last["taken"]) == ("legal", "secops")
    del house.puppet.person["groups"]
    assert house.come()[0] == 200
    assert house.roles("ann") == ("risk",)
    house.come()
    assert "roles" not in house.last


def test_roles_that_cannot_go_together_are_refused_and_those_that_are_gone_are_taken_all_the_same(house: House) -> None:
    house.known("ann", Role.SECOPS)
    house.use(groups=GROUPS)
    house.puppet.person["groups"] = ["law", "audit"]
    status, told = house.come()
    assert (status, told["error"]["code"]) == (403, "WL-OID-009")
    assert "SOD-6" in told["error"]["message"]
    assert house.roles("ann") == ()
    assert house.live() == []
    assert (house.last["taken"], house.last["refused"]) == ("secops", "WL-OID-009")


def test_roles_of_the_other_accounts_of_the_same_human_count(house: House) -> None:
    house.known("ann")
    house.person("ann2", Role.AUDITOR)
    with writing(house.made.engine) as connection:
        for name in ("ann", "ann2"):
            one = get_person(connection, f"person:{name}")
            change_person(connection, msgspec.structs.replace(one, identity="ann@acme.example"), by="x", now=START)
    house.use(groups=GROUPS)
    house.puppet.person["groups"] = ["law"]
    house.refused("WL-OID-009")


def test_the_first_admin_comes_by_a_group_only_when_that_is_configured(house: House) -> None:
    house.known("ann")
    house.use(groups=GROUPS)
    house.puppet.person["groups"] = ["boss"]
    house.refused("WL-OID-011")
    assert house.roles("ann") == ()
    house.use(groups=GROUPS, first_admin=True)
    assert house.come()[0] == 200
    assert house.roles("ann") == ("admin",)
    house.use(groups=GROUPS)  # there is one now, and the others may come by the group
    house.known("bob", subject="2")
    house.puppet.person |= {"sub": "2"}
    assert house.come()[0] == 200
    assert house.roles("bob") == ("admin",)


@pytest.mark.parametrize(
    "left_out",
    [{"_claim_names": {"groups": "src1"}}, {"hasgroups": True}, {"groups": ["sec"] * 1_001}, {"groups": [1]}],
)
def test_groups_that_were_left_out_are_not_none(house: House, left_out: dict) -> None:
    house.known("ann", Role.SECOPS)
    house.use(groups=GROUPS)
    house.puppet.claims = left_out
    house.refused("WL-OID-012")
    assert house.roles("ann") == ("secops",)


def test_whoever_is_disabled_does_not_get_in(house: House) -> None:
    house.known("ann", Role.SECOPS)
    with writing(house.made.engine) as connection:
        ann = get_person(connection, "person:ann")
        change_person(connection, msgspec.structs.replace(ann, disabled=True), by="x", now=START)
    house.refused("WL-OID-010")
    assert house.last == {
        "method": "identity-provider", "issuer": house.puppet.issuer, "refused": "WL-OID-010", "address": "10.0.0.1",
    }  # fmt: skip
    assert house.live() == []


def test_what_is_not_believed_is_recorded_with_the_reason_and_nothing_of_the_token(house: House) -> None:
    house.known("ann")
    house.puppet.claims = {"aud": "somebody-else"}
    house.refused("WL-OID-007")
    assert house.last["issuer"] == house.puppet.issuer
    assert "another audience" in house.last["why"]
    assert "somebody-else" not in str(house.last)


def test_an_answer_counts_once_and_in_the_browser_it_belongs_to(house: House) -> None:
    house.known("ann")
    attempt, answer = house.begin()
    other, _ = house.begin()
    assert house.finish(other, answer)[1]["error"]["code"] == "WL-OID-004"
    assert house.finish("", answer)[1]["error"]["code"] == "WL-OID-004"
    assert house.finish(attempt, answer | {"state": ""})[1]["error"]["code"] == "WL-OID-004"
    assert house.finish(attempt, answer)[0] == 200
    assert house.finish(attempt, answer)[1]["error"]["code"] == "WL-OID-004"
    attempt, answer = house.begin()
    house.made.clock.now += 601
    assert house.finish(attempt, answer)[1]["error"]["code"] == "WL-OID-004"


def test_tries_are_paced_by_address(house: House) -> None:
    for _ in range(30):
        assert house.finish("x", {})[0] == 400
    assert house.finish("x", {})[1]["error"]["code"] == "WL-OID-017"
    recorded = len(house.made.recorder.of("provider.finish"))
    assert recorded == 30  # what is too much is not recorded either
    body = {"attempt": "x", "answer": {}, "browser": {"address": "10.0.0.2"}}
    assert house.inside("POST", "/session/provider/finish", body)[0] == 400
    house.made.clock.now += 2
    assert house.finish("x", {})[0] == 400


def test_the_provider_ends_sessions_once_by_a_token_of_its_own(house: House) -> None:
    house.known("ann")
    house.come()
    house.come()
    assert len(house.live()) == 2

    def end(token: str):
        return house.inside("POST", "/session/provider/ended", {"logout_token": token, "address": "10.0.0.9"})

    token = house.puppet.logout_token(sid="another")
    assert end(token) == (200, {"sessions": 0})
    token = house.puppet.logout_token(jti="j2", sid=None)
    assert end(token) == (200, {"sessions": 2})
    assert house.live() == []
    assert house.made.recorder.of("provider.ended")[-1] == {
        "issuer": house.puppet.issuer, "sessions": 2, "person": "person:ann", "address": "10.0.0.9",
    }  # fmt: skip
    house.come()
    status, told = end(token)
    assert (status, told["error"]["code"]) == (400, "WL-OID-014")
    for wrong in ({"events": {}}, {"nonce": "n"}, {"aud": "x"}, {"iss": "https://x"}, {"sub": None, "sid": None},
                  {"jti": ""}, {"exp": 1}, {"exp": int(START) + 90_000}, {"events": None}):  # fmt: skip
        status, told = end(house.puppet.logout_token(**{"jti": "j3"} | wrong))
        assert (status, told["error"]["code"]) == (403, "WL-OID-007"), wrong
    house.puppet.claims = {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}, "jti": "j4"}
    id_token = house.puppet.id_token({"nonce": "n"}, "at")
    assert end(id_token)[0] == 403  # an ID token is none
    assert len(house.live()) == 1


def test_admins_bind_and_unbind_accounts(house: House) -> None:
    admin = house.person("boss", Role.ADMIN)
    house.person("ann", Role.SECOPS)
    body = {"person": "person:ann", "subject": "248289"}
    assert house.ok("POST", "/provider/logins", body, uid=admin)["bound_by"] == "person:boss"
    assert house.error("POST", "/provider/logins", body, uid=admin) == (409, "WL-OID-015")
    assert house.error("POST", "/provider/logins", {"person": "person:x", "subject": "1"}, uid=admin)[1] == "WL-STO-011"
    assert house.come()[1]["person"] == "person:ann"
    (told,) = house.ok("GET", "/provider/logins", uid=admin)
    assert (told["person"], told["subject"], told["seen_at"]) == ("person:ann", "248289", START)
    house.ok("DELETE", "/provider/logins/person:ann", uid=admin)
    assert house.error("DELETE", "/provider/logins/person:ann", uid=admin) == (404, "WL-OID-016")
    assert house.live() == []
    house.refused("WL-OID-008")
    assert house.made.recorder.of("provider.unbind")[0]["person"] == "person:ann"


def test_without_a_provider_there_is_nothing_to_sign_in_through(tmp_path: Path) -> None:
    api = Api(tmp_path)
    admin = api.person("boss", Role.ADMIN)
    with pytest.raises((ApiAnswerError, ProofAskedError)) as caught:
        asyncio.run(InsideApi(api.app).get("/api/session/provider/begin", ""))
    assert (caught.value.status, caught.value.code) == (404, "WL-OID-003")
    assert api.ok("GET", "/provider/logins", uid=admin) == []
    api.close()


def test_nobody_signs_in_through_the_api_from_outside(house: House) -> None:
    for method, path, body in (
        ("GET", "/session/provider/begin", None),
        ("POST", "/session/provider/finish", {"attempt": "x", "answer": {}}),
        ("POST", "/session/provider/ended", {"logout_token": "x"}),
    ):
        assert house.error(method, path, body) == (401, "WL-SGN-005")


def again(house: House, session: str) -> tuple[str, dict[str, str]]:
    status, told = house.inside("GET", "/session/provider/again?to=/x", session=session)
    assert status == 200, told
    asked = parse_qs(urlsplit(told["address"]).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    return told["attempt"], house.puppet.authorize(told["address"])


def test_a_fresh_proof_goes_on_with_the_session_and_another_secret(house: House) -> None:
    house.known("ann", Role.ADMIN)
    house.puppet.claims = {"auth_time": START - 4_000}
    session = house.come()[1]["session"]
    body = {"id": "person:new", "name": "New"}
    assert house.inside("POST", "/persons", body, session=session)[1]["error"]["code"] == "WL-SGN-010"
    (before,) = house.live()
    house.puppet.claims = {}
    house.made.clock.now += 20
    status, told = house.finish(*again(house, session))
    assert (status, told["person"], told["to"]) == (200, "person:ann", "/x")
    assert house.live() == [before]
    assert house.last["again"] == 1
    assert house.inside("POST", "/persons", body, session=told["session"])[0] == 200
    house.made.clock.now += 11
    assert house.inside("GET", "/session", session=session)[1]["error"]["code"] == "WL-SGN-012"  # the old secret
    house.made.clock.now += 300
    assert house.inside("POST", "/persons", body, session=told["session"])[1]["error"]["code"] == "WL-SGN-010"


def test_a_provider_that_says_no_time_makes_no_session_fresh(house: House) -> None:
    house.known("ann", Role.ADMIN)
    house.puppet.without = ("auth_time",)
    session = house.come()[1]["session"]
    body = {"id": "person:new", "name": "New"}
    assert house.inside("POST", "/persons", body, session=session)[1]["error"]["code"] == "WL-SGN-010"
    assert house.finish(*again(house, session))[1]["error"]["code"] == "WL-OID-007"


def test_the_proof_of_somebody_else_or_for_a_session_that_ended_proves_nothing(house: House) -> None:
    house.known("ann", Role.SECOPS)
    house.known("bob", Role.ADMIN, subject="2")
    session = house.come()[1]["session"]
    attempt, answer = again(house, session)
    house.puppet.person = {"sub": "2"}
    assert house.finish(attempt, answer)[1]["error"]["code"] == "WL-OID-013"
    assert len(house.live()) == 1
    assert house.made.recorder.records[-1][1] == "person:bob"  # whose proof it was
    house.puppet.person = {"sub": "248289"}
    attempt, answer = again(house, session)
    token = house.puppet.logout_token()
    assert house.inside("POST", "/session/provider/ended", {"logout_token": token})[1] == {"sessions": 1}
    assert house.finish(attempt, answer)[1]["error"]["code"] == "WL-OID-013"
    assert house.live() == []


def test_the_session_a_browser_had_before_ends_with_the_new_one(house: House) -> None:
    house.known("ann")
    first = house.come()[1]["session"]
    status, _ = house.finish(*house.begin(session=first))
    assert status == 200
    assert len(house.live()) == 1
    assert house.inside("GET", "/session", session=first)[0] == 401


def test_signing_out_leads_to_the_provider_only_from_its_sessions(house: House) -> None:
    house.known("ann")
    session = house.come()[1]["session"]
    address = house.inside("GET", "/session/provider/farewell", session=session)[1]["address"]
    assert address.startswith(f"{house.puppet.issuer}/end?client_id={CLIENT}&")
    assert "id_token_hint=" in address
    with writing(house.made.engine) as connection:
        new = NewSession("person:ann", SignInMethod.PASSWORD, START)
        own = add_session(connection, new, secret=b"x" * 32, now=START)[1]
    assert house.inside("GET", "/session/provider/farewell", session=own)[1] == {"address": ""}

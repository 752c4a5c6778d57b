from __future__ import annotations

import asyncio
import base64
import hmac
import json
from typing import Any

import msgspec
import pytest
from joserfc.jwk import OKPKey, RSAKey

from tests.unit.gateway.test_signature import signed
from tests.unit.gateway.tokens import (
    AGENT,
    AGENT_KEY,
    BODY_HASH,
    EC,
    IDENTITY,
    ISSUER,
    NOW,
    OKP,
    RSA,
    SECOND,
    Door,
    FixedKeys,
    assertion,
    b64,
    entry,
    jwks,
    sign,
    token,
)
from wardlaw.facts.keytext import Prefix, make_key_text
from wardlaw.facts.principal import PrincipalKind
from wardlaw.gateway.admission import Admission, check_body, check_model
from wardlaw.gateway.admitted import Admitted, Refused
from wardlaw.gateway.keybook import KeyBook
from wardlaw.security.jwt import read_jwks


def knock(door: Door, *args: Any, **kwargs: Any) -> Admitted | Refused:
    return asyncio.run(door.knock(*args, **kwargs))


def code(answer: Admitted | Refused) -> str:
    return answer.code if isinstance(answer, Refused) else "admitted"


def who(answer: Admitted | Refused) -> tuple[str, str]:
    assert isinstance(answer, Admitted), answer
    return answer.principal.id, answer.principal.acting_for


# -- Wardlaw keys ---------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["authorization", "x_api_key", "api_key"])
def test_a_key_is_found_wherever_clients_put_it(header: str) -> None:
    text = "Bearer wl_ada" if header == "authorization" else "wl_ada"
    assert who(knock(Door(entry("ada")), **{header: text})) == ("user:ada", "")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, "WL-ADM-002"),
        ({"authorization": ""}, "WL-ADM-003"),
        ({"authorization": "Bearer"}, "WL-ADM-003"),
        ({"authorization": "Bearer   "}, "WL-ADM-003"),
        ({"authorization": "Basic d2xfYWRh"}, "WL-ADM-003"),
        ({"authorization": "wl_ada"}, "WL-ADM-003"),
        ({"x_api_key": ""}, "WL-ADM-003"),
        ({"x_api_key": "wl_" + "a" * 20_000}, "WL-ADM-003"),
        ({"authorization": "Bearer wl_ada", "x_api_key": "wl_ben"}, "WL-ADM-003"),
        ({"authorization": "Bearer wl_ada, Bearer wl_ada"}, "WL-ADM-004"),
        ({"authorization": "Bearer wl_nobody"}, "WL-ADM-004"),
        ({"authorization": "Bearer wl_ADA"}, "WL-ADM-004"),
        ({"authorization": "Bearer wl_" + "a" * 300}, "WL-ADM-004"),
        ({"authorization": "Bearer wl_\udcff"}, "WL-ADM-004"),
        ({"authorization": "Bearer sk-something"}, "WL-ADM-010"),
        ({"authorization": "Bearer wl_ada", "x_api_key": "wl_ada"}, "admitted"),
        ({"authorization": "bearer  wl_ada "}, "admitted"),
        ({"authorization": "Bearer wl_ada", "x_wardlaw_role": "admin", "x_wardlaw_person": "user:eve"}, "admitted"),
    ],
)
def test_credentials_as_they_come(headers: dict[str, str], expected: str) -> None:
    assert code(knock(Door(entry("ada"), entry("ben")), **headers)) == expected


def test_what_clients_say_about_themselves_changes_nothing() -> None:
    door = Door(entry("ada"))
    plain = knock(door, "wl_ada")
    assert knock(door, "wl_ada", x_wardlaw_acting_for="user:eve", x_wardlaw_team="board", x_wardlaw_taint="") == plain


def test_dead_keys_say_what_to_do_and_the_rest_does_not() -> None:
    door = Door(entry("old", expires_at=NOW), entry("gone", revoked_at=NOW - 1), entry("later", revoked_at=NOW + 9_999))
    old, gone, later = (knock(door, f"wl_{name}") for name in ("old", "gone", "later"))
    assert [code(answer) for answer in (old, gone, later)] == ["WL-ADM-005", "WL-ADM-006", "WL-ADM-006"]
    assert isinstance(old, Refused)
    assert (old.public_code, old.key) == ("WL-ADM-005", "key:old")
    assert "rotate" in old.hint
    assert code(knock(door, "wl_old", at=NOW - 1)) == "admitted"
    unknown = knock(door, "wl_unknown")
    assert isinstance(unknown, Refused)
    assert (unknown.status, unknown.public_code) == (401, "WL-ADM-001")


def test_a_key_made_a_moment_ago_is_looked_up_and_a_guess_that_is_none_is_not() -> None:
    made = make_key_text(Prefix.KEY, b"k" * 32)
    door = Door(entry("ada"))
    looks = 0

    async def look_again() -> None:
        nonlocal looks
        looks += 1
        door.admission.book = KeyBook([entry("ada"), entry("new", text=made)])

    door.admission = Admission(door.admission.book, IDENTITY, keys=door.keys, state=door.state, look_again=look_again)
    assert code(knock(door, "wl_guess")) == "WL-ADM-004"
    assert code(knock(door, "wl_ada")) == "admitted"
    assert looks == 0
    assert code(knock(door, made)) == "admitted"
    assert looks == 1
    assert code(knock(door, make_key_text(Prefix.KEY, b"x" * 32))) == "WL-ADM-004"
    assert looks == 2


def test_scope_is_held_and_told_to_the_log_only() -> None:
    door = Door(entry("ada", routes=("embeddings",), models=("gpt",)))
    admitted = knock(door, "wl_ada", path="/v1/embeddings")
    assert isinstance(admitted, Admitted)
    assert check_model(admitted, "gpt") is None
    refused = [knock(door, "wl_ada"), check_model(admitted, "other"), knock(door, "wl_ada", path="/v1/odd")]
    assert [answer.code for answer in refused if isinstance(answer, Refused)] == [
        "WL-ADM-007",
        "WL-ADM-008",
        "WL-ADM-007",
    ]
    assert {answer.public_code for answer in refused if isinstance(answer, Refused)} == {"WL-ADM-001"}
    free = knock(Door(entry("ada")), "wl_ada")
    assert isinstance(free, Admitted)
    assert check_model(free, "anything") is None


def test_a_swapped_book_holds_at_once() -> None:
    door = Door(entry("ada"))
    assert code(knock(door, "wl_ada")) == "admitted"
    assert code(knock(door, token(act={"sub": "bot"}))) == "admitted"
    door.admission.book = KeyBook([entry("ada", revoked_at=1.0)])
    assert code(knock(door, "wl_ada")) == "WL-ADM-006"
    assert code(knock(door, token())) == "WL-ADM-027"  # her token lends nothing any more, cached or not


# -- tokens ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "alg"), [(RSA, "RS256"), (RSA, "PS256"), (EC, "ES256"), (OKP, "EdDSA")], ids=["rs", "ps", "es", "ed"]
)
def test_a_good_token_is_admitted(key: Any, alg: str) -> None:
    answer = knock(Door(), token(key, alg, team="support", groups=["staff", "eu"]))
    assert who(answer) == ("user:ada", "")
    assert isinstance(answer, Admitted)
    assert (answer.principal.team, answer.principal.groups, answer.principal.kind) == (
        "support",
        ("staff", "eu"),
        PrincipalKind.USER,
    )
    assert answer.principal.credential == f"jwt:{ISSUER}"


def _none(header: dict[str, Any]) -> str:
    claims = json.dumps({"iss": ISSUER, "aud": "wardlaw-api", "sub": "ada", "exp": NOW + 300}).encode()
    return f"{b64(json.dumps(header).encode())}.{b64(claims)}."


def _confused() -> str:
    """HS256 with the public RSA key as the shared secret."""
    claims = {"iss": ISSUER, "aud": "wardlaw-api", "sub": "ada", "exp": NOW + 300}
    signed = f"{b64(json.dumps({'alg': 'HS256', 'kid': 'rsa'}).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{signed}.{b64(hmac.digest(RSA.as_pem(private=False), signed.encode(), 'sha256'))}"


STRANGER = RSAKey.generate_key(2048, {"kid": "rsa"})


TOKENS = [
        (_none({"alg": "none"}), "WL-ADM-010"),
        (_none({"alg": "none"}) + "AA", "WL-ADM-011"),
        (_none({"alg": "NoNe", "kid": "rsa"}) + "AA", "WL-ADM-011"),
        (_none({"alg": ["RS256"], "kid": "rsa"}) + "AA", "WL-ADM-011"),
        (_none({"kid": "rsa"}) + "AA", "WL-ADM-011"),
        (_confused(), "WL-ADM-011"),
        (token(STRANGER), "WL-ADM-014"),
        (token(STRANGER, header={"jwk": STRANGER.as_dict(private=False)}), "WL-ADM-014"),
        (token(STRANGER, header={"jku": "http://127.0.0.1:1/keys"}), "WL-ADM-014"),
        (token(header={"kid": "unknown"}), "WL-ADM-013"),
        (token(header={"kid": "../../etc/passwd"}), "WL-ADM-013"),
        (token(header={"kid": "' or 1=1 --"}), "WL-ADM-013"),
        (token(header={"kid": 7}), "WL-ADM-013"),
        (token(header={"kid": ["rsa"]}), "WL-ADM-013"),
        (token(header={"kid": "ec"}), "WL-ADM-013"),
        (token(header={"kid": None}), "admitted"),
        (token(header={"crit": ["exp"], "exp": 1}), "WL-ADM-010"),
        (token(header={"b64": False}), "WL-ADM-010"),
        (token(header={"x5t": "abc", "nonce": "n"}), "admitted"),
        (token()[:-2] + "AA", "WL-ADM-014"),
        (token() + "=", "WL-ADM-010"),
        (token() + ".x", "WL-ADM-010"),
        (token() + "\n", "admitted"),  # white space around a header value is not part of it
        ("..", "WL-ADM-010"),
        ("a.b.c", "WL-ADM-010"),
        (f"{b64(b'[]')}.{b64(b'{}')}.AA", "WL-ADM-010"),
        (f"{b64(b'{' * 9000)}.{b64(b'{}')}.AA", "WL-ADM-010"),
        (sign(RSA, {"alg": "RS256"}, b'{"iss":"a","iss":"b"}'), "WL-ADM-010"),
        (token(iss="https://evil.example"), "WL-ADM-012"),
        (token(iss=ISSUER + "/"), "WL-ADM-012"),
        (token(iss=[ISSUER]), "WL-ADM-012"),
        (token(iss=SECOND, key=EC, alg="ES256"), "admitted"),
        (token(iss=SECOND, key=RSA, alg="PS256"), "WL-ADM-011"),
        (token(exp=NOW - 29), "admitted"),
        (token(exp=NOW - 30), "WL-ADM-015"),
        (token(exp=None), "WL-ADM-018"),
        (token(exp="9999999999"), "WL-ADM-018"),
        (token(exp=True), "WL-ADM-018"),
        (token(exp=10**400), "WL-ADM-018"),
        (token(nbf=NOW + 30), "admitted"),
        (token(nbf=NOW + 31), "WL-ADM-016"),
        (token(iat=NOW + 31), "WL-ADM-016"),
        (token(nbf="soon"), "WL-ADM-016"),
        (token(aud="other"), "WL-ADM-017"),
        (token(aud=None), "WL-ADM-017"),
        (token(aud=["other", "wardlaw-api"]), "admitted"),
        (token(aud=["wardlaw-api", 7]), "WL-ADM-017"),
        (token(aud={"wardlaw-api": 1}), "WL-ADM-017"),
        (token(sub=None), "WL-ADM-018"),
        (token(sub=""), "WL-ADM-018"),
        (token(sub="a b"), "WL-ADM-018"),
        (token(sub="*"), "WL-ADM-018"),
        (token(sub="ada#https://login.example/two"), "WL-ADM-018"),
        (token(sub="a" * 257), "WL-ADM-018"),
        (token(sub="\ud800"), "WL-ADM-018"),
        (token(groups="admins"), "WL-ADM-018"),
        (token(groups=["\ud800"]), "WL-ADM-018"),
        (token(groups=[1]), "WL-ADM-018"),
        (token(groups=["g"] * 501), "WL-ADM-018"),
        (token(team=["x"]), "WL-ADM-018"),
        (token(_claim_names={"groups": "src1"}), "WL-ADM-018"),
]  # fmt: skip


# The tokens differ from run to run, their names must not.
@pytest.mark.parametrize(("text", "expected"), TOKENS, ids=[f"{n}-{code}" for n, (_, code) in enumerate(TOKENS)])
def test_tokens_as_they_come(text: str, expected: str) -> None:
    assert code(knock(Door(), text)) == expected


def test_the_second_issuer_cannot_speak_for_people_of_the_first() -> None:
    assert who(knock(Door(), token(iss=SECOND)))[0] == f"user:ada#{SECOND}"


def test_a_token_made_for_a_machine_is_no_person() -> None:
    for claims in ({"client_id": "ada"}, {"azp": "ada"}, {"appid": "ada"}, {"gty": "client-credentials"}):
        answer = knock(Door(), token(**claims))
        assert isinstance(answer, Admitted)
        assert (answer.principal.id, answer.principal.kind, answer.principal.registered) == (
            "nhi:ada",
            PrincipalKind.NHI,
            False,
        )
    known = knock(Door(entry("ada", PrincipalKind.NHI, models=("small",))), token(client_id="ada"))
    assert isinstance(known, Admitted)
    assert (known.principal.registered, known.scope.models) == (True, frozenset({"small"}))
    assert code(knock(Door(entry("ada", PrincipalKind.NHI, revoked_at=1.0)), token(client_id="ada"))) == "WL-ADM-027"


def test_verified_tokens_are_kept_until_they_end() -> None:
    door = Door()
    text = token(exp=NOW + 40)
    first = knock(door, text)
    assert knock(door, text) is first
    assert code(knock(door, text, at=NOW + 69)) == "admitted"
    assert code(knock(door, text, at=NOW + 70)) == "WL-ADM-015"
    door.keys.held[ISSUER] = None  # the issuer's keys have become too old
    refused = knock(door, text)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.status) == ("WL-ADM-019", 503)


def test_a_withdrawn_key_takes_its_tokens_along() -> None:
    door = Door()
    assert code(knock(door, token())) == "admitted"
    door.keys.held[ISSUER] = read_jwks(jwks(EC), version=2)
    assert code(knock(door, token())) == "WL-ADM-013"


def test_an_unknown_key_id_asks_the_issuer_again() -> None:
    door = Door(keys=FixedKeys(EC))
    assert code(knock(door, token())) == "WL-ADM-013"
    assert door.keys.refreshed == 1
    door.keys.later = read_jwks(jwks(EC, RSA), version=2)
    assert code(knock(door, token())) == "admitted"


# -- agents acting for persons --------------------------------------------------------------------


def test_an_agent_with_an_act_claim_acts_for_the_subject() -> None:
    door = Door(AGENT, entry("ada", models=("gpt", "small")))
    answer = knock(door, token(act={"sub": "bot", "act": {"sub": "somebody-before"}}, groups=["staff"]))
    assert who(answer) == ("agent:bot", "user:ada")
    assert isinstance(answer, Admitted)
    assert answer.scope.models == frozenset({"gpt", "small"})
    assert answer.principal.groups == ("staff",)
    assert code(knock(door, token(sub="ben", act={"sub": "bot"}))) == "WL-ADM-026"


@pytest.mark.parametrize(
    "act", [None, [], "bot", {}, {"sub": 1}, {"sub": ""}, {"sub": "bot", "iss": SECOND}, {"sub": "*"}]
)
def test_an_act_claim_that_names_nobody_is_refused(act: Any) -> None:
    claims = {"iss": ISSUER, "aud": "wardlaw-api", "sub": "ada", "exp": NOW + 300, "act": act}
    assert code(knock(Door(AGENT), sign(RSA, {"alg": "RS256", "kid": "rsa"}, claims))) == "WL-ADM-028"


def test_an_agent_nobody_registered_is_named_as_such() -> None:
    answer = knock(Door(), token(act={"sub": "unknown"}))
    assert isinstance(answer, Admitted)
    assert (answer.principal.id, answer.principal.registered) == ("agent:unknown", False)


def test_a_revoked_agent_acts_for_nobody() -> None:
    door = Door(msgspec.structs.replace(AGENT, revoked_at=1.0))
    assert code(knock(door, token(act={"sub": "bot"}))) == "WL-ADM-026"
    assert code(knock(door, "wl_bot", x_wardlaw_assertion=assertion())) == "WL-ADM-006"


def test_a_person_gains_nothing_through_an_agent_nor_the_agent_through_the_person() -> None:
    person = entry("ada", models=("gpt",), routes=("chat.completions", "embeddings"))
    agent = msgspec.structs.replace(AGENT, models=("gpt", "large"), routes=("chat.completions",))
    door = Door(agent, person)
    by_assertion = knock(door, "wl_bot", x_wardlaw_assertion=assertion())
    by_token = knock(door, token(act={"sub": "bot"}))
    for answer in (by_assertion, by_token):
        assert who(answer) == ("agent:bot", "user:ada")
        assert isinstance(answer, Admitted)
        assert (answer.scope.models, answer.scope.routes) == (frozenset({"gpt"}), frozenset({"chat.completions"}))
    assert code(knock(door, token(act={"sub": "bot"}), path="/v1/embeddings")) == "WL-ADM-007"
    gone = Door(agent, msgspec.structs.replace(person, revoked_at=1.0))
    assert code(knock(gone, "wl_bot", x_wardlaw_assertion=assertion())) == "WL-ADM-027"
    assert code(knock(gone, token(act={"sub": "bot"}))) == "WL-ADM-027"


def test_disjoint_rights_leave_nothing() -> None:
    door = Door(msgspec.structs.replace(AGENT, models=("a",)), entry("ada", models=("b",)))
    answer = knock(door, "wl_bot", x_wardlaw_assertion=assertion())
    assert isinstance(answer, Admitted)
    assert [code(check_model(answer, model) or answer) for model in ("a", "b", "c")] == ["WL-ADM-008"] * 3


def test_an_assertion_counts_once() -> None:
    door = Door(AGENT)
    text = assertion()
    first = knock(door, "wl_bot", x_wardlaw_assertion=text)
    assert who(first) == ("agent:bot", "user:ada")
    assert isinstance(first, Admitted)
    assert first.delta
    assert code(knock(door, "wl_bot", x_wardlaw_assertion=text)) == "WL-ADM-024"
    assert code(knock(door, "wl_bot", at=NOW + 64.9, x_wardlaw_assertion=text)) == "WL-ADM-024"
    assert code(knock(door, "wl_bot", at=NOW + 65, x_wardlaw_assertion=text)) == "WL-ADM-022"
    # The same claims signed anew are the same id.
    assert code(knock(door, "wl_bot", x_wardlaw_assertion=assertion(iat=NOW - 1, exp=NOW + 50))) == "WL-ADM-024"
    assert code(knock(door, "wl_bot", x_wardlaw_assertion=assertion(jti="another-id"))) == "admitted"


def test_an_assertion_is_good_for_one_body() -> None:
    door = Door(AGENT)
    assert code(knock(door, "wl_bot", body=b"\0" * 32, x_wardlaw_assertion=assertion(jti="11111111"))) == "WL-ADM-025"
    early = knock(door, "wl_bot", body=None, x_wardlaw_assertion=assertion(jti="22222222"))
    assert isinstance(early, Admitted)
    assert check_body(early, BODY_HASH) is None
    assert code(check_body(early, b"\0" * 32) or early) == "WL-ADM-025"
    plain = knock(door, "wl_bot", body=None)
    assert isinstance(plain, Admitted)
    assert check_body(plain, b"\0" * 32) is None


def test_an_assertion_needs_the_agents_own_key_beside_it() -> None:
    other = entry("other", PrincipalKind.AGENT, persons=("*",), signing_key="")
    door = Door(AGENT, other, entry("ada", signing_key=AGENT.signing_key))
    assert code(knock(door, "wl_other", x_wardlaw_assertion=assertion())) == "WL-ADM-020"
    assert code(knock(door, "wl_ada", x_wardlaw_assertion=assertion())) == "WL-ADM-020"
    assert code(knock(door, token(), x_wardlaw_assertion=assertion())) == "WL-ADM-020"
    assert code(knock(door, None, x_wardlaw_assertion=assertion())) == "WL-ADM-002"
    # Not accepted means refused: an agent never silently falls back to its own rights.
    assert code(knock(door, "wl_bot", x_wardlaw_assertion="")) == "WL-ADM-021"
    assert code(knock(door, "wl_bot", x_wardlaw_assertion=assertion(OKPKey.generate_key("Ed25519")))) == "WL-ADM-021"


def test_an_agent_may_sign_the_request_itself_instead() -> None:
    fields = dict(signed())
    door = Door(AGENT, entry("ada"))
    admitted = knock(door, "wl_bot", **{name.replace("-", "_"): value for name, value in fields.items()})
    assert who(admitted) == ("agent:bot", "user:ada")
    again = knock(door, "wl_bot", **{name.replace("-", "_"): value for name, value in fields.items()})
    assert code(again) == "WL-ADM-024"


def test_a_signature_is_the_agents_own_over_one_request_and_never_beside_an_assertion() -> None:
    fields = {name.replace("-", "_"): value for name, value in signed()}
    people = (AGENT, entry("ada"))
    assert code(knock(Door(*people), "wl_ada", **fields)) == "WL-ADM-020"
    assert code(knock(Door(*people), token(), **fields)) == "WL-ADM-020"
    assert code(knock(Door(*people), "wl_bot", path="/v1/embeddings", **fields)) == "WL-ADM-021"
    assert code(knock(Door(*people), "wl_bot", body=b"x" * 32, **fields)) == "WL-ADM-025"
    assert code(knock(Door(*people), "wl_bot", x_wardlaw_assertion=assertion(), **fields)) == "WL-ADM-020"
    elsewhere = fields | {"host": "other.example"}
    assert code(knock(Door(*people), "wl_bot", **elsewhere)) == "WL-ADM-021"


def test_a_signature_that_names_no_person_is_for_somebody_else() -> None:
    fields = {name.replace("-", "_"): value for name, value in signed() if name != "x-wardlaw-person"}
    assert who(knock(Door(AGENT, entry("ada")), "wl_bot", **fields)) == ("agent:bot", "")
    assert who(knock(Door(AGENT, entry("ada")), "wl_ada", **fields)) == ("user:ada", "")


def test_no_authority_means_no_assertion() -> None:
    class Gone:
        async def use_once(self, token: bytes, *, until: float, at: float) -> bool:
            return False

    door = Door(AGENT)
    door.admission._state = Gone()  # type: ignore[assignment]
    assert code(knock(door, "wl_bot", x_wardlaw_assertion=assertion())) == "WL-ADM-024"


def test_refusals_are_never_told_apart_from_outside() -> None:
    door = Door(AGENT, entry("scoped", routes=("embeddings",)))
    refused = [
        knock(door), knock(door, "wl_nobody"), knock(door, "wl_scoped"), knock(door, token(STRANGER)), knock(door, "junk"),
        knock(door, token(aud="other")), knock(door, "wl_bot", x_wardlaw_assertion=assertion(AGENT_KEY, sub="user:ben")),
    ]  # fmt: skip
    told = {(r.status, r.public_code, r.message, r.hint) for r in refused if isinstance(r, Refused)}
    assert len(refused) == 7
    assert len(told) == 1
    assert len({code(r) for r in refused}) == 7


def test_headers_that_are_not_text_are_refused() -> None:
    door = Door(AGENT)
    odd: Any = b"Bearer wl_bot"
    assert code(knock(door, authorization=odd)) == "WL-ADM-003"
    assert code(knock(door, "wl_bot", x_wardlaw_assertion=odd)) == "WL-ADM-020"


def test_base64_in_another_alphabet_is_no_token() -> None:
    head, claims, signature = token().split(".")
    standard = base64.b64encode(base64.urlsafe_b64decode(signature + "==")).decode().rstrip("=")
    assert code(knock(Door(), f"{head}.{claims}.{standard}")) == ("WL-ADM-010" if standard != signature else "admitted")

from __future__ import annotations

from typing import Any

import pytest
from joserfc.jwk import OctKey

from tests.unit.gateway.tokens import AGENT, AGENT_KEY, BODY_HASH, NOW, RSA, assertion, entry, public_text, sign
from wardlaw.facts.principal import PrincipalKind
from wardlaw.gateway.admitted import Refused
from wardlaw.gateway.assertion import Claimed, Occasion, check_assertion
from wardlaw.gateway.keybook import HeldKey, KeyBook

OCCASION = Occasion(NOW, "POST", "/v1/chat/completions", "wardlaw")


def held(**changes: Any) -> HeldKey:
    changes = {"persons": ("user:ada",), "signing_key": public_text(AGENT_KEY)} | changes
    found = KeyBook([entry("bot", PrincipalKind.AGENT, **changes)]).find("wl_bot")
    assert found is not None
    return found


def code(text: str, key: HeldKey | None = None) -> str:
    answer = check_assertion(text, key or held(), OCCASION)
    return answer.code if isinstance(answer, Refused) else "good"


def test_a_good_assertion() -> None:
    answer = check_assertion(assertion(), held(), OCCASION)
    assert isinstance(answer, Claimed)
    assert (answer.person, answer.body) == ("user:ada", BODY_HASH)
    assert answer.until > NOW + 65  # remembered until no clock within the skew accepts it
    assert code(assertion(alg="Ed25519")) == "good"


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"exp": NOW + 61}, "WL-ADM-022"),
        ({"exp": NOW}, "WL-ADM-022"),
        ({"exp": None}, "WL-ADM-022"),
        ({"iat": None}, "WL-ADM-022"),
        ({"iat": "now"}, "WL-ADM-022"),
        ({"iat": NOW + 5.5, "exp": NOW + 60}, "WL-ADM-022"),
        ({"iat": NOW + 5, "exp": NOW + 60}, "good"),
        ({"iat": NOW - 65, "exp": NOW - 5}, "WL-ADM-022"),
        ({"iat": NOW - 64, "exp": NOW - 4}, "good"),
        ({"nbf": NOW + 6}, "WL-ADM-022"),
        ({"nbf": "x"}, "WL-ADM-022"),
        ({"nbf": NOW}, "good"),
        ({"aud": "other"}, "WL-ADM-023"),
        ({"aud": None}, "WL-ADM-023"),
        ({"aud": ["wardlaw", "other"]}, "WL-ADM-023"),
        ({"aud": ["wardlaw"]}, "good"),
        ({"iss": "agent:other"}, "WL-ADM-023"),
        ({"iss": None}, "WL-ADM-023"),
        ({"method": "GET"}, "WL-ADM-025"),
        ({"method": "POST", "path": "/v1/chat/completions"}, "good"),
        ({"path": "/v1/embeddings"}, "WL-ADM-025"),
        ({"body_sha256": None}, "WL-ADM-025"),
        ({"body_sha256": "00"}, "WL-ADM-025"),
        ({"body_sha256": "zz" * 32}, "WL-ADM-025"),
        ({"body_sha256": BODY_HASH.hex().upper()}, "good"),
        ({"sub": "user:ben"}, "WL-ADM-026"),
        ({"sub": "ada"}, "WL-ADM-026"),
        ({"sub": "agent:bot"}, "WL-ADM-026"),
        ({"sub": "user:"}, "WL-ADM-026"),
        ({"sub": None}, "WL-ADM-026"),
        ({"sub": ["user:ada"]}, "WL-ADM-026"),
        ({"jti": None}, "WL-ADM-021"),
        ({"jti": "short"}, "WL-ADM-021"),
        ({"jti": "x" * 129}, "WL-ADM-021"),
        ({"jti": "\ud800" * 8}, "good"),
    ],
    ids=str,
)
def test_claims_as_they_come(claims: dict[str, Any], expected: str) -> None:
    assert code(assertion(**claims)) == expected


def test_any_person_is_still_a_person() -> None:
    anybody = held(persons=("*",))
    assert code(assertion(sub="user:ben"), anybody) == "good"
    assert code(assertion(sub="user:ben#https://login.example/two"), anybody) == "good"
    for odd in ("user:", "user:a b", "user:*", "user:\ud800", "user:a#b#c", "nhi:x", "*"):
        assert code(assertion(sub=odd), anybody) == "WL-ADM-026"


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "e30.e30.AA", "\ud800", "." * 10, "e30." * 5000])
def test_junk_is_refused(text: str) -> None:
    assert code(text) == "WL-ADM-021"


def test_only_the_registered_key_with_its_algorithm_signs() -> None:
    claims = {"iss": "agent:bot", "sub": "user:ada", "aud": "wardlaw", "iat": NOW, "exp": NOW + 60, "jti": "12345678"}
    assert code(sign(RSA, {"alg": "RS256"}, claims)) == "WL-ADM-021"
    shared = OctKey.import_key(public_text(AGENT_KEY).encode())
    assert code(sign(shared, {"alg": "HS256"}, claims)) == "WL-ADM-021"
    assert code(assertion()[:-4] + "AAAA") == "WL-ADM-021"


def test_a_key_without_a_usable_signing_key_asserts_nothing() -> None:
    for signing_key in ("", "AAAA", "not base64!"):
        assert code(assertion(), held(signing_key=signing_key)) == "WL-ADM-020"


def test_ids_of_two_agents_do_not_meet() -> None:
    other = KeyBook([entry("two", PrincipalKind.AGENT, persons=("*",), signing_key=AGENT.signing_key)]).find("wl_two")
    assert other is not None
    first = check_assertion(assertion(), held(), OCCASION)
    second = check_assertion(assertion(iss="agent:two"), other, OCCASION)
    assert isinstance(first, Claimed)
    assert isinstance(second, Claimed)
    assert first.once != second.once

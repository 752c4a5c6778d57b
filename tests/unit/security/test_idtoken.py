from __future__ import annotations

import base64
import hashlib
from typing import Any

import msgspec
import pytest

from wardlaw.security.idtoken import (
    LOGOUT_EVENT,
    MAX_LIFE_S,
    Doubt,
    Expected,
    Identified,
    LoggedOut,
    read_id_token,
    read_logout_token,
)
from wardlaw.security.jwt import Token

NOW = 1_790_000_000.0
ISSUER, CLIENT, NONCE = "https://login.example/t", "wardlaw", "n-0S6"
EXPECTED = Expected(ISSUER, CLIENT, NONCE, since=NOW - 20, now=NOW, skew_s=60.0)
GOOD = {"iss": ISSUER, "aud": CLIENT, "sub": "2482", "iat": NOW - 1, "exp": NOW + 300, "nonce": NONCE}
OUT = {
    "iss": ISSUER, "aud": CLIENT, "sub": "2482", "sid": "s1", "iat": NOW - 1, "exp": NOW + 120, "jti": "j",
    "events": {LOGOUT_EVENT: {}},
}  # fmt: skip


def token(claims: dict[str, Any], header: dict[str, Any] | None = None) -> Token:
    return Token(
        {"alg": "RS256"} | (header or {}), {name: one for name, one in claims.items() if one is not None}, b"", b""
    )


def read(
    header: dict[str, Any] | None = None, expected: Expected = EXPECTED, access: str = "at", **claims: Any
) -> Identified | Doubt:
    return read_id_token(token(GOOD | claims, header), expected, groups_claim="groups", access_token=access)


def left(header: dict[str, Any] | None = None, **claims: Any) -> LoggedOut | Doubt:
    return read_logout_token(token(OUT | claims, header), EXPECTED)


def test_what_a_good_token_says() -> None:
    said = read(
        name="Ann", email="a@x", email_verified=True, groups=["a", "b"], auth_time=NOW - 5, acr="phr", amr=["pwd", "otp"],
        sid="s1", azp=CLIENT, hd="x",
    )  # fmt: skip
    assert isinstance(said, Identified)
    assert (said.subject, said.name, said.email, said.email_verified) == ("2482", "Ann", "a@x", True)
    assert (said.groups, said.auth_time, said.acr, said.amr, said.sid) == (
        ("a", "b"),
        NOW - 5,
        "phr",
        ("pwd", "otp"),
        "s1",
    )
    assert said.texts["hd"] == "x"
    assert isinstance(read(aud=[CLIENT]), Identified)


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"iss": ISSUER + "/"}, "another issuer"),
        ({"iss": None}, "another issuer"),
        ({"aud": "other"}, "another audience"),
        ({"aud": [CLIENT, "other"]}, "another audience"),
        ({"aud": []}, "another audience"),
        ({"aud": None}, "another audience"),
        ({"azp": "other"}, "another party"),
        ({"azp": 1}, "another party"),
        ({"nonce": "other"}, "another request"),
        ({"nonce": None}, "another request"),
        ({"nonce": NONCE + "é"}, "another request"),
        ({"exp": None}, "how long it holds"),
        ({"exp": "soon"}, "how long it holds"),
        ({"iat": None}, "how long it holds"),
        ({"nbf": "x"}, "not hold yet"),
        ({"sub": ""}, "names nobody"),
        ({"sub": None}, "names nobody"),
        ({"sub": 7}, "names nobody"),
        ({"sub": "a" * 256}, "names nobody"),
        ({"sub": "é"}, "names nobody"),
        ({"auth_time": "x"}, "time of the proof"),
    ],
)
def test_a_token_that_says_something_else_is_not_believed(claims: dict[str, Any], why: str) -> None:
    doubt = read(**claims)
    assert isinstance(doubt, Doubt)
    assert why in doubt.why


@pytest.mark.parametrize(
    ("claim", "last_good", "first_bad"),
    [
        ("exp", NOW - 59.999, NOW - 60),  # clocks may differ by a minute, and by no more, at both ends
        ("iat", NOW + 60, NOW + 60.001),
        ("iat", NOW - 80, NOW - 80.001),  # made before the browser was sent away
        ("nbf", NOW + 60, NOW + 60.001),
        ("auth_time", NOW + 60, NOW + 60.001),
    ],
)
def test_times_hold_to_the_last_moment_and_no_longer(claim: str, last_good: float, first_bad: float) -> None:
    assert isinstance(read(**{claim: last_good}), Identified)
    assert isinstance(read(**{claim: first_bad}), Doubt)


def test_an_access_token_must_be_the_one_that_came_with_it() -> None:
    half = base64.urlsafe_b64encode(hashlib.sha256(b"at").digest()[:16]).rstrip(b"=").decode()
    whole = base64.urlsafe_b64encode(hashlib.sha512(b"at").digest()[:32]).rstrip(b"=").decode()
    assert isinstance(read(at_hash=half), Identified)
    assert isinstance(read({"alg": "EdDSA"}, at_hash=whole), Identified)
    for wrong in (
        read(at_hash=half, access="other"),
        read(at_hash=whole),
        read({"alg": "HS256"}, at_hash=half),
        read(at_hash=1),
    ):
        assert isinstance(wrong, Doubt)


@pytest.mark.parametrize("typ", ["at+jwt", "logout+jwt", "application/at+jwt", "secevent+jwt", 1, ""])
def test_another_kind_of_token_of_the_same_issuer_is_none(typ: Any) -> None:
    assert isinstance(read({"typ": typ}), Doubt)
    assert isinstance(read({"typ": "JWT"}), Identified)


def test_a_fresh_proof_must_be_one() -> None:
    again = msgspec.structs.replace(EXPECTED, max_age_s=0.0, acr=("phr", "phrh"))
    assert isinstance(read(expected=again, auth_time=NOW - 80, acr="phr"), Identified)
    for wrong in (
        {"auth_time": NOW - 80.001, "acr": "phr"},
        {"acr": "phr"},
        {"auth_time": NOW},
        {"auth_time": NOW, "acr": "pwd"},
    ):
        assert isinstance(read(expected=again, **wrong), Doubt), wrong
    aged = msgspec.structs.replace(EXPECTED, max_age_s=3_600.0)
    assert isinstance(read(expected=aged, auth_time=NOW - 3_680), Identified)
    assert isinstance(read(expected=aged, auth_time=NOW - 3_680.001), Doubt)


def test_what_does_not_fit_to_be_shown_or_kept_is_left_out() -> None:
    said = read(name="a\nb", email="x" * 300, sid=7, amr=["pwd", 1, "x" * 40, "\n"], email_verified="true")
    assert isinstance(said, Identified)
    assert (said.name, said.email, said.sid, said.amr, said.email_verified) == ("", "", "", ("pwd",), False)
    one = read(groups="one")
    assert isinstance(one, Identified)
    assert one.groups == ("one",)


def test_what_a_good_logout_token_says() -> None:
    assert left() == LoggedOut("j", "2482", "s1", NOW + 180)
    assert left({"typ": "logout+jwt"}, sid=None) == LoggedOut("j", "2482", "", NOW + 180)
    assert left({"typ": "JWT"}, sub=None) == LoggedOut("j", "", "s1", NOW + 180)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "n"}, {"nonce": ""}, {"events": None}, {"events": {}}, {"events": {LOGOUT_EVENT: []}}, {"events": [LOGOUT_EVENT]},
        {"jti": None}, {"jti": "a\n"}, {"sub": None, "sid": None}, {"iss": "x"}, {"aud": "x"}, {"exp": None}, {"exp": NOW - 60},
        {"iat": NOW + 61}, {"exp": NOW + MAX_LIFE_S + 1}, {"iat": NOW - MAX_LIFE_S - 61},
    ],
)  # fmt: skip
def test_a_logout_token_that_says_something_else_ends_nothing(claims: dict[str, Any]) -> None:
    assert isinstance(left(**claims), Doubt)
    assert isinstance(left({"typ": "at+jwt"}), Doubt)

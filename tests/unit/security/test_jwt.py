from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from tests.unit.gateway.tokens import EC, OKP, RSA, b64, jwks, sign, token

from wardlaw.security.jwt import (
    IssuerKeys,
    choose_key,
    decode_base64url,
    is_name,
    is_text,
    read_jwks,
    read_object,
    read_token,
    verify,
)  # fmt: skip

# RFC 8037, appendix A: key, payload and signature.
ED25519_X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
ED25519_JWS = (
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4"
    "iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
)
# RFC 7515, appendix A.3: ES256 over a JWT.
ES256_KEY = {
    "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}  # fmt: skip
ES256_JWS = (
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)


def held(*keys: Any) -> IssuerKeys:
    found = read_jwks(jwks(*keys))
    assert found is not None
    return found


def test_rfc_7515_es256() -> None:
    read = read_token(ES256_JWS)
    assert read is not None
    assert read.claims["iss"] == "joe"
    assert verify(read, ECKey.import_key(ES256_KEY), "ES256")
    flipped = read_token(ES256_JWS.replace("eyJpc3MiOiJqb2UiLA", "eyJpc3MiOiJqb2YiLA"))
    assert flipped is not None
    assert flipped.claims["iss"] == "jof"
    assert not verify(flipped, ECKey.import_key(ES256_KEY), "ES256")


def test_rfc_8037_eddsa() -> None:
    # Its payload is plain text, so it is verified here and refused as a token.
    key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": ED25519_X})
    head, payload, signature = ED25519_JWS.split(".")
    template = read_token(token(OKP, "EdDSA"))
    raw = decode_base64url(signature)
    assert template is not None
    assert raw is not None
    signed = type(template)({}, {}, f"{head}.{payload}".encode(), raw)
    assert verify(signed, key, "EdDSA")
    assert verify(signed, key, "Ed25519")
    assert not verify(signed, OKP, "EdDSA")
    assert read_token(ED25519_JWS) is None


@pytest.mark.parametrize("alg", ["none", "HS256", "RS1", "RS512", "ES256K", "", "dir"])
def test_algorithms_not_listed_verify_nothing(alg: str) -> None:
    read = read_token(token())
    assert read is not None
    for key in (RSA, EC, OKP, OctKey.import_key(b"secret" * 8)):
        assert not verify(read, key, alg)
        assert choose_key(IssuerKeys((key,)), read, alg) is None


def test_a_key_verifies_only_with_its_own_kind_of_algorithm() -> None:
    for key, alg in ((RSA, "RS256"), (EC, "ES256"), (OKP, "EdDSA")):
        read = read_token(token(key, alg))
        assert read is not None
        good = [
            (k.key_type, a) for k in (RSA, EC, OKP) for a in ("RS256", "PS256", "ES256", "EdDSA") if verify(read, k, a)
        ]
        assert good == [(key.key_type, alg)]


def test_weak_and_misdeclared_keys_are_not_used() -> None:
    with pytest.warns(SecurityWarning):
        weak = RSAKey.generate_key(1024, {"kid": "rsa"})
    read = read_token(sign(weak, {"alg": "RS256", "kid": "rsa"}, {}))
    assert read is not None
    assert not verify(read, weak, "RS256")
    assert held(weak).keys == ()
    good = read_token(token())
    assert good is not None
    public = RSA.as_dict(private=False)
    for change in ({"use": "enc"}, {"alg": "PS256"}, {"alg": "RS512"}):
        found = read_jwks(json.dumps({"keys": [public | change]}).encode())
        assert found is not None
        assert choose_key(found, good, "RS256") is None
    assert choose_key(held(RSA), good, "RS256") is not None


def test_the_key_is_chosen_by_id_and_never_guessed() -> None:
    second = RSAKey.generate_key(2048, {"kid": "rsa2"})
    named, unnamed = read_token(token()), read_token(token(header={"kid": None}))
    assert named is not None
    assert unnamed is not None
    chosen = choose_key(held(second, RSA), named, "RS256")
    assert chosen is not None
    assert chosen.get("kid") == "rsa"
    assert choose_key(held(second, RSA), unnamed, "RS256") is None
    twin = RSAKey.generate_key(2048, {"kid": "rsa"})
    assert choose_key(held(twin, RSA), named, "RS256") is None


@pytest.mark.parametrize(
    ("raw", "usable"),
    [
        (b"", None), (b"[]", None), (b"{}", None), (b'{"keys":{}}', None), (b'{"keys":[1,null,"x",[]]}', 0),
        (b'{"keys":[{"kty":"oct","k":"AAAA"}]}', 0), (b'{"keys":[{"kty":"RSA"}]}', 0), (b'{"keys":[{"kty":["RSA"]}]}', 0),
        (b'{"keys":[{"kty":"RSA","n":"","e":""}]}', 0), (b'{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}', 0),
        (b'{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"}]}', 0), (b'{"keys":[{"kty":"AKP","pub":"AA"}]}', 0),
        (b'{"keys":[],"keys":[]}', None), (b'{"keys":[' + b",".join([b"{}"] * 201) + b"]}", None), (b"\xff", None),
    ],
)  # fmt: skip
def test_key_sets_as_they_come(raw: bytes, usable: int | None) -> None:
    found = read_jwks(raw)
    assert (None if found is None else len(found.keys)) == usable


def test_private_keys_in_a_key_set_are_left_out() -> None:
    leaked = json.dumps({"keys": [OKP.as_dict(private=True), EC.as_dict(private=False)]}).encode()
    found = read_jwks(leaked)
    assert found is not None
    assert [key.get("kid") for key in found.keys] == ["ec"]


def test_base64url_has_one_form() -> None:
    assert decode_base64url("AQ") == b"\x01"
    for text in ("AR", "AQ==", "A", "A+", "A/", "A Q", "A\nQ=", "é"):
        assert decode_base64url(text) is None


def test_objects_are_read_strictly() -> None:
    assert read_object(b'{"a":{"b":1}}') == {"a": {"b": 1}}
    for raw in (b'{"a":1,"a":1}', b'{"a":{"b":1,"b":2}}', b'{"a":NaN}', b"[]", b"1", b"\xff", b"[" * 100_000):
        assert read_object(raw) is None


def test_names() -> None:
    assert all(is_name(name) for name in ("ada", "auth0|5f", "ada@example.com", "Ädä", "a" * 256))
    assert not any(is_name(name) for name in ("", " ", "a b", "*", "a#b", "a\n", "\u202eada", "\ud800", "a" * 257))
    assert is_text("")
    assert is_text("Human resources")


def test_claims_are_read_by_type() -> None:
    read = read_token(sign(OKP, {"alg": "EdDSA"}, {"a": "x", "n": 5, "f": 1.5, "b": True, "big": 10**400, "aud": [1]}))
    assert read is not None
    assert (read.text("a"), read.text("n"), read.text("none")) == ("x", "", "")
    assert [read.number(name) for name in ("n", "f", "b", "big", "a", "none")] == [5.0, 1.5, None, None, None, None]
    assert read.audiences() == ()


@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(st.binary(max_size=40), min_size=2, max_size=4).map(lambda p: ".".join(map(b64, p))),
    )
)
def test_reading_never_raises(text: str) -> None:
    read = read_token(text)
    assert read is None or isinstance(read.claims, dict)


@given(st.binary(max_size=200), st.sampled_from(["RS256", "PS256", "ES256", "EdDSA"]))
def test_verifying_never_raises_and_never_accepts_junk(signature: bytes, alg: str) -> None:
    read = read_token(f"{b64(b'{}')}.{b64(b'{}')}.{b64(signature or b'x')}")
    assert read is not None
    assert not any(verify(read, key, alg) for key in (RSA, EC, OKP))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda x: st.lists(x, max_size=3) | st.dictionaries(st.sampled_from(["keys", "kty", "n", "e", "x", "y", "crv", "kid", "use", "alg"]), x, max_size=6), max_leaves=10))  # fmt: skip
def test_key_sets_never_raise(document: Any) -> None:
    found = read_jwks(json.dumps({"keys": [document]}).encode())
    assert found is not None
    assert found.keys == ()

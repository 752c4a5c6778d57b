from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from tests.unit.connectors.scripted import NOW, Answer, Platform
from wardlaw.connectors.googletoken import SCOPES, GoogleToken
from wardlaw.facts.errors import ConfigError, UnavailableError

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_file(key=KEY) -> str:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return json.dumps(
        {
            "type": "service_account",
            "client_email": "w@acme.example",
            "private_key": pem.decode(),
            "token_uri": "https://t.example/token",
        }
    )


def token(platform: Platform, clock=lambda: NOW) -> GoogleToken:
    return GoogleToken(key_file(), "admin@acme.example", client=platform.client(), path="/token", clock=clock)


def decoded(part: str) -> dict:
    return json.loads(base64.urlsafe_b64decode(part + "=="))


def test_a_token_is_asked_for_with_a_signed_word_and_renewed_before_it_ends(platform: Platform) -> None:
    platform.on(
        "/token",
        Answer({"access_token": "one", "expires_in": 3600}),
        Answer({"access_token": "two", "expires_in": 3600}),
    )
    now = [NOW]
    made = token(platform, lambda: now[0])
    assert made.headers() == made.headers() == {"authorization": "Bearer one"}
    now[0] += 3_301
    assert made.headers() == {"authorization": "Bearer two"}
    assert len(platform.forms) == 2
    head, claims, signature = platform.forms[0]["assertion"].split(".")
    KEY.public_key().verify(
        base64.urlsafe_b64decode(signature + "=="), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256()
    )
    assert decoded(claims) == {
        "iss": "w@acme.example", "sub": "admin@acme.example", "scope": " ".join(SCOPES), "aud": "https://t.example/token",
        "iat": int(NOW), "exp": int(NOW) + 3600,
    }  # fmt: skip


@pytest.mark.parametrize(
    "answer", [Answer({"error": "unauthorized_client"}, 401), Answer({"access_token": 3, "expires_in": 1}), Answer([1])]
)
def test_no_token_is_told(platform: Platform, answer: Answer) -> None:
    platform.on("/token", answer)
    with pytest.raises(UnavailableError):
        token(platform).headers()


@pytest.mark.parametrize(
    "text",
    ["", "{}", '{"client_email": "a", "private_key": "no key"}', key_file(ec.generate_private_key(ec.SECP256R1()))],
)
def test_what_is_no_key_file(platform: Platform, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        GoogleToken(text, "a@b", client=platform.client(), path="/", clock=lambda: NOW)
    assert caught.value.code == "WL-INV-011"

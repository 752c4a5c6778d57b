from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from wardlaw.connectors.signedword import SigningKey
from wardlaw.facts.errors import ConfigError

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key=KEY) -> str:
    made = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.decode()


def certificate() -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "wardlaw")])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, KEY.public_key(), 7, begin, begin + timedelta(days=90))
    return builder.sign(KEY, hashes.SHA256())


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "==")


def test_a_word_that_its_key_has_signed() -> None:
    word = SigningKey(pem(), of="Okta").signed({"iss": "c"}, kid="k")
    head, claims, signature = word.split(".")
    KEY.public_key().verify(decoded(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    assert json.loads(decoded(head)) == {"alg": "RS256", "typ": "JWT", "kid": "k"}
    assert json.loads(decoded(claims)) == {"iss": "c"}


def test_the_thumbprint_of_the_certificate_behind_it() -> None:
    made = certificate()
    both = pem() + made.public_bytes(serialization.Encoding.PEM).decode()
    assert decoded(SigningKey(both, of="Entra").thumbprint) == made.fingerprint(hashes.SHA256())
    assert SigningKey(pem(), of="Entra").thumbprint == ""


@pytest.mark.parametrize(
    "text",
    ["", "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----", pem(ec.generate_private_key(ec.SECP256R1()))],
)
def test_what_is_no_such_key(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        SigningKey(text, of="Okta")
    assert caught.value.code == "WL-INV-044"
    assert "PRIVATE" not in str(caught.value)

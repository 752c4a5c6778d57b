"""A signed word verifies with the public key, and only RSA keys sign."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding

from tests.unit.connectors.test_googletoken import KEY, key_file
from wardlaw.connectors.signedjwt import read_rsa_key, signed_jwt


def test_what_is_signed_verifies_and_what_was_changed_does_not() -> None:
    head, claims, signature = signed_jwt({"iss": "a", "exp": 5}, KEY).split(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    KEY.public_key().verify(raw, f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    assert json.loads(base64.urlsafe_b64decode(head + "==")) == {"alg": "RS256", "typ": "JWT"}
    assert json.loads(base64.urlsafe_b64decode(claims + "==")) == {"iss": "a", "exp": 5}
    with pytest.raises(InvalidSignature):
        KEY.public_key().verify(raw, f"{head}.x{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())


def test_only_rsa_keys_are_read() -> None:
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    assert read_rsa_key(json.loads(key_file())["private_key"]) is not None
    assert read_rsa_key(ec.generate_private_key(ec.SECP256R1()).private_bytes(*form).decode()) is None
    assert read_rsa_key("no key") is None

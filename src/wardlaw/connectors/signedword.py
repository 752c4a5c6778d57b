"""A signed word that an app says who it is with, instead of a secret (RFC 7523, private_key_jwt)."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import orjson
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from wardlaw.facts.errors import ConfigError

LIFE_S = 300
"""How long a word holds, in seconds: it is used at once."""


class SigningKey:
    """An RSA key, with the certificate it belongs to where there is one.

    Args:
        pem: The private key in PEM, with the certificate behind it for Entra.
        of: Whose it is, for the error.

    Raises:
        ConfigError: It is none (WL-INV-044).
    """

    def __init__(self, pem: str, *, of: str) -> None:
        try:
            key = serialization.load_pem_private_key(pem.encode(), password=None)
            certificates = x509.load_pem_x509_certificates(pem.encode()) if "BEGIN CERTIFICATE" in pem else []
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise _no_key(of) from error
        if not isinstance(key, rsa.RSAPrivateKey):
            raise _no_key(of)
        self._key = key
        self.thumbprint = _base64(certificates[0].fingerprint(hashes.SHA256())) if certificates else ""

    def signed(self, claims: Mapping[str, object], **head: str) -> str:
        """The word in compact form, signed with RS256."""
        text = f"{_base64(orjson.dumps({'alg': 'RS256', 'typ': 'JWT', **head}))}.{_base64(orjson.dumps(claims))}"
        return f"{text}.{_base64(self._key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _no_key(of: str) -> ConfigError:
    return ConfigError(
        "WL-INV-044",
        f"The credential of {of} is no RSA private key in PEM without a password.",
        "Make a key of 2048 bits or more; Entra needs the certificate behind it in the same file.",
    )


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

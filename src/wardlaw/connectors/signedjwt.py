"""A signed word of a service account or app about itself (RFC 7519, RS256), which a platform changes for a token."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import orjson
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def read_rsa_key(pem: str) -> rsa.RSAPrivateKey | None:
    """The private key of a PEM text; None where it holds none, or one of another kind."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, rsa.RSAPrivateKey) else None


def signed_jwt(claims: Mapping[str, object], key: rsa.RSAPrivateKey) -> str:
    """The claims, signed."""
    text = f"{_encoded({'alg': 'RS256', 'typ': 'JWT'})}.{_encoded(claims)}"
    return f"{text}.{_base64(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _encoded(value: Mapping[str, object]) -> str:
    return _base64(orjson.dumps(value))


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

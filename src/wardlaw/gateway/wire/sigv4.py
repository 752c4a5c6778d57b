"""AWS Signature Version 4 of a request whose body is at hand.

Source: AWS General Reference, "Create a signed AWS API request" (2026-11). The vectors AWS publishes for it
(``aws-sig-v4-test-suite``) stand in the tests.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import quote

import msgspec

_ALGORITHM = "AWS4-HMAC-SHA256"


class SigningKey(msgspec.Struct, frozen=True):
    """Whose signature it is, and what for; ``secret`` never leaves this file."""

    id: str
    secret: str
    region: str
    service: str

    def __repr__(self) -> str:
        return f"SigningKey({self.id}, {self.region}, {self.service})"


class Unsigned(msgspec.Struct, frozen=True, kw_only=True):
    """What is signed.

    Attributes:
        path: As it is sent, escapes and all.
        query: As it is sent, without the question mark; every name and value escaped already.
        headers: Those that are signed, ``host`` and ``x-amz-date`` among them.
    """

    method: str = "POST"
    path: str
    query: str = ""
    headers: Sequence[tuple[str, str]]
    body: bytes = b""


def sign(key: SigningKey, unsigned: Unsigned, *, stamp: str) -> str:
    """The value of the ``authorization`` header.

    Args:
        stamp: Time of signing, ``YYYYMMDD'T'HHMMSS'Z'``, as in ``x-amz-date``.
    """
    fields: dict[str, list[str]] = {}
    for name, value in unsigned.headers:
        fields.setdefault(name.lower(), []).append(" ".join(value.split()))
    names = ";".join(sorted(fields))
    request = "\n".join(
        (
            unsigned.method,
            # Escaped once more: so it is for every service but S3.
            quote(unsigned.path or "/", safe="/-_.~"),
            _in_order(unsigned.query),
            *(f"{name}:{','.join(fields[name])}" for name in sorted(fields)),
            "",
            names,
            hashlib.sha256(unsigned.body).hexdigest(),
        )
    )
    scope = f"{stamp[:8]}/{key.region}/{key.service}/aws4_request"
    text = "\n".join((_ALGORITHM, stamp, scope, hashlib.sha256(request.encode()).hexdigest()))
    signature = _mac(_derive(key, stamp[:8]), text).hex()
    return f"{_ALGORITHM} Credential={key.id}/{scope}, SignedHeaders={names}, Signature={signature}"


def _derive(key: SigningKey, day: str) -> bytes:
    """The key of one day, region and service."""
    made = ("AWS4" + key.secret).encode()
    for part in (day, key.region, key.service, "aws4_request"):
        made = _mac(made, part)
    return made


def _mac(key: bytes, text: str) -> bytes:
    # Not ``facts.mac``: its memory is for the few lasting keys of the installation.
    return hmac.digest(key, text.encode(), "sha256")


def _in_order(query: str) -> str:
    """The parts of a query by name, then by value."""
    pairs = sorted(part.partition("=")[::2] for part in query.split("&")) if query else []
    return "&".join(f"{name}={value}" for name, value in pairs)

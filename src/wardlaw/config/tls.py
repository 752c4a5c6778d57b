"""The certificate that a listener shows."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""For TLS 1.2: forward secrecy and authenticated encryption alone (RFC 9325, section 4.2); TLS 1.3 knows nothing else."""


class Tls(msgspec.Struct, frozen=True):
    """A certificate and its key, both PEM files."""

    cert: Annotated[str, Meta(description="Certificate chain, PEM file.")] = ""
    key: Annotated[str, Meta(description="Private key of the certificate, PEM file readable by the service alone.")] = (
        ""
    )

    def __bool__(self) -> bool:
        return bool(self.cert and self.key)

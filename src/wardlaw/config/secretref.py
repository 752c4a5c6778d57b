"""What stands in many places of the configuration: where a secret is, and whose certificates are trusted."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Certificates = Annotated[str, Meta(description="Authorities that sign the other side, PEM; empty: the system's.")]


class SecretRef(msgspec.Struct, frozen=True):
    """Where a secret stands; the secret itself never stands in the file.

    Attributes:
        kind: ``env`` or ``file``; ``""`` when no secret is set.
        name: Name of the environment variable or path of the file.
    """

    kind: str = ""
    name: str = ""

    def __bool__(self) -> bool:
        return bool(self.kind)

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.kind else ""

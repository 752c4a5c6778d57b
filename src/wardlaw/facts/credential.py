"""What a caller of the gateway authenticates with, as the gateway keeps it in memory."""

from __future__ import annotations

import msgspec

from wardlaw.facts.principal import Principal


class KeyEntry(msgspec.Struct, frozen=True):
    """One Wardlaw key. The secret itself is shown once and never stored.

    Attributes:
        id: ``key:<slug>``; may be printed.
        secret_sha256: Hex digest of the whole key text. The key carries 256 random bits, so a plain
            digest cannot be brute-forced and costs the hot path under a microsecond.
        models: Models it may ask for; empty means all registered ones.
        routes: Surfaces it may use; empty means all.
        expires_at: Unix seconds; 0 never.
        revoked_at: Unix seconds; 0 when it is not revoked.
        persons: Persons this agent key may act for (ids, ``*`` any); empty means none.
        signing_key: Ed25519 public key (base64) that signs agent assertions; ``""`` when none.
    """

    id: str
    secret_sha256: str
    principal: Principal
    models: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    expires_at: float = 0.0
    revoked_at: float = 0.0
    persons: tuple[str, ...] = ()
    signing_key: str = ""


class RegisteredSecret(msgspec.Struct, frozen=True):
    """Keyed fingerprint of a secret or tripwire the operator registered; the text is not kept.

    Attributes:
        id: Name the operator gave, ``secret:<slug>`` or ``tripwire:<slug>``.
        length: Length of the secret in characters.
        prefix_length: Length of the part that the rolling hash covers, one of a few sizes.
        prefix_hash: Rolling hash of that part under the installation's base, as an unsigned 64-bit number.
        mac: HMAC-SHA256 (hex) of the whole secret under the installation's fingerprint key.
        tripwire: A planted token that nobody honest would send.
        spaced: The secret contains white space (a pass phrase).
    """

    id: str
    length: int
    prefix_length: int
    prefix_hash: int
    mac: str
    tripwire: bool = False
    spaced: bool = False

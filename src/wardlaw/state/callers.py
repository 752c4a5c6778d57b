"""Under which keys callers, persons and sessions are remembered: digests, so that state and profiles hold no names."""

from __future__ import annotations

from wardlaw.facts.mac import hmac_sha256

CALLER, SESSION = "caller", "session"


def state_key(secret: bytes, kind: str, *names: str) -> bytes:
    """Keyed 16-byte digest under which the state authority knows a principal, a person or a session."""
    return hmac_sha256(secret, "\x00".join((kind, *names)).encode("utf-8", "surrogatepass"))[:16]

"""HMAC-SHA256 of short messages, without what OpenSSL asks for each one.

Through OpenSSL 3 one HMAC costs several times the two hashes it consists of, and lets go of the interpreter
lock besides: on a busy gateway another thread takes it, and the caller waits.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

_BLOCK_BYTES = 64  # of SHA-256
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """The 32 bytes of RFC 2104's HMAC with SHA-256.

    Args:
        key: Secret of any length; a longer one than 64 bytes is hashed first.
        message: Best below 2 KiB: longer ones let go of the interpreter lock after all.
    """
    inner, outer = _pads(key)
    return sha256(outer + sha256(inner + message).digest()).digest()


@lru_cache(maxsize=64)  # an installation has a handful of such keys
def _pads(key: bytes) -> tuple[bytes, bytes]:
    padded = (sha256(key).digest() if len(key) > _BLOCK_BYTES else key).ljust(_BLOCK_BYTES, b"\0")
    return padded.translate(_INNER), padded.translate(_OUTER)

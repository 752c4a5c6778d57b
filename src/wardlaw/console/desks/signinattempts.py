"""Browsers on their way to the identity provider and back: sealed in a cookie, used once.

Nothing is kept here for a browser that is only sent away, so that nobody can fill anything by asking. The cookie is
sealed with a key of this process: after a restart one begins anew. What comes back is remembered until it would have
expired anyway.

Sources: OpenID Connect Core 1.0, 3.1.2.1 (state, nonce); RFC 7636 (PKCE, S256); RFC 9700, 2.1 and 4.7.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from wardlaw.facts.errors import InputError

ATTEMPT_S = 600.0
"""Long enough to find the second factor; the provider's own page gives up sooner."""

_MOST_USED = 10_000
_NONCE_BYTES = 12  # AES-GCM, NIST SP 800-38D
_RANDOM_BYTES = 32
_CONTEXT = b"wardlaw sign-in attempt v1"


class SignInAttempt(msgspec.Struct, frozen=True):
    """One way to the provider and back; ``at`` in Unix seconds.

    Attributes:
        state: Comes back with the answer: it answers this request.
        nonce: Comes back in the ID token.
        verifier: Proves to the provider that whoever has the code is who asked for it.
        session: Whose person is to prove again who they are; empty where a session is to begin.
        old: Text of the session the browser has until then, which does not come back with it; empty without one.
    """

    state: str
    nonce: str
    verifier: str
    to: str
    at: float
    session: str = ""
    person: str = ""
    old: str = ""

    @property
    def challenge(self) -> str:
        """What the provider is told of the verifier (RFC 7636, 4.2)."""
        return _base64(hashlib.sha256(self.verifier.encode()).digest())


class SignInAttempts:
    """Seals and opens them.

    Args:
        clock: Unix seconds.
        entropy: That many random bytes.
    """

    def __init__(self, *, clock: Callable[[], float], entropy: Callable[[int], bytes]) -> None:
        self._clock = clock
        self._entropy = entropy
        self._seal = AESGCM(entropy(32))
        self._used: dict[str, float] = {}

    def begin(self, to: str, *, session: str = "", person: str = "", old: str = "") -> SignInAttempt:
        """A new one."""
        state, nonce, verifier = (_base64(self._entropy(_RANDOM_BYTES)) for _ in range(3))
        return SignInAttempt(state, nonce, verifier, to, self._clock(), session, person, old)

    def seal(self, attempt: SignInAttempt) -> str:
        """The text of its cookie."""
        nonce = self._entropy(_NONCE_BYTES)
        return _base64(nonce + self._seal.encrypt(nonce, msgspec.json.encode(attempt), _CONTEXT))

    def open(self, sealed: str, *, state: str) -> SignInAttempt:
        """The attempt that an answer belongs to; it can be opened once.

        Raises:
            InputError: There is none: another browser's, too old, used, or the answer to another one (WL-OID-004).
        """
        attempt = self._unsealed(sealed)
        now = self._clock()
        if (
            attempt is None
            or not 0 <= now - attempt.at <= ATTEMPT_S
            or not hmac.compare_digest(attempt.state.encode(), state.encode())
        ):
            raise _unknown()
        self._used = {one: until for one, until in self._used.items() if until > now}
        # Full only when more come back within ten minutes than the pace lets in: then nobody does, rather than twice.
        if attempt.state in self._used or len(self._used) >= _MOST_USED:
            raise _unknown()
        self._used[attempt.state] = attempt.at + ATTEMPT_S + 1.0
        return attempt

    def _unsealed(self, sealed: str) -> SignInAttempt | None:
        try:
            raw = base64.urlsafe_b64decode(sealed.encode() + b"=" * (-len(sealed) % 4))
            text = self._seal.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _CONTEXT)
            return msgspec.json.decode(text, type=SignInAttempt)
        except (ValueError, InvalidTag, msgspec.MsgspecError):
            return None


def _unknown() -> InputError:
    return InputError(
        "WL-OID-004",
        "This answer belongs to no sign-in of this browser: it is too old, was used before, or began elsewhere.",
        "Sign in again.",
    )


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

"""What admission says: who stands at the door and how far its credential reaches, or why nobody does."""

from __future__ import annotations

import msgspec

from wardlaw.facts.principal import Principal


class Scope(msgspec.Struct, frozen=True):
    """How far a credential reaches; ``None`` is everywhere."""

    models: frozenset[str] | None = None
    routes: frozenset[str] | None = None

    def intersect(self, other: Scope) -> Scope:
        """What both reach."""
        return Scope(_both(self.models, other.models), _both(self.routes, other.routes))

    def unite(self, other: Scope) -> Scope:
        """What either reaches."""
        return Scope(_either(self.models, other.models), _either(self.routes, other.routes))


class Admitted(msgspec.Struct, frozen=True):
    """An authenticated caller.

    Attributes:
        bound_body: SHA-256 of the only body this admission is good for; ``b""`` when any is. Set where
            the credential names a body that had not been read yet: see ``check_body``.
        delta: Change of the state (a single-use id was used), for the record of the first decision.
    """

    principal: Principal
    scope: Scope = Scope()
    bound_body: bytes = b""
    delta: bytes = b""


class Refused(msgspec.Struct, frozen=True):
    """Nobody is admitted.

    Attributes:
        code: For the operator's log; says exactly why. Never goes to the caller.
        detail: The same in words, without secrets.
        key: Id of the key or issuer concerned, where one was recognised.
        status: HTTP status for the caller.
        public_code: What the caller is told; one code for nearly everything, so that it is no oracle.
    """

    code: str
    detail: str
    key: str = ""
    status: int = 401
    public_code: str = "WL-ADM-001"
    message: str = "The credential is missing or not accepted."
    hint: str = "Send a valid Wardlaw key or a token of the identity provider as `Authorization: Bearer …`."


def refuse(code: str, detail: str, *, key: str = "") -> Refused:
    """A refusal that tells the caller nothing but that it was refused, or what it can do about it."""
    public = _TOLD.get(code)
    if public is None:
        return Refused(code, detail, key)
    status, message, hint = public
    return Refused(code, detail, key, status, code, message, hint)


# Only those who hold the genuine credential ever meet these, so telling them gives nothing away.
_TOLD: dict[str, tuple[int, str, str]] = {
    "WL-ADM-005": (401, "This key has expired.", "Ask for a new one: `wardlaw key rotate`."),
    "WL-ADM-006": (401, "This key has been revoked.", "Ask whoever issued it for a new one."),
    "WL-ADM-015": (401, "This token has expired.", "Sign in again for a new one."),
    "WL-ADM-019": (
        503,
        "Tokens cannot be checked now: the identity provider's keys are not available.",
        "Try again in a minute, or use a Wardlaw key.",
    ),
}


def _both(first: frozenset[str] | None, second: frozenset[str] | None) -> frozenset[str] | None:
    if first is None:
        return second
    return first if second is None else first & second


def _either(first: frozenset[str] | None, second: frozenset[str] | None) -> frozenset[str] | None:
    return None if first is None or second is None else first | second

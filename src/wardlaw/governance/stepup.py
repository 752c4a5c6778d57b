"""What a browser's session may do only after the person has shown a moment ago that it is them.

A session can be left open or stolen. Whatever changes something for others therefore needs a fresh proof, unless it is
named here: the table lists the exceptions, so that an operation nobody thought of asks for the proof.

Sources: OWASP ASVS 5.0, V7.5 (sensitive functions need another authentication); NIST SP 800-63B-4, section 5.2.
"""

from __future__ import annotations

import msgspec

from wardlaw.facts.signin import SignInMethod
from wardlaw.governance.operations import Operation

ENROLMENT_S = 900.0
"""How long after a one-time token somebody may choose what they sign in with, in seconds."""

ENROLS: frozenset[str] = frozenset({"passwords.set", "passkeys.add"})
"""What a one-time token may be used for beside looking."""

EVERYDAY: frozenset[str] = frozenset(
    {
        # Signing in, out and proving are what proofs are made by.
        "session.redeem",
        "session.enter_token",
        "session.enter_password",
        "session.enter_passkey",
        "session.prove",
        "provider.finish",
        "provider.ended",
        "session.leave",
        "session.end_own",
        "tokens.revoke_own",
        # Asking, telling and handing in: somebody else says yes, and what was said can be said anew.
        "appeals.make",
        "canaries.run",
        "erasures.request",
        "gates.add",
        "gates.run",
        "grants.answer",
        "holds.place",
        "intake.ask",
        "outcomes.add",
        "policy.backtest",
        "policy.review",
        "prunings.request",
        "register.put",
        "samples.send",
        "serious.open",
        "systems.add",
        "waivers.request",
        # One's own drafts of answers and saved views: nobody else sees them, and nothing follows from them.
        "classification.keep_draft",
        "classification.drop_draft",
        # Others see a drafted revocation, and it takes nothing away: confirming it is what needs the proof.
        "revocations.draft",
        "views.save",
        "views.remove",
        # Reading what is outside: nothing inside is decided by it alone.
        "inventory.begin",
        "inventory.take",
        "inventory.end",
        "inventory.deliver",
        "inventory.channel",
        "signals.settle",
    }
)


class Standing(msgspec.Struct, frozen=True):
    """What a person can show: a password, how many passkeys, and whether an identity provider has vouched for them.

    Attributes:
        changed_at: When a password was set or a passkey added last, of those that are there; Unix seconds, 0.0 for never.
        password_set_at: The same of the password alone.
    """

    password: bool = False
    passkeys: int = 0
    provider: bool = False
    changed_at: float = 0.0
    password_set_at: float = 0.0

    @property
    def is_empty(self) -> bool:
        """Nothing yet: only a one-time token opens a session."""
        return not (self.password or self.passkeys or self.provider)


class LastProof(msgspec.Struct, frozen=True):
    """How and when (Unix seconds) the person of a session last showed who they are."""

    method: SignInMethod
    at: float


def needs_proof(operation: Operation) -> bool:
    """Whether a browser's session needs a fresh proof for this operation."""
    return operation.changes and operation.id not in EVERYDAY


def is_proven(operation: Operation, proof: LastProof, standing: Standing, *, now: float, within_s: float) -> bool:
    """Whether a proof is fresh and strong enough for an operation that needs one."""
    passed = now - proof.at
    if proof.method is SignInMethod.ONE_TIME_TOKEN:
        return 0 <= passed <= ENROLMENT_S and _may_enrol(operation, standing)
    return 0 <= passed <= within_s and is_strong(proof.method, standing)


def is_strong(method: SignInMethod, standing: Standing) -> bool:
    """Whether a method suffices for this person: a password only where they have nothing better."""
    match method:
        case SignInMethod.PASSKEY | SignInMethod.IDENTITY_PROVIDER:
            return True
        case SignInMethod.PASSWORD:
            return not standing.passkeys and not standing.provider
        case _:
            return False


def _may_enrol(operation: Operation, standing: Standing) -> bool:
    """A one-time token of an admin sets a password anew; a passkey it adds only where there is none to ask for."""
    if operation.id == "passkeys.add":
        return not standing.passkeys
    return operation.id in ENROLS

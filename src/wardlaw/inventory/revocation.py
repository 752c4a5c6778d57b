"""What a revocation consists of: calls that take something away, and what shows that it is gone."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class StepKind(StrEnum):
    """What one call of a platform takes away."""

    GRANT = "grant"  # what one account, or the organisation, lets an app do
    CREDENTIAL = "credential"  # one key or token
    APP = "app"  # everything of an app in the directory: switched off or uninstalled
    SESSIONS = "sessions"  # the sessions of an account, where the platform can end them


class RevocationStep(msgspec.Struct, frozen=True):
    """One call that takes one thing away.

    Attributes:
        id: Unique in its revocation.
        subject: Id of the grant, credential, app or account, as the inventory has it.
        account: Whose it is; empty for the whole directory.
        app: Client id; empty where it is about no app.
        call: The request in words, such as ``DELETE /admin/directory/v1/users/{id}/tokens/{client}``; never a secret.
        undo: How a person gives it back, one sentence; empty where that cannot be done.
    """

    id: str
    kind: StepKind
    subject: str
    account: str
    app: str
    call: str
    undo: str = ""


class Presence(StrEnum):
    """What reading again, or introspection, says of a thing."""

    GONE = "gone"
    THERE = "there"
    UNKNOWN = "unknown"  # it could not be read


class RevocationProof(msgspec.Struct, frozen=True):
    """One look at a thing after its call.

    Attributes:
        method: How it was looked at, such as ``re-read`` or ``introspection (RFC 7662)``.
        status: Of the platform's answer; 0 where there was none.
        digest: SHA-256 of the answer's bytes in hexadecimal; empty where there was none.
        at: Unix seconds, ours.
        tokens_until: Tokens that were given before may work until then, Unix seconds; 0 where none can, or nobody knows.
        detail: One sentence, without anything secret.
    """

    presence: Presence
    method: str
    status: int = 0
    digest: str = ""
    at: float = 0.0
    tokens_until: float = 0.0
    detail: str = ""


class CallOutcome(msgspec.Struct, frozen=True):
    """How the platform answered a step's call.

    Attributes:
        done: It says that it has done it, or that there was nothing left to do.
        status: HTTP status; 0 where no answer came.
        detail: One sentence, without anything secret.
    """

    done: bool
    status: int = 0
    detail: str = ""

"""How a person showed who they are."""

from __future__ import annotations

from enum import StrEnum


class SignInMethod(StrEnum):
    """What was shown when somebody signed in, or proved again who they are."""

    ONE_TIME_TOKEN = "one-time-token"  # made by an admin: opens a session, and counts as no proof of the person
    PASSWORD = "password"
    PASSKEY = "passkey"
    IDENTITY_PROVIDER = "identity-provider"

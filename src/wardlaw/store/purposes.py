"""The named keys that hang on the installation's root secret; every process derives the same ones."""

from __future__ import annotations

from typing import NamedTuple

from wardlaw.store.keyring import Keyring

_FINGERPRINT = "fingerprint/mac"
_FINGERPRINT_BASE = "fingerprint/base"
_SUBJECTS = "data-subjects"
_SESSIONS = "sessions"
_STATE = "state-keys"
_TRIPWIRES = "prompt-tripwires"
_LIFE = "clause-life"
_CANARIES = "canaries"
_DEVICES = "console-devices"


class Purposes(NamedTuple):
    """Derived keys.

    Attributes:
        fingerprint: HMAC key of registered secrets.
        fingerprint_base: Odd base of their rolling hash, modulo 2^64.
        subjects: Key of the digests by which data subjects are counted.
        sessions: Key of session ids.
        state: Key of the digests under which the state authority knows people.
        tripwires: Key of the tokens planted in system prompts.
        life: Key of the marks on rows of the life of clauses.
        canaries: Key of the marks of canaries, of their credentials and of what is planted for them.
        devices: Key of the cookies by which the console knows browsers somebody signed in with before.
    """

    fingerprint: bytes
    fingerprint_base: int
    subjects: bytes
    sessions: bytes
    state: bytes
    tripwires: bytes
    life: bytes
    canaries: bytes
    devices: bytes


def derive_purposes(keyring: Keyring) -> Purposes:
    """The derived keys of an installation."""
    return Purposes(
        fingerprint=keyring.derive(_FINGERPRINT),
        fingerprint_base=int.from_bytes(keyring.derive(_FINGERPRINT_BASE)[:8], "big") | 1,
        subjects=keyring.derive(_SUBJECTS),
        sessions=keyring.derive(_SESSIONS),
        state=keyring.derive(_STATE),
        tripwires=keyring.derive(_TRIPWIRES),
        life=keyring.derive(_LIFE),
        canaries=keyring.derive(_CANARIES),
        devices=keyring.derive(_DEVICES),
    )

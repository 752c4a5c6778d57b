"""Opens what is sealed of held calls, for those who may answer them."""

from __future__ import annotations

import msgspec
from sqlalchemy.engine import Connection

from wardlaw.facts.approval import HeldDetail
from wardlaw.facts.errors import EvidenceError, InputError
from wardlaw.store.approvals import SealedDetail, forget_calls_of
from wardlaw.store.keyring import Keyring

_ERASED = "WL-KEY-010"


class HeldDesk:
    """Reads held calls.

    Args:
        keyring: Opens what is not erased.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def forget(self, connection: Connection, subject: str) -> int:
        """Let go of the held calls of a subject, id or pseudonym, before its keys go; answers how many."""
        return forget_calls_of(connection, self._keyring.same_subject(subject))

    def open(self, sealed: SealedDetail) -> HeldDetail | None:
        """What the person who is asked must see; None when it was erased.

        Raises:
            EvidenceError: It is not what was sealed (WL-KEY-009), or not of this version (WL-CTL-002).
        """
        try:
            plaintext = self._keyring.unseal(sealed.subject, sealed.part, sealed.ciphertext)
        except InputError as error:
            if error.code == _ERASED:
                return None
            raise
        try:
            return msgspec.json.decode(plaintext, type=HeldDetail)
        except msgspec.MsgspecError as error:
            raise EvidenceError(
                "WL-CTL-002",
                "What is sealed of this held call opens, but is not of this version.",
                "Read it with the version of Wardlaw that wrote it.",
            ) from error

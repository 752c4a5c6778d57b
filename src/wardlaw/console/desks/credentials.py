"""Seals credentials of servers of tools, and destroys the keys of those that are gone. It opens none."""

from __future__ import annotations

from wardlaw.store.approvals import SealedDetail
from wardlaw.store.credentials import seal_credential
from wardlaw.store.keyring import Keyring


class CredentialDesk:
    """Seals and erases.

    Args:
        keyring: Holds the data keys.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def seal(self, server: str, name: str, value: str, *, nonce: bytes, now: float) -> SealedDetail:
        """A value, bound to its server and name; see ``seal_credential``.

        Raises:
            UnavailableError: WL-KEY-008, the key database cannot be used.
        """
        return seal_credential(self._keyring, server, name, value, nonce=nonce, now=now)

    def erase(self, subject: str) -> None:
        """Destroy the data key of a credential, by its pseudonym. Repeating is harmless.

        Raises:
            UnavailableError: WL-KEY-008, or WL-KEY-018: deleted, but traces may remain until it runs again.
        """
        self._keyring.erase(subject)

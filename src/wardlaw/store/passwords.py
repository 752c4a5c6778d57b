"""Passwords of persons: digested with Argon2id, never readable again.

Parameters: OWASP Password Storage Cheat Sheet (Argon2id, 19 MiB, two passes, one lane), which it calls equivalent in
strength to its other choices; RFC 9106 for the function. Checking costs some 30 ms and that memory, whoever asks.
"""

from __future__ import annotations

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.governance.passwordrules import MAX_LENGTH, normalised
from wardlaw.store.signingtables import PASSWORD

SALT_BYTES = 16
"""RFC 9106, section 3.1: sixteen bytes for passwords."""

_NOBODY = "nobody's password, against which the attempts of unknown names are tried"


class PasswordCost(msgspec.Struct, frozen=True):
    """What one digest costs: memory in KiB, passes over it, and lanes."""

    memory_kib: int = 19_456
    passes: int = 2
    lanes: int = 1


class Passwords:
    """Digests and checks passwords. Takes long on purpose: not for an event loop's thread.

    Args:
        cost: What a digest costs.
        salt: Random bytes for the digest that unknown names are tried against.
    """

    def __init__(self, cost: PasswordCost, *, salt: bytes) -> None:
        self._hasher = PasswordHasher(
            time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes, salt_len=SALT_BYTES
        )
        self._nobodys = self.encode(_NOBODY, salt=salt)

    def encode(self, password: str, *, salt: bytes) -> str:
        """The text to keep for a password.

        Args:
            salt: ``SALT_BYTES`` random bytes.
        """
        return self._hasher.hash(normalised(password), salt=salt)

    def is_right(self, encoded: str, password: str) -> bool:
        """Whether a password is the kept one; with nothing kept it takes as long and is not."""
        try:
            self._hasher.verify(encoded or self._nobodys, normalised(password)[: MAX_LENGTH + 1])
        except (VerificationError, InvalidHashError):
            return False
        return bool(encoded)

    def is_outdated(self, encoded: str) -> bool:
        """Whether it was made at another cost than would be paid now."""
        return self._hasher.check_needs_rehash(encoded)


def encoded_of(connection: Connection, person_id: str) -> str:
    """What is kept for a person; empty when they have no password."""
    return connection.execute(select(PASSWORD.c.encoded).where(PASSWORD.c.person == person_id)).scalar() or ""


def keep_password(connection: Connection, person_id: str, encoded: str, *, now: float) -> None:
    """Keep another password for a person."""
    forget_password(connection, person_id)
    connection.execute(insert(PASSWORD).values(person=person_id, encoded=encoded, set_at=now))


def renew_password(connection: Connection, person_id: str, encoded: str) -> None:
    """Keep the same password as it is encoded at today's cost; the person has changed nothing."""
    connection.execute(update(PASSWORD).where(PASSWORD.c.person == person_id).values(encoded=encoded))


def set_at_of(connection: Connection, person_id: str) -> float:
    """When a person chose their password, in Unix seconds; 0.0 when they have none."""
    return connection.execute(select(PASSWORD.c.set_at).where(PASSWORD.c.person == person_id)).scalar() or 0.0


def forget_password(connection: Connection, person_id: str) -> bool:
    """Take a person's password away; answers whether there was one."""
    return connection.execute(delete(PASSWORD).where(PASSWORD.c.person == person_id)).rowcount > 0

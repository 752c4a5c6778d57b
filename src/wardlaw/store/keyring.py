"""The keyring: every sealed part has a data key of its own per person, month and class.

Deleting the data key makes the part unreadable for ever while the log and its proofs stay as they are. The
data keys lie wrapped under the key-encryption key, which never lies beside them.

The person stands in the log as a pseudonym that changes every month. It is random, and one row, found by a
keyed tag, links it to the person: deleting that row unlinks this person and nobody else.
"""

from __future__ import annotations

import hmac
import os
import re
import threading
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import NamedTuple, TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from wardlaw.audit.envelope import SALT_BYTES, SealedPart, commitment
from wardlaw.facts.errors import ConfigError, EvidenceError, Fault, InputError, UnavailableError
from wardlaw.store.keyring_db import (
    DEK,
    HELD,
    SUBJECT,
    KeyDatabase,
    dek_purpose,
    delete_class,
    delete_subject,
    is_held,
    meta,
    set_meta,
    wrap_anew,
)
from wardlaw.store.keyring_kek import KEY_BYTES, NONCE_BYTES, FileKek, Kek, KekSource, Random

BLOB_VERSION = b"\x01"
REFRESH_S = 1.0  # so soon a process notices that another one erased keys or replaced the KEK
MAX_STALE_S = 30.0  # so long sealing goes on when the database cannot be asked
CACHE_ENTRIES = 65_536  # about 30 MB; some ten thousand active persons with two classes

_MONTH = re.compile(r"^\d{4}-(0[1-9]|1[0-2])$")
_CLASS = re.compile(r"^[a-z][a-z0-9-]{0,31}$")
_PSEUDONYM_BYTES = 32
_PSEUDONYM = re.compile(r"^[0-9a-f]{64}$")


_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Sealed(msgspec.Struct, frozen=True, gc=False):
    """A sealed part: what the envelope says of it, and the bytes that lie beside the log."""

    part: SealedPart
    blob: bytes


class SealedParts(msgspec.Struct, frozen=True, gc=False):
    """The sealed parts of one record and the pseudonym whose keys they are sealed under."""

    pseudonym: str
    parts: tuple[Sealed, ...]


class Erased(msgspec.Struct, frozen=True):
    """What an erasure destroyed: (month, pseudonym) pairs, oldest first."""

    links: tuple[tuple[str, str], ...] = ()


class _Entry(NamedTuple):
    aead: AESGCM
    bound: bytes
    pseudonym: str


class Keyring:
    """Seals, unseals and erases.

    ``seal`` and ``pseudonym`` answer from memory; the first use of a person in a month writes keys to the
    database (one durable transaction), so a caller on an event loop may ask `is_ready` and call `prepare`
    in a thread first.

    Args:
        url: Key database: ``sqlite:///path/deks.db`` or ``postgresql+psycopg://…``.
        kek: Where the key-encryption key comes from.
        random: Source of keys.

    Raises:
        ConfigError: WL-KEY-006 the KEK is not the one of this database, -008 it cannot be opened.
        UnavailableError: WL-KEY-008.
    """

    def __init__(self, url: str, kek: KekSource, *, random: Random = os.urandom) -> None:
        self._source = kek
        self._random = random
        self._lock = threading.RLock()
        self._sealing: dict[tuple[str, str, str], _Entry] = {}
        self._opening: dict[tuple[str, str], AESGCM] = {}
        self._pseudonyms: dict[tuple[str, str], str] = {}
        self._database = KeyDatabase(url)
        try:
            with self._database.writing() as connection:
                self._kek = self._begin(connection)
                self._root = self._kek.unwrap(bytes.fromhex(meta(connection, "root") or ""), purpose="root")
                self._generation = meta(connection, "generation")
        except BaseException:
            self._database.close()
            raise
        self._tag_key = self.derive("keyring/tag")
        self._fresh_at = time.monotonic()
        self._check_at = self._fresh_at + REFRESH_S

    def seal(
        self,
        subject: str,
        klass: str,
        month: str,
        plaintext: bytes,
        *,
        random: Random = os.urandom,
        about: bytes = b"",
    ) -> Sealed:
        """Encrypt one part of a record.

        Args:
            subject: Id of the person or principal.
            klass: Class of the part: ``inputs``, ``content``.
            month: ``YYYY-MM`` of the record, UTC.
            plaintext: What is sealed.
            random: Source of salt and nonce.
            about: What it is bound to beside that: it opens with the very same bytes alone.

        Raises:
            UnavailableError: WL-KEY-008, the key database cannot be used.
        """
        return self.seal_parts(subject, month, ((klass, plaintext),), random=random, about=about).parts[0]

    def seal_parts(
        self,
        subject: str,
        month: str,
        parts: Sequence[tuple[str, bytes]],
        *,
        random: Random = os.urandom,
        about: bytes = b"",
    ) -> SealedParts:
        """Encrypt all parts of one record, under keys that belong to one pseudonym even while an erasure runs.

        Args:
            subject: Id of the person or principal.
            month: ``YYYY-MM`` of the record, UTC.
            parts: (class, plaintext) of each part; at least one.
            random: Source of salts and nonces.
            about: As for ``seal``.

        Raises:
            UnavailableError: WL-KEY-008, the key database cannot be used.
        """
        if time.monotonic() >= self._check_at:
            self._refresh()
        sealing = self._sealing
        pseudonym = ""
        sealed: list[Sealed] = []
        for klass, plaintext in parts:
            entry = sealing.get((subject, month, klass))
            if entry is None or (sealed and entry.pseudonym != pseudonym):
                self.prepare(subject, month, [name for name, _ in parts])
                return self.seal_parts(subject, month, parts, random=random, about=about)
            aead, bound, pseudonym = entry
            lots = random(SALT_BYTES + NONCE_BYTES)
            salt, nonce = lots[:SALT_BYTES], lots[SALT_BYTES:]
            blob = BLOB_VERSION + nonce + aead.encrypt(nonce, salt + plaintext, bound + about)
            part = SealedPart(
                bytes=len(blob),
                klass=klass,
                commit=commitment(salt, plaintext),
                ct_sha256=sha256(blob).hexdigest(),
                month=month,
            )
            sealed.append(Sealed(part, blob))
        return SealedParts(pseudonym, tuple(sealed))

    def unseal(self, pseudonym: str, part: SealedPart, blob: bytes, *, about: bytes = b"") -> bytes:
        """Decrypt one part of a record and check it against what the log committed to.

        Args:
            about: What it was bound to when it was sealed.

        Raises:
            EvidenceError: WL-KEY-009, the bytes are not the ones the log committed to.
            InputError: WL-KEY-010, the key was destroyed.
        """
        if sha256(blob).hexdigest() != part.ct_sha256 or blob[:1] != BLOB_VERSION:
            raise _not_committed()
        self._refresh()
        aead = self._opening.get((pseudonym, part.klass)) or self._load_opening(pseudonym, part)
        nonce, ciphertext = blob[1 : 1 + NONCE_BYTES], blob[1 + NONCE_BYTES :]
        try:
            opened = aead.decrypt(nonce, ciphertext, _bound(part.klass, part.month, pseudonym) + about)
        except InvalidTag:
            raise _not_committed() from None
        salt, plaintext = opened[:SALT_BYTES], opened[SALT_BYTES:]
        if not hmac.compare_digest(commitment(salt, plaintext), part.commit):
            raise _not_committed()
        return plaintext

    def pseudonym(self, subject: str, month: str) -> str:
        """The name a subject bears in the log in that month, 64 hex digits."""
        if time.monotonic() >= self._check_at:
            self._refresh()
        return self._pseudonyms.get((subject, month)) or self.prepare(subject, month, ())

    def pseudonyms(self, subject: str) -> tuple[tuple[str, str], ...]:
        """All (month, pseudonym) of a subject that are not erased, oldest first; for finding its records.

        Args:
            subject: Id of the subject, or one of its pseudonyms.
        """
        with self._database.reading() as connection:
            tag = self._tag_of(connection, subject)
            rows = connection.execute(
                select(SUBJECT.c.month, SUBJECT.c.pseudonym).where(SUBJECT.c.tag == tag).order_by(SUBJECT.c.month)
            )
            return tuple((row.month, row.pseudonym) for row in rows)

    def same_subject(self, subject: str) -> Callable[[str], bool]:
        """Tells whether an id is the one that is meant by a subject: an id, or one of its pseudonyms."""
        with self._database.reading() as connection:
            meant = self._tag_of(connection, subject)
        return lambda name: self._tag(name) == meant

    def is_ready(self, subject: str, month: str, classes: Sequence[str]) -> bool:
        """``seal`` will answer from memory for all these classes."""
        for klass in classes:  # noqa: SIM110  asked for every record; a generator costs as much as the rest
            if (subject, month, klass) not in self._sealing:
                return False
        return True

    def prepare(self, subject: str, month: str, classes: Sequence[str]) -> str:
        """Make or load the keys for a subject's month; durable before this returns. May run in any thread.

        Returns:
            The pseudonym.

        Raises:
            Fault: WL-KEY-012, a month or class that is none.
            UnavailableError: WL-KEY-008.
        """
        if not _MONTH.match(month) or not all(_CLASS.match(klass) for klass in classes):
            raise Fault("WL-KEY-012", f"{month!r} or {classes!r} cannot name a data key.", "Report it.")
        tag = self._tag(subject)
        with self._lock:
            with self._database.reading() as connection:
                found = self._keys(connection, tag, month, classes, may_create=False)
            if found is None:
                with self._database.writing() as connection:
                    found = self._keys(connection, tag, month, classes, may_create=True)
            if found is None:
                raise Fault("WL-KEY-012", "A data key could not be made.", "Report it.")
            pseudonym, keys = found
            self._make_room()
            self._pseudonyms[subject, month] = pseudonym
            for klass, key in keys.items():
                bound = _bound(klass, month, pseudonym)
                self._sealing[subject, month, klass] = _Entry(AESGCM(key), bound, pseudonym)
        return pseudonym

    def erase(self, subject: str, *, before: str | None = None) -> Erased:
        """Destroy a subject's data keys and the link to its pseudonyms, beyond recovery from the file.

        Args:
            subject: Id of the subject, or one of its pseudonyms.
            before: Only months before this one (``YYYY-MM``); all when None.

        Raises:
            InputError: WL-KEY-011, a legal hold stands on the subject.
            UnavailableError: WL-KEY-008, or WL-KEY-018: deleted, but traces may remain until it runs again.
        """
        with self._lock:
            with self._database.writing() as connection:
                tag = self._tag_of(connection, subject)
                if is_held(connection, tag):
                    raise InputError(
                        "WL-KEY-011",
                        "A legal hold stands on this subject; nothing of it is erased.",
                        "Have the hold lifted by those who may, then erase again.",
                    )
                gone = delete_subject(connection, tag, before=before)
                self._bump(connection)
            self._database.rewrite()
            self._forget()
        return Erased(gone)

    def expire(self, klass: str, *, before: str) -> int:
        """Retention: destroy the data keys of one class for all months before ``before``, except under a legal hold.

        A subject's pseudonym of a month is unlinked with the last of its data keys.

        Returns:
            Number of data keys destroyed.
        """
        with self._lock:
            with self._database.writing() as connection:
                gone = delete_class(connection, klass, before=before)
                self._bump(connection)
            if gone:
                self._database.rewrite()
            self._forget()
        return gone

    def hold(self, subject: str) -> None:
        """Place a legal hold: erasure of this subject is refused from now on."""
        with self._database.writing() as connection:
            tag = self._tag_of(connection, subject)
            if not is_held(connection, tag):
                connection.execute(insert(HELD).values(tag=tag))

    def unhold(self, subject: str) -> None:
        """Lift the legal hold."""
        with self._database.writing() as connection:
            connection.execute(delete(HELD).where(HELD.c.tag == self._tag_of(connection, subject)))

    def derive(self, purpose: str) -> bytes:
        """A key of 32 bytes for a named purpose, the same for the life of the installation.

        It hangs on the installation's root secret, which the KEK wraps: replacing the KEK changes nothing here.
        """
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"wardlaw/derive/1|" + purpose.encode()).derive(self._root)

    @property
    def kek_id(self) -> str:
        """Check value of the key-encryption key in use."""
        return self._kek.id

    def rotate_kek(self, new: Kek) -> int:
        """Wrap every key anew under ``new``, all in one transaction: a crash leaves the old one in force.

        Make ``new`` durable before, and destroy the old one only after this has returned.

        Returns:
            Number of keys wrapped anew.
        """
        with self._lock:
            with self._database.writing() as connection:
                self._assert_kek(connection)
                if new.id == self._kek.id:
                    return 0
                old = self._kek
                count = wrap_anew(
                    connection, lambda key, purpose: new.wrap(old.unwrap(key, purpose=purpose), purpose=purpose)
                )
                set_meta(connection, "root", new.wrap(self._root, purpose="root").hex())
                set_meta(connection, "kek", new.id)
                self._bump(connection)
            self._kek = new
            self._database.rewrite()
        return count + 1

    def close(self) -> None:
        """Close the database and forget all keys."""
        self._forget()
        self._database.close()

    def _begin(self, connection: Connection) -> Kek:
        """The KEK this database is wrapped with; a new database takes the first one there is.

        Raises:
            ConfigError: WL-KEY-006.
        """
        candidates = self._source.load()
        wanted = meta(connection, "kek")
        if wanted is None:
            kek = candidates[0]
            set_meta(connection, "kek", kek.id)
            set_meta(connection, "root", kek.wrap(self._random(KEY_BYTES), purpose="root").hex())
            set_meta(connection, "generation", "1")
            return kek
        for kek in candidates:
            if kek.id == wanted:
                return kek
        raise ConfigError(
            "WL-KEY-006",
            f"The key-encryption key is not the one of this installation (check value {candidates[0].id}, "
            f"expected {wanted}).",
            "Point keys.kek at the right key. Without it the sealed parts cannot be read; the log still verifies.",
        )

    def _assert_kek(self, connection: Connection) -> None:
        """Another process may have replaced the KEK: nothing may be wrapped with the old one any more."""
        if meta(connection, "kek") != self._kek.id:
            self._kek = self._begin(connection)

    def _refresh(self) -> None:
        """Now and then: forget everything when another process has erased or replaced keys."""
        now = time.monotonic()
        if now < self._check_at:
            return
        self._check_at = now + REFRESH_S
        try:
            with self._database.reading() as connection:
                generation = meta(connection, "generation")
        except UnavailableError:
            if now - self._fresh_at > MAX_STALE_S:
                raise
            return
        self._fresh_at = now
        if generation != self._generation:
            self._generation = generation
            self._forget()

    def _forget(self) -> None:
        with self._lock:
            self._sealing.clear()
            self._opening.clear()
            self._pseudonyms.clear()

    def _make_room(self) -> None:
        """Drop the older half of what is remembered when it has grown too large."""
        _halve(self._sealing)
        _halve(self._opening)
        _halve(self._pseudonyms)

    def _bump(self, connection: Connection) -> None:
        set_meta(connection, "generation", str(int(meta(connection, "generation") or "0") + 1))

    def _tag(self, subject: str) -> str:
        return hmac.digest(self._tag_key, subject.encode(), "sha256").hex()

    def _tag_of(self, connection: Connection, subject: str) -> str:
        """Tag of a subject given by its id or by one of its pseudonyms."""
        if _PSEUDONYM.match(subject):
            found = connection.execute(select(SUBJECT.c.tag).where(SUBJECT.c.pseudonym == subject)).scalar()
            if found is not None:
                return str(found)
        return self._tag(subject)

    def _keys(
        self, connection: Connection, tag: str, month: str, classes: Sequence[str], *, may_create: bool
    ) -> tuple[str, dict[str, bytes]] | None:
        """Pseudonym and data keys of a subject's month; None when one is missing and may not be made here."""
        self._assert_kek(connection)
        pseudonym = connection.execute(
            select(SUBJECT.c.pseudonym).where(SUBJECT.c.tag == tag, SUBJECT.c.month == month)
        ).scalar()
        if pseudonym is None:
            if not may_create:
                return None
            pseudonym = self._random(_PSEUDONYM_BYTES).hex()
            connection.execute(insert(SUBJECT).values(tag=tag, month=month, pseudonym=pseudonym))
        keys = {}
        for klass in classes:
            key = self._dek(connection, pseudonym, klass)
            if key is None:
                if not may_create:
                    return None
                key = self._random(KEY_BYTES)
                wrapped = self._kek.wrap(key, purpose=dek_purpose(klass, pseudonym))
                connection.execute(insert(DEK).values(pseudonym=pseudonym, klass=klass, month=month, wrapped=wrapped))
            keys[klass] = key
        return pseudonym, keys

    def _dek(self, connection: Connection, pseudonym: str, klass: str) -> bytes | None:
        wrapped = connection.execute(
            select(DEK.c.wrapped).where(DEK.c.pseudonym == pseudonym, DEK.c.klass == klass)
        ).scalar()
        return None if wrapped is None else self._kek.unwrap(wrapped, purpose=dek_purpose(klass, pseudonym))

    def _load_opening(self, pseudonym: str, part: SealedPart) -> AESGCM:
        with self._lock, self._database.reading() as connection:
            self._assert_kek(connection)
            key = self._dek(connection, pseudonym, part.klass)
        if key is None:
            raise InputError(
                "WL-KEY-010",
                "This part can no longer be read: its key was destroyed by an erasure or by retention.",
                "The record and its proofs stay valid; only the sealed text is gone.",
            )
        aead = self._opening[pseudonym, part.klass] = AESGCM(key)
        self._make_room()
        return aead


def rotate_kek_file(keyring: Keyring, source: FileKek) -> int:
    """Replace the key-encryption key in its file; safe to run again after a crash at any point.

    Returns:
        Number of keys wrapped anew.
    """
    new = source.stage()
    count = keyring.rotate_kek(new)
    source.promote()
    return count


def _halve(cache: dict[_Key, _Value]) -> None:
    if len(cache) >= CACHE_ENTRIES:
        for old in list(cache)[: CACHE_ENTRIES // 2]:
            cache.pop(old, None)


def _bound(klass: str, month: str, pseudonym: str) -> bytes:
    return f"wardlaw/part/1|{klass}|{month}|{pseudonym}".encode()


def _not_committed() -> EvidenceError:
    return EvidenceError(
        "WL-KEY-009",
        "A sealed part is not the one the log committed to: its bytes were changed or belong to another record.",
        "Run `wardlaw audit verify`; restore the part from a backup.",
    )

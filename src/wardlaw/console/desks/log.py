"""What people ask of the log: how it stands, proofs, exports, erasure, pruning."""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.engine import Connection, Engine

from wardlaw.audit.checkpoint import SignedCheckpoint, open_checkpoint
from wardlaw.audit.note import VerifierKey, parse_verifier_key
from wardlaw.audit.proof import format_proof
from wardlaw.audit.proofsteps import ProofStep, proof_steps
from wardlaw.console.api.deps import VerifyStep
from wardlaw.console.desks.logverify import verify_installation
from wardlaw.facts.errors import InputError, UnavailableError
from wardlaw.governance.retention import DOCUMENTS, LOG, KeepingTerms
from wardlaw.governance.shipped import shipped_keeping
from wardlaw.store.database import reading
from wardlaw.store.installation import Installation
from wardlaw.store.keeping import KeptClass, kept_by_class
from wardlaw.store.keyring import Keyring
from wardlaw.store.keyring_signing import trusted_keys
from wardlaw.store.logdir import LogDirectory
from wardlaw.store.logexport import export_records, prove_entry, prove_record
from wardlaw.store.prunings import PruningBook
from wardlaw.store.records import get_record
from wardlaw.store.retention import prunable_before, prune_within
from wardlaw.store.tables import RECORD, SEALED_PART


class LogDesk:
    """The log of one installation.

    Args:
        places: Where keys are.
        clock: Unix seconds.
    """

    def __init__(self, engine: Engine, places: Installation, keyring: Keyring, *, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._places = places
        self._keyring = keyring
        self._name_key = keyring.derive("inventory/suppressed")
        self._clock = clock
        self._verifying = threading.Lock()
        self._directory = LogDirectory(Path(places.config.audit.log))

    def status(self) -> Mapping[str, Any]:
        """Size, checkpoint and witness of the log."""
        head = self._head(self._directory.checkpoint())
        witnessed = self._head(self._directory.witnessed())
        audit = self._places.config.audit
        return {
            "origin": self._places.origin,
            "size": head.checkpoint.size if head is not None else 0,
            "root": head.checkpoint.root.hex() if head is not None else "",
            "witnessed_size": witnessed.checkpoint.size if witnessed is not None else 0,
            "witness": audit.witness.url,
            "write_once": audit.write_once,
            "syslog": audit.syslog,
            "pruned_before": self._directory.minimum_index(),
        }

    def proof(self, record_id: str) -> str:
        """A ``tlog-proof`` file for one record.

        Raises:
            InputError: There is no such record, or it is not under a checkpoint yet.
        """
        with reading(self._engine) as connection:
            row = get_record(connection, record_id)
        if row.leaf_index < self._directory.minimum_index():  # its class of keeping is longer than the log's
            return format_proof(prove_entry(self._directory, row.leaf_index, row.envelope, keys=self._keys()))
        _, proof = prove_record(self._directory, row.leaf_index, keys=self._keys())
        return format_proof(proof)

    def check(self, record_id: str) -> tuple[ProofStep, ...]:
        """Make the proof of one record and check it as somebody without this installation would.

        Raises:
            InputError: There is no such record, or it is not under a checkpoint yet.
        """
        with reading(self._engine) as connection:
            row = get_record(connection, record_id)
        witness = self._places.config.audit.witness.public_key
        witnesses = (parse_verifier_key(witness),) if witness else ()
        return proof_steps(self.proof(record_id), row.envelope, log_keys=self._keys(), witness_keys=witnesses)

    def verify(self, told: Callable[[VerifyStep], None]) -> Mapping[str, Any]:
        """Verify the whole log, telling each step.

        Raises:
            UnavailableError: It is being verified already (WL-CTL-013).
        """
        if not self._verifying.acquire(blocking=False):
            raise UnavailableError(
                "WL-CTL-013", "The log is being verified already.", "Wait until that is done; it reads the whole log."
            )
        try:
            return verify_installation(self._places, told)
        finally:
            self._verifying.release()

    def export(self, since_ms: int, until_ms: int) -> Mapping[str, Any]:
        """Write the published records of a span as JSON lines with their proofs; says where and what it holds.

        Raises:
            InputError: There are none (WL-CTL-006).
            UnavailableError: The file cannot be written (WL-CTL-007).
        """
        head = self._head(self._directory.checkpoint())
        size = head.checkpoint.size if head is not None else 0
        query = select(func.min(RECORD.c.leaf_index), func.max(RECORD.c.leaf_index)).where(
            RECORD.c.at_ms >= since_ms,
            RECORD.c.leaf_index < size,
            RECORD.c.leaf_index >= self._directory.minimum_index(),
        )
        if until_ms:
            query = query.where(RECORD.c.at_ms < until_ms)
        with reading(self._engine) as connection:
            first, last = connection.execute(query).one()
        if first is None:
            raise InputError("WL-CTL-006", "The log has no published records in that span.", "Ask for another span.")
        stamp = datetime.fromtimestamp(self._clock(), tz=UTC).strftime("%Y%m%dT%H%M%SZ")
        path = self._places.data_dir / "exports" / f"log-{first}-{last}-{stamp}.jsonl"
        digest = self._write(path, first, last + 1)
        return {"file": str(path), "records": last + 1 - first, "first": first, "last": last, "sha256": digest}

    def names(self, subject: str) -> frozenset[str]:
        """Every name the subject bears in the log, the given one included."""
        return frozenset({subject, *(pseudonym for _, pseudonym in self._keyring.pseudonyms(subject))})

    def same_subject(self, subject: str) -> Callable[[str], bool]:
        """Tells whether an id is the one that is meant by a subject: an id, or one of its pseudonyms."""
        return self._keyring.same_subject(subject)

    def name_tag(self, text: str) -> str:
        """A keyed digest of a name, whatever its case, hex."""
        return hmac.digest(self._name_key, text.casefold().encode(), "sha256").hex()

    def erase(self, connection: Connection, subject: str) -> int:
        """Destroy the keys of a subject; answers how many sealed parts became unreadable. Repeating is harmless."""
        names = self.names(subject)
        self._keyring.erase(subject)
        # The ciphertexts are worth nothing now; they go too, so that nobody keeps them in hope of the key.
        gone = connection.execute(delete(SEALED_PART).where(SEALED_PART.c.subject.in_(sorted(names))))
        return gone.rowcount

    def prunings(self) -> PruningBook:
        """Requests to prune the log."""
        return PruningBook(self._places.data_dir / "prunings.json")

    def prunable_before(self, connection: Connection, at_ms: int) -> int:
        """The first record that must stay when all made before a time (Unix milliseconds) go.

        Raises:
            InputError: Nothing would go (WL-AUD-044), a legal hold stands (WL-AUD-042), or it is within its class of
                keeping (WL-RTN-001).
        """
        return prunable_before(connection, self._directory, at_ms=at_ms, keys=self._keys(), terms=self._terms())

    def prune(self, connection: Connection, before: int) -> int:
        """Take the records before one out of tables and log; answers how many rows went. Repeating is harmless."""
        return prune_within(connection, self._directory, before=before, keys=self._keys(), terms=self._terms()).rows

    def keeping(self, connection: Connection) -> tuple[KeptClass, ...]:
        """Each class of keeping, with the records that are of it now."""
        return kept_by_class(connection, self._terms())

    def _terms(self) -> KeepingTerms:
        retention = self._places.config.audit.retention
        days = {LOG: retention.log_days, DOCUMENTS: retention.documents_days}
        return KeepingTerms(shipped_keeping(), days, int(self._clock() * 1000))

    def _keys(self) -> tuple[VerifierKey, ...]:
        return tuple(one.verifier for one in reversed(trusted_keys(self._places.log_key_path)))

    def _head(self, note: bytes | None) -> SignedCheckpoint | None:
        return open_checkpoint(note, *self._keys()) if note is not None else None

    def _write(self, path: Path, start: int, end: int) -> str:
        """Write beside and rename; answers the SHA-256 of the file, hex."""
        beside = path.with_name(f".{path.name}.new")
        digest = hashlib.sha256()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with beside.open("wb") as file:
                for line in export_records(self._directory, start=start, end=end, keys=self._keys()):
                    digest.update(line)
                    file.write(line)
                file.flush()
                os.fsync(file.fileno())
            beside.rename(path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise UnavailableError(
                "WL-CTL-007", f"The export {path} cannot be written: {error.strerror}.", "Check the disk."
            ) from error
        return digest.hexdigest()

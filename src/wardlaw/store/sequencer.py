"""The sequencer: takes records out of the spools, appends them to the log, publishes it, and only then lets go.

Order of one batch: rows and tree in one transaction → tiles and bundles → signed checkpoint → second places →
discard from the spool. A crash between any two steps loses nothing and doubles nothing: the next start compares
database, directory and second places and finishes what was begun.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from sqlalchemy.engine import Engine

from wardlaw.audit.checkpoint import Checkpoint, SignedCheckpoint, sign_checkpoint
from wardlaw.audit.merkle import Accumulator, consistency_proof, leaf_hashes
from wardlaw.audit.note import SignerKey, VerifierKey, parse_note
from wardlaw.facts.errors import ConfigError, UnavailableError
from wardlaw.store.intake import Intake, KeepFrom
from wardlaw.store.logdir import LogDirectory, lock_directory
from wardlaw.store.reconcile import compare_with_log, reconcile
from wardlaw.store.secondplace import SecondPlace
from wardlaw.store.treestate import (
    NewRecord,
    TreeState,
    append_records,
    assert_durable,
    newest_positions,
    store_published,
    take_over,
)

_BACKOFF_S = (1.0, 60.0)  # first and longest pause before a second place that failed is tried again


class SequencerSettings(msgspec.Struct, frozen=True):
    """How often and how much.

    Attributes:
        batch_frames: Records of one transaction at most.
        batch_bytes: Bytes of envelopes and ciphertexts of one transaction, about.
        checkpoint_s: Seconds between checkpoints while records keep coming.
        heartbeat_s: Seconds after which an unchanged checkpoint goes to the second places again, so that silence shows.
        poll_s: Seconds between looks into the spools.
    """

    batch_frames: int = 4_000
    batch_bytes: int = 8 * 1024 * 1024
    checkpoint_s: float = 1.0
    heartbeat_s: float = 60.0
    poll_s: float = 0.1


class LogParts(msgspec.Struct, frozen=True):
    """What the sequencer works with.

    Attributes:
        spool_root: Spool of one gateway, or folder of several; found anew at each look.
        former_keys: The log's public keys before rotation.
        keep_from: First position in a spool that is needed for something else (the state's snapshot); None nothing.
    """

    engine: Engine
    directory: LogDirectory
    spool_root: Path
    key: SignerKey
    places: tuple[SecondPlace, ...] = ()
    former_keys: tuple[VerifierKey, ...] = ()
    keep_from: KeepFrom = lambda _: None


class SequencerStatus(msgspec.Struct, frozen=True):
    """How the log stands.

    Attributes:
        published: Records under the newest checkpoint.
        witnessed: Records under the newest checkpoint a second place acknowledged.
        witnessed_at_ms: When, Unix milliseconds; 0 never.
        spools: What is wrong with a spool, by its path.
        places: What is wrong with a second place, by its name.
    """

    size: int
    published: int
    witnessed: int
    witnessed_at_ms: int
    spools: tuple[tuple[str, str], ...] = ()
    places: tuple[tuple[str, str], ...] = ()


class Sequencer:
    """Appends to one log; at most one at a time can (the later one wins).

    Args:
        now: Unix time in seconds.
    """

    def __init__(self, parts: LogParts, *, now: Callable[[], float], settings: SequencerSettings | None = None) -> None:
        self._parts = parts
        self._now = now
        self._settings = settings or SequencerSettings()
        self._intake = Intake(
            parts.spool_root,
            keep_from=parts.keep_from,
            batch_frames=self._settings.batch_frames,
            batch_bytes=self._settings.batch_bytes,
        )
        self._place_errors: dict[str, str] = {}
        self._pauses: dict[str, tuple[float, float]] = {}  # place -> (try again at, length of the pause)
        self._published_at = 0.0
        self._shown_at = 0.0
        self._lock = -1
        self._refusal: UnavailableError | None = None
        self._is_started = False

    def start(self) -> None:
        """Take over the log: raise the fence, compare database, directory and second places, finish what was begun.

        Raises:
            ConfigError: The database would lose acknowledged commits.
            EvidenceError: The log shrank, forked, or is damaged; nothing is appended.
            UnavailableError: Database or disk cannot be used.
        """
        parts = self._parts
        assert_durable(parts.engine)
        if self._lock < 0:
            self._lock = lock_directory(parts.directory.path)
        self._state: TreeState = take_over(parts.engine)
        self._tree = Accumulator.restore(self._state.size, self._state.right_edge)
        found = reconcile(parts.engine, parts.directory, self._state, (parts.key.verifier, *parts.former_keys))
        self._writer = found.writer
        self._published = found.published
        self._intake.begin(newest_positions(parts.engine))
        self._compare_places()
        self._show()
        self._is_started = True

    def close(self) -> None:
        """Let go of the log directory; whatever is not yet appended waits in the spools."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1
        self._is_started = False

    def run_once(self) -> int:
        """Append everything the spools hold now, and publish it; gives the number of records appended.

        After an error the next call starts anew, so that memory, database and files agree again; only a sequencer
        that lost the log to another one stays refused.

        Raises:
            UnavailableError: Another sequencer took over, or database or disk cannot be used.
            EvidenceError: A second place saw another log.
        """
        if self._refusal is not None:
            raise self._refusal
        if not self._is_started:
            self.start()
        self._is_started = False
        try:
            appended = self._work()
        except UnavailableError as error:
            if error.code == "WL-AUD-020":
                self._refusal = error
            raise
        self._is_started = True
        return appended

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop; errors as in ``run_once``.

        Also while records keep coming there is a pause between two looks: what comes in it shares one transaction,
        one checkpoint and one set of files.
        """
        while not stop.is_set():
            self.run_once()
            stop.wait(self._settings.poll_s)

    def status(self) -> SequencerStatus:
        """How the log stands now."""
        return SequencerStatus(
            self._state.size,
            self._published,
            self._state.witnessed_size,
            self._state.witnessed_at_ms,
            tuple((str(path), error) for path, error in self._intake.errors.items()),
            tuple(self._place_errors.items()),
        )

    def _work(self) -> int:
        appended = 0
        for spool, records in self._intake.batches():
            self._append(records)
            self._intake.appended(spool, records)
            appended += len(records)
            if self._now() - self._published_at >= self._settings.checkpoint_s:
                self._publish()
        if self._intake.has_covered or self._state.size != self._published:
            self._publish()
        elif self._now() - self._shown_at >= self._settings.heartbeat_s:
            self._show()
        return appended

    def _publish(self) -> None:
        """Publish the head of the log, show it to the second places, then discard from the spools what it covers."""
        self._published_at = self._now()
        self._show()
        self._intake.discard()

    def _append(self, records: Sequence[NewRecord]) -> None:
        entries = [record.entry for record in records]
        leaves = leaf_hashes(entries)
        tree = self._tree.copy()
        tree.extend(leaves)
        self._state = append_records(self._parts.engine, self._state, records, tree)
        self._tree = tree
        self._writer.append(entries, leaves)

    def _show(self) -> None:
        """Publish the checkpoint over everything appended and hand it to the second places."""
        head = Checkpoint(self._parts.key.name, self._state.size, self._state.root)
        signed = sign_checkpoint(head, self._parts.key)
        if self._published != head.size or not self._is_on_disk(signed):
            self._writer.publish(signed.note.encode(), cosigned=False)
            self._published = head.size
        self._shown_at = self._now()
        shown, acknowledged = self._submit(signed)
        if shown.note != signed.note:
            self._writer.publish(shown.note.encode(), cosigned=True)
        note = shown.note.encode()
        size, at = self._state.witnessed_size, self._state.witnessed_at_ms
        if acknowledged:
            size, at = head.size, int(self._now() * 1000)
        if (note, size) != (self._state.checkpoint, self._state.witnessed_size):
            self._state = store_published(
                self._parts.engine, self._state, checkpoint=note, witnessed_size=size, witnessed_at_ms=at
            )

    def _is_on_disk(self, signed: SignedCheckpoint) -> bool:
        """True when the published checkpoint carries this signature (cosignatures on it are kept then)."""
        data = self._parts.directory.checkpoint()
        if data is None:
            return False
        note = parse_note(data)
        return note.text == signed.note.text and signed.note.signatures[0] in note.signatures

    def _submit(self, signed: SignedCheckpoint) -> tuple[SignedCheckpoint, bool]:
        """Offer the checkpoint to each second place that is not pausing; one that is down does not stop the log."""
        reader = self._parts.directory.hash_reader(signed.checkpoint.size)
        shown, acknowledged = signed, False
        for place in self._parts.places:
            until, pause = self._pauses.get(place.name, (0.0, 0.0))
            if self._now() < until:
                continue
            try:
                cosignature = place.submit(signed, lambda old, new: consistency_proof(old, new, reader))
            except (UnavailableError, ConfigError) as error:
                pause = min(max(2 * pause, _BACKOFF_S[0]), _BACKOFF_S[1])
                self._pauses[place.name] = (self._now() + pause, pause)
                self._place_errors[place.name] = str(error)
                continue
            self._pauses.pop(place.name, None)
            self._place_errors.pop(place.name, None)
            acknowledged = True
            if cosignature is not None:
                shown = SignedCheckpoint(shown.checkpoint, shown.note.with_signature(cosignature))
        return shown, acknowledged

    def _compare_places(self) -> None:
        from_log = (self._parts.key.verifier, *self._parts.former_keys)
        for place in self._parts.places:
            try:
                seen = place.newest(self._parts.key.name)
            except (UnavailableError, ConfigError) as error:
                self._place_errors[place.name] = str(error)
                continue
            if seen is not None:
                compare_with_log(seen, self._parts.directory, self._state.size, from_log)

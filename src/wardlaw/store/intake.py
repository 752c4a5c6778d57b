"""The sequencer's side of the spools: what comes in, checked, in batches; and letting go of what is in the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path

from wardlaw.audit.envelope import decode
from wardlaw.facts.errors import EvidenceError
from wardlaw.store.spool_format import Frame, list_segments
from wardlaw.store.spool_segment import EPOCH_NAME
from wardlaw.store.spoolread import SpoolReader, discard_covered, read_frames
from wardlaw.store.treestate import NewRecord

_BEFORE_ALL = (-1, -1)
KeepFrom = Callable[[Path], tuple[int, int] | None]


class Intake:
    """Reads the spools of all gateways; remembers how far the log has each of them.

    Args:
        root: Spool of one gateway, or folder of several; found anew at each look.
        keep_from: First position in a spool that is needed for something else; None nothing.
        batch_frames: Records of one batch at most.
        batch_bytes: Bytes of one batch, about.
    """

    def __init__(self, root: Path, *, keep_from: KeepFrom, batch_frames: int, batch_bytes: int) -> None:
        self._root = root
        self._keep_from = keep_from
        self._batch_frames = batch_frames
        self._batch_bytes = batch_bytes
        self._positions: dict[str, tuple[int, int]] = {}
        self._gateways: dict[Path, str] = {}
        self._covered: dict[Path, tuple[int, int]] = {}  # appended, not yet discarded
        # Readers go on where they stopped; one is made anew when the log is not where it has read to.
        self._readers: dict[Path, tuple[SpoolReader, tuple[int, int]]] = {}
        self.errors: dict[Path, str] = {}

    @property
    def has_covered(self) -> bool:
        """Something was appended that no checkpoint covered yet when ``discard`` last ran."""
        return bool(self._covered)

    def begin(self, positions: dict[str, tuple[int, int]]) -> None:
        """Start anew from what the log holds: (epoch, seq) of each gateway's newest record."""
        self._positions = dict(positions)
        self._gateways.clear()
        self._covered.clear()
        self._readers.clear()

    def batches(self) -> Iterator[tuple[Path, list[NewRecord]]]:
        """What the spools hold beyond the log; a damaged spool is noted in ``errors`` and waits, the others go on.

        The caller must have ``appended`` a batch before it asks for the next.
        """
        for spool in find_spools(self._root):
            try:
                for records in self._read(spool):
                    yield spool, records
                self.errors.pop(spool, None)
            except EvidenceError as error:
                self.errors[spool] = str(error)

    def appended(self, spool: Path, records: list[NewRecord]) -> None:
        """Note that the log has these records."""
        last = records[-1].envelope
        self._positions[last.gateway] = self._covered[spool] = (last.epoch, last.seq)

    def discard(self) -> None:
        """Let go of what a published checkpoint covers."""
        for spool, (epoch, seq) in self._covered.items():
            try:
                discard_covered(spool, epoch=epoch, seq=seq, keep_from=self._keep_from(spool))
            except EvidenceError as error:
                self.errors[spool] = str(error)
        self._covered.clear()

    def _read(self, spool: Path) -> Iterator[list[NewRecord]]:
        if spool not in self._gateways:
            first = next(iter(read_frames(spool)), None)
            if first is None:
                return
            gateway = self._gateways[spool] = decode(first.envelope).gateway
            if gateway in self._positions:
                self._covered[spool] = self._positions[gateway]  # a crash may have come before the discarding
        gateway = self._gateways[spool]
        position = self._positions.get(gateway, _BEFORE_ALL)
        _refuse_replaced(spool, gateway, position[0])
        reader, read_to = self._readers.pop(spool, (None, _BEFORE_ALL))
        if reader is None or read_to != position:
            reader = SpoolReader(spool, after_epoch=position[0], after_seq=position[1])
        frames = reader.frames()
        is_all = False
        while not is_all:
            batch, is_all = self._take(frames)
            if batch:
                yield [_checked(frame, gateway, spool) for frame in batch]
        # Reached only when all of it was appended: whatever went wrong before, the next look begins anew.
        self._readers[spool] = (reader, self._positions.get(gateway, _BEFORE_ALL))

    def _take(self, frames: Iterator[Frame]) -> tuple[list[Frame], bool]:
        """One batch, and whether it is all there was.

        What came in meanwhile is left for the next look: batch upon batch, each of what came during the one before,
        would shrink to single records, each with a transaction and a set of files of its own.
        """
        batch: list[Frame] = []
        room = self._batch_bytes
        for frame in islice(frames, self._batch_frames):
            batch.append(frame)
            room -= len(frame.envelope) + sum(map(len, frame.blobs))
            if room <= 0:
                return batch, False
        return batch, len(batch) < self._batch_frames


def find_spools(root: Path) -> list[Path]:
    """The spool folders at or directly below ``root``."""
    candidates = [root, *(sorted(root.iterdir()) if root.is_dir() else [])]
    return [path for path in candidates if (path / EPOCH_NAME).is_file()]


def _refuse_replaced(spool: Path, gateway: str, epoch: int) -> None:
    """A spool whose epochs begin again below those the log has would be taken for replays, and its records lost.

    Raises:
        EvidenceError: The spool was emptied or replaced.
    """
    segments = list_segments(spool)
    if segments and segments[-1][0] < epoch:
        raise EvidenceError(
            "WL-AUD-028",
            f"The spool {spool} is at epoch {segments[-1][0]}, the log has records of {gateway} up to epoch {epoch}.",
            "The spool folder was emptied or replaced. Put the old one back, or give the gateway a new id.",
        )


def _checked(frame: Frame, gateway: str, spool: Path) -> NewRecord:
    """A frame as a record, if the envelope says what the frame says.

    Raises:
        EvidenceError: Envelope, place in the spool, and ciphertexts do not belong together.
    """
    envelope = decode(frame.envelope)
    place = (envelope.gateway, envelope.epoch, envelope.seq)
    digests = [sha256(blob).hexdigest() for blob in frame.blobs]
    if place != (gateway, frame.epoch, frame.seq) or digests != [part.ct_sha256 for part in envelope.sealed]:
        raise EvidenceError(
            "WL-AUD-026",
            f"Record {frame.seq} of epoch {frame.epoch} in {spool} does not fit its place or its sealed parts.",
            "Keep the spool as it is and report it; records behind this one wait.",
        )
    return NewRecord(frame.envelope, envelope, frame.blobs)

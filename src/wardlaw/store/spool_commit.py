"""One batch of records made durable: numbering, rotation, the reserve, and what follows a failed disk.

Synchronous and without threads of its own; `spool.SpoolWriter` drives it from its writer thread.
"""

from __future__ import annotations

import errno
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from wardlaw.audit.envelope import Envelope, encode
from wardlaw.audit.merkle import leaf_hash
from wardlaw.audit.receipt import sign_batch
from wardlaw.facts.errors import ConfigError, Fault, InputError, UnavailableError, WardlawError
from wardlaw.store.spool_format import (
    MAX_PAYLOAD_BYTES,
    SEGMENT_HEADER_BYTES,
    SegmentHeader,
    frame_bytes,
    pack_frame,
)
from wardlaw.store.spool_segment import (
    SegmentFile,
    disk_error,
    ensure_reserve,
    has_reserve,
    next_epoch,
    open_directory,
    open_reserve,
    open_segment,
)
from wardlaw.store.spoolread import recover

MAX_BATCH = 512  # receipts stay short (audit.receipt) and a batch of 2 KB records stays near 1 MB

_GATEWAY_ID = re.compile(r"^[a-z0-9][a-z0-9._-]{0,63}$")


class SpoolSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How large and how patient the spool is.

    Attributes:
        segment_bytes: Room preallocated for one segment file; a larger record gets a segment of its own.
        reserve_bytes: Room kept for the last records when the disk is full.
        stall_s: Seconds after which a record still waiting for the disk is refused.
        retry_s: Seconds between attempts to go on after a failure.
        max_pending_records: Records that may wait for the disk at once.
        max_pending_bytes: Bytes of sealed parts that may wait for the disk at once.
    """

    segment_bytes: int = 32 * 1024 * 1024
    reserve_bytes: int = 4 * 1024 * 1024
    stall_s: float = 2.0
    retry_s: float = 0.5
    max_pending_records: int = 16_384
    max_pending_bytes: int = 64 * 1024 * 1024


class Record(NamedTuple):
    """One record on its way to the disk; a receipt is made only where somebody waits for it."""

    envelope: Envelope
    blobs: tuple[bytes, ...]
    delta: bytes
    is_awaited: bool = True


class Committer:
    """Writes batches; a receipt it gives out means the record is on the disk.

    Args:
        directory: Folder of all spools; this one lies in ``<directory>/<gateway>``.
        gateway: Id of the gateway, a plain file name.
        sign: Raw Ed25519 signature by the gateway's receipt key.
        min_epoch: Lowest epoch to begin with, for a gateway whose directory was lost.

    Attributes:
        error: Why the spool cannot write now; None when it can.
        on_reserve: Records go to the emergency reserve.

    Raises:
        ConfigError: WL-SPL-016, the gateway id is no file name.
        UnavailableError: The directory cannot be written.
        EvidenceError: WL-SPL-010, -011, -012: what an earlier run left is damaged.
    """

    def __init__(
        self,
        directory: Path,
        *,
        gateway: str,
        sign: Callable[[bytes], bytes],
        settings: SpoolSettings,
        min_epoch: int = 0,
    ) -> None:
        if not _GATEWAY_ID.match(gateway):
            raise ConfigError(
                "WL-SPL-016",
                f"{gateway!r} cannot be the id of a gateway.",
                "Use 1 to 64 characters of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit.",
            )
        self.directory = directory / gateway
        self.error: UnavailableError | None = None
        self.on_reserve = False
        self.failures = 0
        self.epoch, self.next_seq = -1, 0
        self._gateway = gateway
        self._sign = sign
        self._settings = settings
        self._min_epoch = min_epoch
        self._pack = msgspec.msgpack.Encoder().encode
        self._retry_at = 0.0
        self._segment: SegmentFile | None = None
        self._epoch_file = open_directory(self.directory)
        self.reserve_ready = has_reserve(self.directory, settings.reserve_bytes)
        try:
            found = recover(self.directory)
            self.epoch, self.next_seq = found.epoch, found.count
            self._begin_epoch(SEGMENT_HEADER_BYTES)
        except BaseException:
            self._epoch_file.close()
            raise

    def commit(self, records: Sequence[Record]) -> list[str | WardlawError]:
        """Make the first records durable.

        Returns:
            A receipt (empty where nobody waits for it) or the error for each record dealt with, at least one;
            call again for the rest.
        """
        try:
            return self._commit(records)
        except OSError:
            # A failed sync leaves it open what reached the disk. Try once more in a new epoch and file:
            # its numbers cannot clash with what may have stayed behind.
            try:
                self._begin_epoch(SEGMENT_HEADER_BYTES)
                return self._commit(records)
            except OSError as error:
                return self._refuse(disk_error(error, self.directory, "writing a batch"), records)
            except UnavailableError as error:
                return self._refuse(error, records)
        except UnavailableError as error:
            return self._refuse(error, records)

    @property
    def is_restless(self) -> bool:
        """Something is to be mended even when no record comes: call `tick` now and then."""
        return self.error is not None or not self.reserve_ready

    def tick(self) -> None:
        """Without records to write: try to get out of a failure or off the reserve, and to rebuild it."""
        if time.monotonic() < self._retry_at:
            return
        if self.error is None and not self.on_reserve:
            self._retry_at = time.monotonic() + self._settings.retry_s
            self.reserve_ready = ensure_reserve(self.directory, self._settings.reserve_bytes)
            return
        try:
            self._open_room(SEGMENT_HEADER_BYTES)
        except UnavailableError as error:
            if self.error is not None:  # on the reserve there still is room
                self.error = error

    def close(self) -> None:
        """End the segment and let go of the directory."""
        if self._segment is not None:
            self._segment.seal()
            self._segment = None
        self._epoch_file.close()

    def _commit(self, records: Sequence[Record]) -> list[str | WardlawError]:
        frames: list[bytes] = []
        leaves: list[bytes] = []
        results: list[str | WardlawError] = []
        awaited: list[int] = []  # places of the awaited records among the results, and in the batch
        wanted: list[int] = []
        segment, room = self._current()
        for record in records:
            place = len(leaves)
            seq = self.next_seq + place
            encoded = self._encode(record, seq)
            if isinstance(encoded, WardlawError):
                results.append(encoded)
                continue
            envelope, payload = encoded
            size = frame_bytes(len(payload))
            if size > room:
                if results:
                    break
                segment = self._room_for(size)
                room = segment.size - segment.used
            frames.extend(pack_frame(payload, epoch=self.epoch, seq=seq, place=place))
            leaves.append(leaf_hash(envelope))
            if record.is_awaited:
                awaited.append(len(results))
                wanted.append(place)
            results.append("")
            room -= size
        if leaves:
            self._write(segment, b"".join(frames))
            first_seq, self.next_seq = self.next_seq, self.next_seq + len(leaves)
            for place, receipt in zip(awaited, self._receipts(leaves, first_seq, wanted), strict=True):
                results[place] = receipt
        return results

    def _receipts(self, leaves: Sequence[bytes], first_seq: int, wanted: Sequence[int]) -> Sequence[str]:
        if not wanted:
            return ()
        return sign_batch(
            leaves, gateway=self._gateway, epoch=self.epoch, first_seq=first_seq, sign=self._sign, wanted=wanted
        )

    def _refuse(self, error: UnavailableError, records: Sequence[Record]) -> list[str | WardlawError]:
        self.error = error
        return [error] * len(records)

    def _write(self, segment: SegmentFile, data: bytes) -> None:
        try:
            segment.append(data)
        except OSError:
            self.failures += 1
            self._segment = None
            segment.abandon()
            raise

    def _encode(self, record: Record, seq: int) -> tuple[bytes, bytes] | WardlawError:
        try:
            envelope = encode(
                msgspec.structs.replace(record.envelope, gateway=self._gateway, epoch=self.epoch, seq=seq)
            )
            payload = self._pack((envelope, record.blobs, record.delta))
        except WardlawError as error:
            return error
        except (TypeError, ValueError, OverflowError, msgspec.MsgspecError) as error:
            return Fault(
                "WL-SPL-015",
                f"A record cannot be encoded: {type(error).__name__}.",
                "This is a fault of Wardlaw; the request was refused. Report it with the decision id.",
            )
        if len(payload) > MAX_PAYLOAD_BYTES:
            return InputError(
                "WL-SPL-009",
                f"A record of {len(payload)} bytes is larger than the {MAX_PAYLOAD_BYTES} the spool takes.",
                "Lower the body limit of the route, or record digests instead of content for it.",
            )
        return envelope, payload

    def _current(self) -> tuple[SegmentFile, int]:
        segment = self._segment or self._room_for(SEGMENT_HEADER_BYTES)
        return segment, segment.size - segment.used

    def _room_for(self, size: int) -> SegmentFile:
        """A new segment with room for ``size`` bytes; after a failure, an attempt only now and then."""
        if self.error is not None and time.monotonic() < self._retry_at:
            raise self.error
        return self._open_room(size)

    def _open_room(self, size: int) -> SegmentFile:
        """The next segment, in the same epoch where nothing has failed in it."""
        self._retry_at = time.monotonic() + self._settings.retry_s
        if self._segment is None:
            return self._begin_epoch(size)
        try:
            return self._next_segment(size, SegmentHeader(self.epoch, self.next_seq))
        except OSError as error:
            raise disk_error(error, self.directory, "opening a segment") from error

    def _begin_epoch(self, size: int) -> SegmentFile:
        try:
            epoch = next_epoch(self.directory, self._epoch_file.current, at_least=self._min_epoch)
            self._epoch_file.raise_to(epoch)
            segment = self._next_segment(size, SegmentHeader(epoch, 0, self.epoch, self.next_seq))
        except OSError as error:
            raise disk_error(error, self.directory, "opening a segment") from error
        self.epoch, self.next_seq = epoch, 0
        return segment

    def _next_segment(self, size: int, header: SegmentHeader) -> SegmentFile:
        wanted = max(self._settings.segment_bytes, SEGMENT_HEADER_BYTES + size)
        current = self._segment
        try:
            if current is not None and current.is_empty:
                current.grow(wanted)  # another one would bear the same name
                segment = current
            else:
                segment = open_segment(self.directory, header, size=wanted)
            self.on_reserve = False
            self.reserve_ready = ensure_reserve(self.directory, self._settings.reserve_bytes)
        except OSError as error:
            if not self._reserve_helps(error, size):
                raise
            segment = open_reserve(self.directory, header)
            self.on_reserve, self.reserve_ready = True, False
        if current is not None and current is not segment:
            current.seal()
        self._segment = segment
        self.error = None
        return segment

    def _reserve_helps(self, error: OSError, size: int) -> bool:
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        fits = size <= self._settings.reserve_bytes - SEGMENT_HEADER_BYTES
        is_needed = self._segment is None or not self._segment.is_empty
        return is_full and fits and is_needed and self.reserve_ready

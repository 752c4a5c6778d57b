"""Writes spools as a gateway would, without one: for tests of the sequencer."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import msgspec

from wardlaw.audit.envelope import Envelope, RecordKind, SealedPart, commitment, encode
from wardlaw.store.spool_format import SegmentHeader, pack_frame
from wardlaw.store.spool_segment import SegmentFile, next_epoch, open_directory, open_segment

_SEGMENT_BYTES = 1024 * 1024
_encode_payload = msgspec.msgpack.Encoder().encode


class SpoolFill:
    """One gateway's spool; a new instance on the same folder is a new epoch.

    Args:
        root: Folder of all spools.
        ciphertext_bytes: Size of each record's one sealed part; 0 for none.
    """

    def __init__(self, root: Path, gateway: str = "gw-1", *, ciphertext_bytes: int = 0) -> None:
        self.directory = root / gateway
        self.gateway = gateway
        self._ciphertext_bytes = ciphertext_bytes
        self._epochs = open_directory(self.directory)
        self.epoch = next_epoch(self.directory, self._epochs.current, at_least=0)
        self._epochs.raise_to(self.epoch)
        self.seq = 0
        self._segment: SegmentFile | None = None

    def add(self, count: int, *, operation: str = "") -> list[bytes]:
        """Append records in one batch; gives their envelopes.

        Args:
            operation: Of control records; decisions when left out.
        """
        entries: list[bytes] = []
        frames: list[bytes] = []
        for place in range(count):
            entry, blobs = self.record(self.seq, operation)
            payload = _encode_payload([entry, blobs, b""])
            frames.extend(pack_frame(payload, epoch=self.epoch, seq=self.seq, place=place))
            entries.append(entry)
            self.seq += 1
        self._write(b"".join(frames), count)
        return entries

    def record(self, seq: int, operation: str = "") -> tuple[bytes, list[bytes]]:
        """Envelope and ciphertexts of the record with that number."""
        if operation:
            told = {"operation": operation}
            made = Envelope(
                kind=RecordKind.CONTROL, id=f"ctl_{self.gateway}_{self.epoch}_{seq}", at=1_790_000_000_000 + seq,
                gateway=self.gateway, epoch=self.epoch, seq=seq, facts=dict(told),
            )  # fmt: skip
            return encode(made), []
        blobs = [sha256(b"%d" % seq).digest() * (self._ciphertext_bytes // 32)] if self._ciphertext_bytes else []
        sealed = tuple(
            SealedPart(
                klass="inputs",
                commit=commitment(b"s" * 32, blob),
                ct_sha256=sha256(blob).hexdigest(),
                bytes=len(blob),
                month="2026-11",
            )
            for blob in blobs
        )
        envelope = Envelope(
            kind=RecordKind.DECISION,
            id=f"dec_{self.gateway}_{self.epoch}_{seq}",
            exchange=f"exc_{seq}",
            at=1_790_000_000_000 + seq,
            gateway=self.gateway,
            epoch=self.epoch,
            seq=seq,
            subject="ab" * 16,
            action="ModelCall",
            effect="allow",
            demanded="allow",
            route="chat.completions",
            sealed=sealed,
        )
        return encode(envelope), blobs

    def rotate(self) -> None:
        """End the segment; the next batch begins another."""
        if self._segment is not None:
            self._segment.seal()
            self._segment = None

    def close(self) -> None:
        """Let go of the spool, as a gateway that ends."""
        self.rotate()
        self._epochs.close()

    def _write(self, data: bytes, count: int) -> None:
        if self._segment is not None and self._segment.used + len(data) > self._segment.size:
            self.rotate()
        if self._segment is None:
            header = SegmentHeader(self.epoch, self.seq - count)
            self._segment = open_segment(self.directory, header, size=max(_SEGMENT_BYTES, len(data) + 4096))
        self._segment.append(data)

"""Small records and spools for tests."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wardlaw.audit.envelope import Envelope, RecordKind
from wardlaw.store.spool import SpoolSettings
from wardlaw.store.spool_commit import Committer, Record

# Tests that do not ask what survives a power cut need no real disk: memory spares thousands of syncs.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
SIGNER = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
PUBLIC = SIGNER.public_key().public_bytes_raw()
SMALL = SpoolSettings(segment_bytes=64 * 1024, reserve_bytes=16 * 1024, stall_s=0.4, retry_s=0.02)


def envelope(name: str = "dec_1") -> Envelope:
    """An envelope as the gateway hands it over."""
    return Envelope(at=1, epoch=0, seq=0, gateway="", id=name, kind=RecordKind.DECISION)


def record(name: str = "dec_1", *, blobs: tuple[bytes, ...] = (), delta: bytes = b"") -> Record:
    """A record as the writer's thread meets it."""
    return Record(envelope(name), blobs, delta)


def committer(directory: Path, *, settings: SpoolSettings = SMALL, min_epoch: int = 0) -> Committer:
    """A committer on ``<directory>/gw``."""
    return Committer(directory, gateway="gw", sign=SIGNER.sign, settings=settings, min_epoch=min_epoch)


def fill(directory: Path, batches: list[int], *, blob: bytes = b"b" * 300) -> Path:
    """Write batches of so many records into a fresh epoch; gives the one segment, without its unused room."""
    writer = committer(directory)
    count = 0
    for size in batches:
        results = writer.commit([record(f"dec_{count + at}", blobs=(blob,)) for at in range(size)])
        assert all(isinstance(result, str) for result in results)
        assert len(results) == size
        count += size
    writer.close()
    return max((directory / "gw").glob("*.seg"))

"""Verifying a whole log: time and peak memory of a process that does nothing else.

The log is written by the log writer itself, in batches, with small envelopes; it is verified at a tenth of its size
and at full size, so that memory that grows with the log would show.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import msgspec

from wardlaw.audit.checkpoint import Checkpoint, sign_checkpoint
from wardlaw.audit.envelope import Envelope, RecordKind, encode
from wardlaw.audit.merkle import Accumulator, leaf_hashes
from wardlaw.audit.note import SignerKey, parse_verifier_key, signer_key
from wardlaw.store.logdir import LogDirectory, LogWriter, verify_directory

_BATCH = 25_600  # records written at once: full bundles of 256 only
_LOG_NAME = "bench.example/log"


class Verified(msgspec.Struct, frozen=True):
    """What one verification took; memory is the peak of the process in MB, and what it was before."""

    records: int
    sound: bool
    seconds: float
    cpu_s: float
    peak_mb: float
    start_mb: float


class VerifyFigures(msgspec.Struct, frozen=True):
    """The same log at a tenth of its size, and whole."""

    tenth: Verified
    whole: Verified


def measure(records: int, folder: Path) -> VerifyFigures:
    """Write a log of so many records and verify it."""
    path = folder / "log"
    key = signer_key(_LOG_NAME, bytes(range(32)))
    writer = LogWriter(LogDirectory(path), size=0, partial_hashes=[])
    tree = Accumulator()
    tenth = None
    while tree.size < records:
        count = min(_BATCH, records - tree.size)
        if tenth is None:
            count = min(count, records // 10 - tree.size)
        _grow(writer, tree, count)
        if tenth is None and tree.size >= records // 10:
            _publish(writer, tree, key)
            tenth = _verify(path, key)
    _publish(writer, tree, key)
    whole = _verify(path, key)
    return VerifyFigures(tenth or whole, whole)


def _grow(writer: LogWriter, tree: Accumulator, count: int) -> None:
    entries = [encode(_envelope(tree.size + place)) for place in range(count)]
    leaves = leaf_hashes(entries)
    for leaf in leaves:
        tree.append(leaf)
    writer.append(entries, leaves)


def _envelope(seq: int) -> Envelope:
    return Envelope(
        kind=RecordKind.DECISION,
        id=f"dec_{seq:032x}",
        exchange=f"exc_{seq:032x}",
        at=1_790_000_000_000 + seq,
        gateway="gateway-1",
        epoch=1,
        seq=seq,
        action="ModelCall",
        effect="allow",
        demanded="allow",
        route="chat.completions",
        subject="ab" * 32,
    )


def _publish(writer: LogWriter, tree: Accumulator, key: SignerKey) -> None:
    head = Checkpoint(key.name, tree.size, tree.root())
    writer.publish(sign_checkpoint(head, key).note.encode(), cosigned=False)


def _verify(path: Path, key: SignerKey) -> Verified:
    """In a process of its own, so that the memory is the verifier's."""
    command = [sys.executable, "-m", "bench.verifying", str(path), key.verifier.text]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    return msgspec.json.decode(done.stdout, type=Verified)


def verify(path: Path, key: str) -> Verified:
    """Verify the log in ``path`` here and now."""
    public = parse_verifier_key(key)
    start_mb = peak_mb()
    began, cpu = time.perf_counter(), time.process_time()
    report = verify_directory(path, log_public_key=public)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    return Verified(report.records, report.is_sound, seconds, cpu, peak_mb(), start_mb)


def peak_mb() -> float:
    """Peak resident memory; ``ru_maxrss`` would tell that of the process this one was forked from."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    kilobytes = next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1]
    return int(kilobytes) * 1024 / 1e6


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(verify(Path(sys.argv[1]), sys.argv[2])))

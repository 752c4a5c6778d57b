"""The audit path: spool (durable before anything is released) → sequencer → tables and tiles → signed checkpoint.

Records are made as a gateway makes them: an envelope and two sealed parts. The sequencer is the process ``up``
starts; it runs beside, as it would.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import uvloop

from bench.figures import percentile
from bench.installation import Made, make
from bench.processes import Running, StartError, Weight, free_port
from wardlaw.audit.checkpoint import parse_checkpoint
from wardlaw.audit.envelope import Envelope, RecordKind
from wardlaw.audit.note import parse_note
from wardlaw.gateway.ids import RandomPool
from wardlaw.store.installation import Installation
from wardlaw.store.keyring import Keyring
from wardlaw.store.logdir import LogDirectory
from wardlaw.store.spool import SpoolSettings, SpoolWriter

IN_FLIGHT = 64
_MONTH = "2026-11"
_INPUTS_BYTES, _CONTENT_BYTES = 900, 1_150  # of a decision on a prompt of 1 KB
_CATCH_UP_S = 120.0


class AuditFigures(msgspec.Struct, frozen=True):
    """What the audit path carries.

    Attributes:
        append_per_second: Records made, sealed and durable in the spool, sequencer running beside.
        through_per_second: The same until the last one is under a signed checkpoint on disk.
        alone_p50_us: A durable append with nothing else in flight.
        append_cpu_us: CPU per record where it is made and appended; ``sequencer_cpu_us`` behind that.
    """

    records: int
    in_flight: int
    append_per_second: float
    through_per_second: float
    append_p50_us: float
    append_p99_us: float
    alone_p50_us: float
    alone_p99_us: float
    append_cpu_us: float
    sequencer_cpu_us: float


def measure(records: int, folder: Path, *, limit_s: float) -> AuditFigures:
    """Put records through an installation of their own."""
    made = make(folder / "audit", port=free_port(), answer_port=1, stream_port=1)
    command = [sys.executable, "-m", "wardlaw.cli.processes", "sequencer", str(made.config_path)]
    sequencer = Running(command, log=folder / "sequencer.log", limit_s=limit_s)
    log = LogDirectory(Path(made.config.audit.log))
    try:
        _wait(lambda: published(log) >= 0, sequencer)
        before = Weight(sequencer.pid).cpu_us()
        places = Installation(made.config)
        keyring = places.open_keyring(os.environ)
        try:
            return uvloop.run(_run(made, keyring, records, sequencer=sequencer, cpu_before_us=before))
        finally:
            keyring.close()
    finally:
        sequencer.stop()


async def _run(made: Made, keyring: Keyring, records: int, *, sequencer: Running, cpu_before_us: float) -> AuditFigures:
    sign = Installation(made.config).gateway_signer()
    spool = SpoolWriter(Path(made.config.audit.spool), gateway="gateway-1", sign=sign, settings=SpoolSettings())
    log = LogDirectory(Path(made.config.audit.log))
    maker = _Maker(keyring)
    try:
        alone = [await _append(spool, maker) for _ in range(max(200, records // 100))]
        took: list[float] = []
        left = iter(range(records))

        async def work() -> None:
            for _ in left:
                took.append(await _append(spool, maker))  # noqa: PERF401 (each one is awaited)

        began, cpu = time.perf_counter(), time.process_time()
        async with asyncio.TaskGroup() as group:
            for _ in range(IN_FLIGHT):
                group.create_task(work())
        appended_s, cpu = time.perf_counter() - began, time.process_time() - cpu
        total = len(alone) + records
        await asyncio.to_thread(_wait, lambda: published(log) >= total, sequencer)
        through_s = time.perf_counter() - began
    finally:
        await asyncio.to_thread(spool.close)
    return AuditFigures(
        records=records,
        in_flight=IN_FLIGHT,
        append_per_second=records / appended_s,
        through_per_second=records / through_s,
        append_p50_us=percentile(took, 0.5),
        append_p99_us=percentile(took, 0.99),
        alone_p50_us=percentile(alone, 0.5),
        alone_p99_us=percentile(alone, 0.99),
        append_cpu_us=cpu / records * 1e6,
        sequencer_cpu_us=(Weight(sequencer.pid).cpu_us() - cpu_before_us) / total,
    )


async def _append(spool: SpoolWriter, maker: _Maker) -> float:
    """Make one record and have it durable; microseconds from the hand-over to the receipt."""
    envelope, blobs = maker.make()
    began = time.perf_counter_ns()
    await spool.append(envelope, blobs=blobs, delta=b"d" * 80)
    return (time.perf_counter_ns() - began) / 1000


class _Maker:
    """Makes records of eight callers."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._count = 0
        self._pool = os.urandom(1 << 16)
        self._random = RandomPool(os.urandom)
        for number in range(8):
            keyring.prepare(f"user:bench-{number}", _MONTH, ("inputs", "content"))

    def make(self) -> tuple[Envelope, tuple[bytes, ...]]:
        """The next record: envelope and ciphertexts."""
        self._count += 1
        subject = f"user:bench-{self._count % 8}"
        at = self._count % 60_000
        parts = (("inputs", self._pool[at : at + _INPUTS_BYTES]), ("content", self._pool[at : at + _CONTENT_BYTES]))
        sealed = self._keyring.seal_parts(subject, _MONTH, parts, random=self._random.take)
        envelope = Envelope(
            kind=RecordKind.DECISION,
            id=f"dec_{self._count:032x}",
            exchange=f"exc_{self._count:032x}",
            at=1_790_000_000_000 + self._count,
            gateway="",
            epoch=0,
            seq=0,
            action="ModelCall",
            effect="allow",
            demanded="allow",
            policies="0" * 64,
            route="chat.completions",
            subject=sealed.pseudonym,
            sealed=tuple(one.part for one in sealed.parts),
        )
        return envelope, tuple(one.blob for one in sealed.parts)


def published(log: LogDirectory) -> int:
    """Records under the newest checkpoint on disk; -1 before the first."""
    note = log.checkpoint()
    return parse_checkpoint(parse_note(note).text).size if note is not None else -1


def _wait(done: Callable[[], bool], running: Running) -> None:
    end = time.monotonic() + _CATCH_UP_S
    while not done():
        if running.wait(0.01) is not None or time.monotonic() > end:
            raise StartError(f"the sequencer did not follow: {running.tail()}")

"""Telling the log to other systems: how many records a second one target is given, on one core.

The records stand in tables as the sequencer leaves them; the target is a file on the same disk, synced for each batch, so
that what is measured is reading, mapping, writing and noting, and not somebody else's network.
"""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
from sqlalchemy import insert

from wardlaw.audit.envelope import Envelope, RecordKind, encode
from wardlaw.cli.exportkeeping import TargetKeeper
from wardlaw.config.proving import ExportKind, ExportTarget
from wardlaw.store.database import open_database, reading, writing
from wardlaw.store.exports import read_cursor
from wardlaw.store.migrate import upgrade
from wardlaw.store.tables import RECORD

_BATCH = 5_000
_AT_MS = 1_790_000_000_000


class ExportFigures(msgspec.Struct, frozen=True):
    """What telling a log took; CPU of all threads of the process."""

    records: int
    per_second: float
    cpu_us: float


def measure(records: int, folder: Path) -> ExportFigures:
    """Put so many records into tables and tell them to a file."""
    place = folder / "export"
    place.mkdir(parents=True)
    engine = open_database(f"sqlite:///{place}/w.db")
    upgrade(engine)
    try:
        for first in range(0, records, _BATCH):
            with writing(engine) as connection:
                connection.execute(
                    insert(RECORD), [row_of(leaf) for leaf in range(first, min(first + _BATCH, records))]
                )
        target = ExportTarget("bench", ExportKind.FILE, path=str(place / "out.jsonl"))
        keeper = TargetKeeper(engine, target, origin="bench", env={}, clock=time.time)
        began, cpu = time.perf_counter(), time.process_time()
        while keeper.turn() == 0.0:
            pass
        seconds, spent = time.perf_counter() - began, time.process_time() - cpu
        with reading(engine) as connection:
            sent = read_cursor(connection, "bench").sent
    finally:
        engine.dispose()
    if sent != records:
        raise RuntimeError(f"{sent} of {records} records were told")
    return ExportFigures(records, records / seconds, spent * 1e6 / records)


def row_of(leaf: int) -> dict[str, object]:
    """A decision as the sequencer leaves it."""
    denied = leaf % 7 == 0
    envelope = Envelope(
        action="ModelCall",
        at=_AT_MS + leaf,
        clauses=("GOV-07",) if denied else (),
        code="clause" if denied else "",
        demanded="deny" if denied else "allow",
        effect="deny" if denied else "allow",
        epoch=1,
        exchange=f"exc_{leaf:032x}",
        gateway="gateway-1",
        id=f"dec_{leaf:032x}",
        kind=RecordKind.DECISION,
        policies="ab" * 32,
        route="chat.completions",
        seq=leaf,
        subject=f"{leaf % 500:032x}",
    )
    columns = {name: getattr(envelope, name) for name in (
        "id", "exchange", "gateway", "epoch", "seq", "subject", "effect", "demanded", "action", "route", "policies", "code",
    )}  # fmt: skip
    return columns | {"leaf_index": leaf, "kind": "decision", "at_ms": envelope.at, "envelope": encode(envelope)}

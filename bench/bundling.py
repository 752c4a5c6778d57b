"""An evidence report over a log of a million decisions: time and peak memory of a process that does nothing else.

The decisions are judged by the starter pack and sealed as a gateway seals them; some thousands are made so and put in again
and again under other ids, each with an entry of its own in a signed log. The report counts every one of them (which opens its
inputs), says how each provision of the EU AI Act stands, proves what it rests on, is signed, packed and verified. Measured
is a control plane that has just started and has counted nothing; one that runs has counted all but the newest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import date
from itertools import islice
from pathlib import Path

import msgspec
from sqlalchemy import delete, insert, select, text
from sqlalchemy.engine import Engine

from bench import installation
from bench.deciding import cases
from bench.verifying import peak_mb
from wardlaw.audit.checkpoint import Checkpoint, sign_checkpoint
from wardlaw.audit.envelope import decode, encode
from wardlaw.audit.merkle import Accumulator, leaf_hashes
from wardlaw.cli.reportkeeping import load_report, write_report
from wardlaw.cli.roles.control import hearing_desk, life_desk
from wardlaw.config.load import load_config
from wardlaw.console.api.deps import ReportLines
from wardlaw.console.desks.coverage import CoverageDesk
from wardlaw.console.desks.policies import PolicyDesk
from wardlaw.console.desks.reports import ReportDesk
from wardlaw.evidence.report import Period
from wardlaw.facts.tier import SystemRole, Tier
from wardlaw.register.system import System
from wardlaw.store.database import open_database, reading, writing
from wardlaw.store.installation import Installation
from wardlaw.store.logdir import LogDirectory, LogWriter
from wardlaw.store.reportverify import check
from wardlaw.store.systems import add_system
from wardlaw.store.tables import RECORD
from wardlaw.testing.decisions import put_decisions

_MADE = 5_000  # decisions that are judged and sealed; the rest are these again
_AT = 1_790_000_000.0  # when the first was made, as ``cases`` says; one a second follows
_BATCH = 25_600  # records written at once: whole bundles of 256
_MOST_S = 900.0


class Bundled(msgspec.Struct, frozen=True):
    """What one report took; memory in MB, the peak of the process and what it was before.

    Attributes:
        count_s: Opening and counting every decision.
        rest_s: Gathering, proving, drawing, signing, packing.
        cpu_s: Of all of it.
        steps: How often it said how far it was.
    """

    decisions: int
    lines: int
    proven_records: int
    count_s: float
    rest_s: float
    cpu_s: float
    peak_mb: float
    start_mb: float
    steps: int

    @property
    def seconds(self) -> float:
        """All of it."""
        return self.count_s + self.rest_s


def measure(decisions: int, folder: Path) -> Bundled:
    """Record so many decisions and make a report of them, in a process of its own."""
    place = folder / "bundle"
    made = installation.make(place, port=1, answer_port=2, stream_port=3)
    _record(made.config_path, decisions)
    command = [sys.executable, "-m", "bench.bundling", str(made.config_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_MOST_S, check=True)
    return msgspec.json.decode(done.stdout, type=Bundled)


def _record(config_path: Path, decisions: int) -> None:
    config = load_config(config_path)
    places = Installation(config)
    keyring = places.open_keyring(os.environ)
    engine = open_database(places.database_url(os.environ))
    published = PolicyDesk(places, clock=lambda: _AT).published()
    made = min(_MADE, decisions)
    try:
        with writing(engine) as connection:
            put_decisions(connection, keyring, published.policies, islice(cases(made, seed=1), made))
            for number in range(4):
                callers = tuple(f"user:bench-{one}" for one in range(number, 40, 4))
                add_system(connection, _system(number, callers), by="person:bench", now=_AT)
        with reading(engine) as connection:
            query = select(RECORD).where(RECORD.c.id.like("dec_%")).order_by(RECORD.c.leaf_index)
            first = [dict(row) for row in connection.execute(query).mappings()]
        with writing(engine) as connection:
            connection.execute(delete(RECORD).where(RECORD.c.leaf_index < made))
        _again(engine, places, _stopped(first, [one.id for one in published.clauses]), decisions)
    finally:
        engine.dispose()
        keyring.close()


def _system(number: int, callers: tuple[str, ...]) -> System:
    return System(
        f"system-{number}", f"System {number}", "person:bench", "a system of the benchmark",
        roles=(SystemRole.DEPLOYER,), tier=Tier.HIGH, principals=callers,
    )  # fmt: skip


def _stopped(rows: list[dict[str, object]], clauses: list[str]) -> list[dict[str, object]]:
    """Have every fiftieth say that a clause stopped it, each clause in its turn: ordinary requests meet none."""
    told = list(rows)
    for number in range(0, len(rows), 50):
        said = {"effect": "deny", "demanded": "deny"}
        envelope = decode(rows[number]["envelope"])  # type: ignore[arg-type]
        stopped = msgspec.structs.replace(envelope, clauses=(clauses[number // 50 % len(clauses)],), **said)
        told[number] = rows[number] | said | {"envelope": encode(stopped)}
    return told


def _again(engine: Engine, places: Installation, first: list[dict[str, object]], decisions: int) -> None:
    """Put the records in again until there are so many, and write the log of all of them."""
    writer = LogWriter(LogDirectory(Path(places.config.audit.log)), size=0, partial_hashes=[])
    tree, batch = Accumulator(), []
    envelopes = [decode(row["envelope"]) for row in first]  # type: ignore[arg-type]
    made = len(first)
    for leaf in range(decisions):
        of = leaf % made
        name = first[of]["id"] if leaf < made else f"dec_{leaf:032x}"
        at_ms = int(_AT * 1000) + leaf * 1000
        envelope = encode(msgspec.structs.replace(envelopes[of], id=str(name), at=at_ms, seq=leaf))
        batch.append(first[of] | {"leaf_index": leaf, "id": name, "seq": leaf, "at_ms": at_ms, "envelope": envelope})
        if len(batch) == _BATCH or leaf == decisions - 1:
            entries = [row["envelope"] for row in batch]
            leaves = leaf_hashes(entries)
            for one in leaves:
                tree.append(one)
            writer.append(entries, leaves)
            with writing(engine) as connection:
                connection.execute(insert(RECORD), batch)
            batch = []
    _seal_again(engine, made, decisions)
    signer = places.log_signer()
    head = Checkpoint(signer.name, tree.size, tree.root())
    writer.publish(sign_checkpoint(head, signer).note.encode(), cosigned=False)


def _seal_again(engine: Engine, made: int, decisions: int) -> None:
    copied = text(
        "INSERT INTO sealed_part SELECT leaf_index + :offset, klass, subject, month, ciphertext FROM sealed_part "
        "WHERE leaf_index < :made AND leaf_index + :offset < :decisions"
    )
    for offset in range(made, decisions, made):
        with writing(engine) as connection:
            connection.execute(copied, {"offset": offset, "made": made, "decisions": decisions})


def report(config_path: Path) -> Bundled:
    """Make the report here and now."""
    config = load_config(config_path)
    places = Installation(config)
    keyring = places.open_keyring(os.environ)
    engine = open_database(places.database_url(os.environ))
    began_at = time.perf_counter()
    end = _newest(engine)

    def clock() -> float:
        return end + time.perf_counter() - began_at

    policies = PolicyDesk(places, clock=clock)
    life = life_desk(config, policies, keyring)
    heard = hearing_desk(config, places, life).hear
    coverage = CoverageDesk(keyring, policies.published, heard=heard, readings={}, clock=clock)
    desk = ReportDesk(places, life)
    policies.published()
    start_mb, began, cpu, steps = peak_mb(), time.perf_counter(), time.process_time(), 0
    while True:
        with reading(engine) as connection:
            survey, counted = coverage.survey(connection)
        steps += 1
        if counted.end >= counted.log_end:
            break
    count_s = time.perf_counter() - began
    with reading(engine) as connection:
        lines = ReportLines(
            framework=coverage.frameworks(connection)["eu-ai-act"],
            controls=coverage.controls(),
            provisions=coverage.lines(connection, survey, "eu-ai-act"),
            clauses=coverage.lines(connection, survey, ""),
            log_size=counted.log_end,
        )
        gathered = desk.gather(connection, survey, lines, Period(date(2026, 9, 1), date(2026, 11, 1)))
    files = desk.seal(gathered)
    out = config_path.with_name("report.zip")
    write_report(files, out)
    rest_s, cpu = time.perf_counter() - began - count_s, time.process_time() - cpu
    wrong, _ = check(load_report(out))
    keyring.close()
    engine.dispose()
    proven = sum(name.endswith(".tlog-proof") for name in files)
    told = gathered.happened.records.get("decision", 0)
    if wrong or not proven:
        raise RuntimeError(f"the report does not verify: {wrong or 'no record is proven'}")
    return Bundled(told, len(gathered.lines), proven, count_s, rest_s, cpu, peak_mb(), start_mb, steps)


def _newest(engine: Engine) -> float:
    """When the newest decision was made, Unix seconds."""
    with reading(engine) as connection:
        query = select(RECORD.c.at_ms).order_by(RECORD.c.leaf_index.desc()).limit(1)
        return float(connection.execute(query).scalar_one()) / 1000


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(report(Path(sys.argv[1]))))

"""Verifying the log in front of somebody: the same verifier as on the command line, told step by step.

Whoever runs the server could lie here too; what a person should believe is the verifier they run themselves, on their own
machine, with the keys they noted at set-up. The page says so beside the verdict.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wardlaw.audit.note import VerifierKey, parse_verifier_key
from wardlaw.audit.report import VerifyReport, describe
from wardlaw.audit.seen import Seen
from wardlaw.audit.verify import Expectations, FormerKey, verify_log
from wardlaw.console.api.deps import VerifyStep
from wardlaw.facts.errors import WardlawError
from wardlaw.store.installation import Installation
from wardlaw.store.keyring_signing import trusted_keys
from wardlaw.store.logdir import WITNESSED, LogDirectory
from wardlaw.store.secondplace import SecondPlace, WitnessPlace, WriteOncePlace
from wardlaw.store.sequencing import read_witness_key

TOLD_BUNDLES = 16
"""A step is told each so many bundles of 256 records: often enough to see it move, seldom enough to cost nothing."""

Told = Callable[[VerifyStep], None]


class ToldSource:
    """A log that tells what is read of it; implements ``audit.verify.LogSource``.

    Args:
        bundles: How many bundles there will be; 0 unknown.
    """

    def __init__(self, inner: LogDirectory, told: Told, bundles: int) -> None:
        self._inner = inner
        self._told = told
        self._bundles = bundles
        self.read = 0
        self.tiles = 0

    def checkpoint(self) -> bytes | None:
        """The signed checkpoint."""
        return self._inner.checkpoint()

    def tile(self, level: int, index: int, width: int) -> bytes | None:
        """A tile."""
        self.tiles += 1
        return self._inner.tile(level, index, width)

    def bundle(self, index: int, width: int) -> bytes | None:
        """An entry bundle."""
        if self.read % TOLD_BUNDLES == 0:
            self._told(VerifyStep("Records hashed and held against the tree", self.read, self._bundles))
        self.read += 1
        return self._inner.bundle(index, width)

    def minimum_index(self) -> int:
        """Records before this one were pruned."""
        return self._inner.minimum_index()


def verify_installation(places: Installation, told: Told) -> dict[str, Any]:
    """The verdict on an installation's log, JSON-ready."""
    directory = LogDirectory(Path(places.config.audit.log))
    *former, current = trusted_keys(places.log_key_path)
    told(VerifyStep(f"Keys the log is held against: {1 + len(former)}, the newest {current.verifier.name}"))
    witnesses = _witness_keys(places)
    seen, notices = _elsewhere(places, current.verifier.name, witnesses, told)
    kept = directory.witnessed()
    own = (Seen(WITNESSED, kept),) if kept is not None else ()
    bundles = _bundles_of(directory)
    source = ToldSource(directory, told, bundles)
    report = verify_log(
        source,
        Expectations(
            log_key=current.verifier,
            former_keys=tuple(FormerKey(one.verifier, int(one.until * 1000)) for one in former),
            witness_keys=witnesses,
            seen=(*own, *seen),
        ),
    )
    told(VerifyStep("Records hashed and held against the tree", source.read, source.read))
    told(VerifyStep(f"Tiles of the tree recomputed: {source.tiles:,}"))
    _tell_head(report, told)
    return _data(report, notices)


def _tell_head(report: VerifyReport, told: Told) -> None:
    if report.checkpoint is not None:
        told(VerifyStep(f"Root and signature of the checkpoint over {report.checkpoint.size:,} records"))
    told(VerifyStep(f"Numbers of {len(report.gateways)} writers followed without a gap"))
    for one in report.witnessed:
        told(VerifyStep(f"Cosignature of the witness {one.name} over {one.size:,} records"))


def _bundles_of(directory: LogDirectory) -> int:
    """How many bundles the files say there are; only to show how far it is, whatever it is worth."""
    note = directory.checkpoint()
    lines = note.split(b"\n", 2) if note else []
    size = int(lines[1]) if len(lines) > 1 and lines[1].isdigit() and len(lines[1]) < 16 else 0
    pruned = max(0, directory.minimum_index())
    return max(0, -(-size // 256) - pruned // 256)


def _witness_keys(places: Installation) -> tuple[VerifierKey, ...]:
    text = places.config.audit.witness.public_key
    return (parse_verifier_key(read_witness_key(text)),) if text else ()


def _elsewhere(
    places: Installation, origin: str, witnesses: tuple[VerifierKey, ...], told: Told
) -> tuple[tuple[Seen, ...], list[str]]:
    """Newest checkpoints kept out of the operator's reach, and which places could not be asked."""
    audit = places.config.audit
    asked: list[SecondPlace] = []
    if audit.witness.url and witnesses:
        asked.append(WitnessPlace(audit.witness.url, witnesses[0]))
    if audit.write_once:
        asked.append(WriteOncePlace(Path(audit.write_once), now=time.time))
    seen, notices = [], []
    for place in asked:
        try:
            found = place.newest(origin)
        except WardlawError as error:
            notices.append(f"Not compared with {place.name}: {error.message}")
            continue
        if found is None:
            notices.append(f"Not compared with {place.name}: it holds nothing of this log.")
        else:
            told(VerifyStep(f"Fetched what {place.name} saw of the log"))
            seen.append(found)
    if not asked:
        notices.append("No witness and no write-once folder is set up: a cut tail of the log cannot be seen.")
    return tuple(seen), notices


def _data(report: VerifyReport, notices: list[str]) -> dict[str, Any]:
    head = report.checkpoint
    return {
        "sound": report.is_sound,
        "verdict": next(iter(describe(report))),
        "origin": head.origin if head is not None else "",
        "size": head.size if head is not None else 0,
        "root": head.root.hex() if head is not None else "",
        "records": report.records,
        "minimum_index": report.minimum_index,
        "problems": [
            {"kind": one.kind.value, "where": one.where, "message": one.message, "index": one.index}
            for one in report.problems
        ],
        "further": report.further,
        "witnessed": [{"name": one.name, "size": one.size, "at": one.at} for one in report.witnessed],
        "notices": [*notices, *(f"{one.where}: {one.message}" for one in report.notices)],
    }

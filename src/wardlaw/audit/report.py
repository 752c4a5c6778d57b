"""What a verification found, as values and as plain lines."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from wardlaw.audit.checkpoint import Checkpoint


class ProblemKind(StrEnum):
    """Closed set of what can be wrong with a log."""

    CHECKPOINT_MISSING = "checkpoint-missing"
    CHECKPOINT_MALFORMED = "checkpoint-malformed"
    CHECKPOINT_SIGNATURE = "checkpoint-signature"
    ROOT_DIFFERS = "root-differs"  # the records do not have the root that was signed
    ENTRY_CHANGED = "entry-changed"
    BUNDLE_MISSING = "bundle-missing"
    BUNDLE_DAMAGED = "bundle-damaged"  # cut short, or a record removed or added
    TILE_CHANGED = "tile-changed"
    TILE_MISSING = "tile-missing"
    TILE_DAMAGED = "tile-damaged"  # cut short
    ENTRY_UNREADABLE = "entry-unreadable"  # the leaf is no envelope
    SEQ_GAP = "seq-gap"
    SEQ_DUPLICATE = "seq-duplicate"
    COSIGNATURE = "cosignature"  # a witness's line does not verify
    LOG_SHRANK = "log-shrank"  # somebody saw a larger log: the tail was cut or an old copy restored
    LOG_FORKED = "log-forked"  # somebody saw another history
    SEEN_UNUSABLE = "seen-unusable"  # a checkpoint brought along for comparison does not verify
    RECEIPT_FALSE = "receipt-false"
    RECEIPT_WITHOUT_RECORD = "receipt-without-record"
    FORMER_KEY = "former-key"  # an older copy: signed by a key the log has replaced since
    RECORD_AFTER_KEY = "record-after-key"  # later than the end of the key that signed the log
    NOT_WITNESSED = "not-witnessed"
    MINIMUM_INDEX = "minimum-index"  # the statement of what was pruned makes no sense


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong.

    Attributes:
        where: Path below the log, ``record <n>``, or the name of a witness.
        index: Record concerned; -1 when none in particular.
    """

    kind: ProblemKind
    where: str
    message: str
    index: int = -1


class Witnessed(msgspec.Struct, frozen=True):
    """One witness's newest word on this log: the size it cosigned and when (Unix seconds; 0 unknown)."""

    name: str
    size: int
    at: int


class VerifyReport(msgspec.Struct, frozen=True):
    """Result of a verification.

    Attributes:
        checkpoint: Head of the log as it claims; None when no checkpoint could be read.
        records: Records whose bytes were hashed.
        minimum_index: Records before this one were pruned; their hashes were checked, their bytes are gone.
        problems: Everything that is wrong, at most a thousand.
        further: Problems beyond those listed.
        notices: What is not wrong but should be known.
        gateways: Highest (epoch, seq) met for each gateway.
    """

    checkpoint: Checkpoint | None
    records: int
    minimum_index: int
    problems: tuple[Problem, ...] = ()
    further: int = 0
    notices: tuple[Problem, ...] = ()
    witnessed: tuple[Witnessed, ...] = ()
    gateways: tuple[tuple[str, int, int], ...] = ()

    @property
    def is_sound(self) -> bool:
        """True when nothing is wrong."""
        return not self.problems


def describe(report: VerifyReport) -> Iterator[str]:
    """The report in plain lines, the verdict first."""
    if report.checkpoint is None:
        yield "The log does not verify: it has no readable checkpoint."
    elif report.is_sound:
        yield f"The log verifies: {report.checkpoint.size} records of {report.checkpoint.origin}."
    else:
        count = len(report.problems) + report.further
        yield f"The log does not verify: {count} problem{'s' if count > 1 else ''}."
    if report.minimum_index:
        yield f"Records before {report.minimum_index} were pruned; their hashes still count."
    for seen in report.witnessed:
        yield f"Witness {seen.name} saw {seen.size} records."
    for problem in (*report.problems, *report.notices):
        yield f"{problem.kind}: {problem.where}: {problem.message}"
    if report.further:
        yield f"… and {report.further} further problems."

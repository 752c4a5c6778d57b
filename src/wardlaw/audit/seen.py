"""Compares a log with the checkpoints others kept of it: a cut tail or a second history is found here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from wardlaw.audit.checkpoint import Checkpoint, SignedCheckpoint, open_checkpoint
from wardlaw.audit.cosignature import cosigned_at
from wardlaw.audit.note import Note, VerifierKey
from wardlaw.audit.report import ProblemKind, Witnessed
from wardlaw.audit.sequence import AddProblem
from wardlaw.facts.errors import EvidenceError


class Seen(msgspec.Struct, frozen=True):
    """A checkpoint of the same log that somebody else kept; ``where`` says who (``witness``, a path, ``syslog``)."""

    where: str
    note: bytes


def open_seen(
    seen: Sequence[Seen], keys: Sequence[VerifierKey], head: Checkpoint, add: AddProblem
) -> list[tuple[str, SignedCheckpoint]]:
    """The checkpoints that carry the log's own signature: only those bind it. The larger and the false are reported."""
    good = []
    for one in seen:
        try:
            other = open_checkpoint(one.note, *keys)
        except EvidenceError as error:
            add(ProblemKind.SEEN_UNUSABLE, one.where, error.message)
            continue
        if other.checkpoint.size > head.size:
            add(
                ProblemKind.LOG_SHRANK,
                one.where,
                f"It saw {other.checkpoint.size} records, the log has {head.size}: "
                "the tail was cut or an old copy restored.",
                index=head.size,
            )
        good.append((one.where, other))
    return good


def compare_seen(others: Sequence[tuple[str, SignedCheckpoint]], roots: Mapping[int, bytes], add: AddProblem) -> None:
    """Report each checkpoint whose root the log does not have at that size."""
    for where, other in others:
        root = roots.get(other.checkpoint.size)
        if root is not None and root != other.checkpoint.root:
            add(
                ProblemKind.LOG_FORKED,
                where,
                f"It saw another history: the first {other.checkpoint.size} records had another root.",
            )


def find_witnessed(
    note: Note,
    head: Checkpoint,
    others: Sequence[tuple[str, SignedCheckpoint]],
    keys: Sequence[VerifierKey],
    add: AddProblem,
) -> tuple[Witnessed, ...]:
    """The newest word of each witness, from its cosignatures on the head and on the checkpoints others kept."""
    notes = [("checkpoint", head.size, note)] + [(w, o.checkpoint.size, o.note) for w, o in others]
    newest = []
    for key in keys:
        words = []
        for where, size, candidate in notes:
            try:
                at = cosigned_at(candidate, key)
            except EvidenceError as error:
                add(ProblemKind.COSIGNATURE, where, error.message)
                continue
            if at is not None:
                words.append((size, at))
        if words:
            size, at = max(words)
            newest.append(Witnessed(key.name, size, at))
    return tuple(newest)

"""What runs a check: one pure function for each kind.

Checks of files run where the files are, beside the pipeline; the others run where the facts are, in the control plane.
Both are the same kind of function, so that what a check says depends on nothing but what it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import BinaryIO, TypeAlias

import msgspec

from wardlaw.register.checks import CheckKind, CheckOutcome, CheckResult, Digest
from wardlaw.register.gates.gate import CheckSpec
from wardlaw.register.redteam.report import BoundReport
from wardlaw.register.system import System

OF_FILES = frozenset(
    {
        CheckKind.BIAS,
        CheckKind.POISONING,
        CheckKind.MODEL_FILE,
        CheckKind.SCAN,
        CheckKind.RED_TEAM,
        CheckKind.MODEL_CARD,
    }
)
"""Kinds that run where the files are; what they answer is handed in, under the name of whoever ran them."""


_POISONING_FILES = ("data", "baseline", "trusted", "key")


def files_of(spec: CheckSpec) -> tuple[str, ...]:
    """The names under which files are handed in for a check; where the gate names none, those of its kind."""
    if spec.files:
        return spec.files
    return _POISONING_FILES if spec.kind is CheckKind.POISONING else (spec.kind.value,)


class SystemFacts(msgspec.Struct, frozen=True):
    """What the installation itself knows of a system at the moment of a run.

    Attributes:
        classified: How the classification stands: ``approved``, or why it does not.
        classification: Its version; 0 for none.
        classified_at: When it was decided, Unix seconds; 0 for never.
        classified_as: Roles of whoever decided it.
        duties: Assessments that are due, such as ``eu-ai-act:art-27`` and ``gdpr:35``.
        attested: What people vouch for now: provisions, by id.
        in_force: Clauses in force.
        proven: Clauses whose newest canary was stopped on every route.
        failed: Clauses whose newest canary got through.
        red_team: Reports that are kept: of the system's model, and of targets whatever their model.
    """

    classified: str = "never"
    classification: int = 0
    classified_at: float = 0.0
    classified_as: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    attested: frozenset[str] = frozenset()
    in_force: frozenset[str] = frozenset()
    proven: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    red_team: tuple[BoundReport, ...] = ()


class Subject(msgspec.Struct, frozen=True):
    """What a gate is run on: a system in one version; ``at`` is Unix seconds."""

    system: System
    version: int
    at: float
    known: SystemFacts | None = None
    """None where a check runs beside the files, away from the installation."""


class GivenFile:
    """A file that was handed in with a run, opened for reading by the shell.

    Attributes:
        name: Its file name, for people.
        digest: SHA-256 of all of it.
        size: Bytes.
        stream: Opened, seekable, at its beginning.
    """

    __slots__ = ("digest", "name", "size", "stream")

    def __init__(self, name: str, digest: Digest, size: int, stream: BinaryIO) -> None:
        self.name = name
        self.digest = digest
        self.size = size
        self.stream = stream


Runner: TypeAlias = Callable[[CheckSpec, Subject, Mapping[str, GivenFile]], CheckResult]
"""Runs one check. The mapping has the files that were handed in, by the names in ``CheckSpec.files``; a runner answers
with ``REVIEW`` where one it needs is missing, never with a pass, and reads thresholds from ``CheckSpec.require``."""


def unmeasured(spec: CheckSpec, why: str, next_step: str) -> CheckResult:
    """What a check that could not be run answers: a person must look."""
    return CheckResult(spec.id, spec.kind, CheckOutcome.REVIEW, why, next_step)

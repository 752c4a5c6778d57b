"""What every check of a deployment gate answers with, whatever it measured."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from wardlaw.register.plotdata import MOST_PLOTS, PlotData

Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
"""SHA-256 in lower-case hex."""


class CheckKind(StrEnum):
    """What a check looks at."""

    CLASSIFICATION = "classification"
    SIGN_OFFS = "sign-offs"
    BIAS = "bias"
    POISONING = "poisoning"
    MODEL_FILE = "model-file"
    SCAN = "scan"
    RED_TEAM = "red-team"
    MODEL_CARD = "model-card"
    LIVE = "live"


class CheckOutcome(StrEnum):
    """How a check ended. What could not be measured is never a pass."""

    PASS = "pass"
    REVIEW = "review"
    """A person must look: the figures do not decide it, or evidence is missing."""
    FAIL = "fail"


class Figure(msgspec.Struct, frozen=True):
    """One number a check rests on.

    Attributes:
        name: What it is, in words a lawyer reads: ``selection rate of Female x Black``.
        low, high: Ends of its 95 % interval; None where there is none.
        limit: The threshold it was held against; None when it is only shown.
        count: How many cases it was taken from; None when it is not a share.
    """

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    limit: float | None = None
    count: int | None = None


class Ground(msgspec.Struct, frozen=True):
    """Something a check was made of, by its digest: when it changes, the check no longer speaks for it.

    Attributes:
        what: ``model``, ``dataset``, ``reference``, ``baseline``, ``report``, ``thresholds``, ``card`` …
        name: A file name or id, for people.
    """

    what: str
    name: str
    digest: Digest


class CheckResult(msgspec.Struct, frozen=True):
    """How one check of a gate ended.

    Attributes:
        id: The check's name in its gate.
        why: One sentence that says what decided it.
        next: What to do about it; empty for a pass.
        notes: Further facts, a sentence each.
        plots: The numbers of what is drawn of it.
    """

    id: str
    kind: CheckKind
    outcome: CheckOutcome
    why: str
    next: str = ""
    figures: tuple[Figure, ...] = ()
    grounds: tuple[Ground, ...] = ()
    notes: tuple[str, ...] = ()
    plots: Annotated[tuple[PlotData, ...], msgspec.Meta(max_length=MOST_PLOTS)] = ()


def worst(results: tuple[CheckResult, ...]) -> CheckOutcome:
    """How checks ended together. Nothing checked is not a pass: it asks for a person."""
    outcomes = {one.outcome for one in results}
    if CheckOutcome.FAIL in outcomes:
        return CheckOutcome.FAIL
    if CheckOutcome.REVIEW in outcomes or not outcomes:
        return CheckOutcome.REVIEW
    return CheckOutcome.PASS

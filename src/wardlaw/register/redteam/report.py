"""A red-team report, whichever tool wrote it."""

from __future__ import annotations

import math
from datetime import date
from enum import StrEnum

import msgspec

from wardlaw.register.checks import Digest

_Z = 1.959963984540054  # of a 95 % interval of the normal distribution


class Severity(StrEnum):
    """How much harm an attack does that succeeds."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Attacked(msgspec.Struct, frozen=True, order=True):
    """Attacks of one kind, judged in one way.

    Attributes:
        probe: The attack, as its tool names it.
        judge: What judged the answers.
        attempts: Answers that were judged; those nobody could judge are in ``unjudged``.
        successes: How often the attack succeeded.
    """

    probe: str
    judge: str
    attempts: int
    successes: int
    unjudged: int = 0
    severity: Severity = Severity.HIGH


class RedTeamReport(msgspec.Struct, frozen=True):
    """What a run found.

    Attributes:
        tool: garak, promptfoo, PyRIT or inspect.
        target: What was attacked, as the tool names it: ``openai/gpt-x``.
        made: The day the run began.
    """

    tool: str
    version: str
    target: str
    made: date
    attacked: tuple[Attacked, ...]


class BoundReport(msgspec.Struct, frozen=True):
    """A report bound to what it speaks for.

    Attributes:
        digest: Of the report's file.
        model_digest: Of the model that stood behind the target when it was attacked, as whoever imports it vouches.
    """

    report: RedTeamReport
    digest: Digest
    model_digest: Digest


class KeptReport(msgspec.Struct, frozen=True):
    """A report that is kept, with who vouches for what it is bound to; ``kept_at`` in Unix seconds."""

    id: str
    bound: BoundReport
    kept_by: str
    kept_at: float


class ReportRefusedError(Exception):
    """A file is no report, or is no evidence. Its text says why, in one sentence."""


def wilson(successes: int, attempts: int) -> tuple[float, float]:
    """The 95 % interval of a share; from nothing follows nothing: 0 to 1.

    Source: E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, JASA 22 (1927).
    """
    if attempts <= 0:
        return 0.0, 1.0
    share, square = successes / attempts, _Z * _Z
    middle = (share + square / (2 * attempts)) / (1 + square / attempts)
    half = _Z / (1 + square / attempts) * math.sqrt(share * (1 - share) / attempts + square / (4 * attempts * attempts))
    # At both ends the interval touches the share; rounding must not leave it outside.
    low = max(0.0, middle - half) if successes else 0.0
    return low, min(1.0, middle + half) if successes < attempts else 1.0


def day_of(text: str) -> date:
    """The day of a time as tools write it.

    Raises:
        ReportRefusedError: There is none.
    """
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise ReportRefusedError("It does not say when the run was made.") from None


def whole(attacked: list[Attacked]) -> tuple[Attacked, ...]:
    """Rows that can be true, in order.

    Raises:
        ReportRefusedError: There is none, or one cannot be.
    """
    if not attacked:
        raise ReportRefusedError("It holds no result of any attack.")
    for one in attacked:
        if one.attempts < 0 or one.unjudged < 0 or not 0 <= one.successes <= one.attempts:
            raise ReportRefusedError(f"Its figures for {one.probe[:80]} contradict each other.")
    return tuple(sorted(attacked))

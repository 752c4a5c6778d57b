"""What one record of the log holds beside its envelope; both parts are sealed per subject."""

from __future__ import annotations

import msgspec

from wardlaw.facts.decision import Decision
from wardlaw.facts.exchange import ToolCall
from wardlaw.facts.finding import Finding
from wardlaw.facts.request import RequestFacts, Snapshot


class Inputs(msgspec.Struct, frozen=True):
    """Every input of ``decide()`` and what it said; re-running ``decide()`` on it gives the same decision.

    Attributes:
        unusual: What the anomaly score in ``state`` rests on, in sentences with figures; no input itself.
        inspected: Which detectors looked, by the mark that a control record ``detectors.in-force`` explains.
    """

    request: RequestFacts
    findings: tuple[Finding, ...]
    state: Snapshot
    decision: Decision
    unusual: tuple[str, ...] = ()
    inspected: str = ""


class Passage(msgspec.Struct, frozen=True):
    """One judged text as it was recorded; ``sha256`` is set instead of ``text`` where an earlier record has it."""

    channel: str
    pointer: str
    text: str = ""
    sha256: str = ""


class Content(msgspec.Struct, frozen=True):
    """The text that was judged, for those who may read it (permission ``view_prompt_content``)."""

    passages: tuple[Passage, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()


class Outcome(msgspec.Struct, frozen=True):
    """How an exchange ended; without one the outcome is unknown, never success.

    Attributes:
        result: ``complete``, ``refused``, ``cut``, ``client-gone``, ``upstream-failed`` or ``fault``.
        status: HTTP status given to the caller.
        sent_bytes: Body bytes released to the caller.
        canary: The canary it was; ``""`` for ordinary traffic.
    """

    exchange: str
    result: str
    status: int
    upstream: str = ""
    upstream_status: int = 0
    sent_bytes: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    duration_us: int = 0
    overhead_us: int = 0
    canary: str = ""

"""Work on large texts leaves the event loop, so that one caller's large body does not stop all the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from wardlaw.facts.exchange import Measures, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.gateway.gists import Conversation
from wardlaw.gateway.inspection import Inspection
from wardlaw.gateway.metering import Moved

# Below this many characters the hand-over to a thread would cost more than it saves (inspection takes about
# 60 µs per 1,000 characters).
INLINE_CHARS = 65_536
PATIENCE_S = 10.0  # 8 MiB full of personal data take 3 to 4 s (measured); far longer means that something hangs

_Made = TypeVar("_Made")


async def aside(chars: int, work: Callable[[], _Made]) -> _Made:
    """The result of work on that many characters.

    Raises:
        TimeoutError: It took longer than ``PATIENCE_S``.
    """
    if chars <= INLINE_CHARS:
        return work()
    async with asyncio.timeout(PATIENCE_S):
        return await asyncio.get_running_loop().run_in_executor(None, work)


async def inspect_aside(inspection: Inspection, segments: Sequence[Segment], *, caller: str) -> tuple[Finding, ...]:
    """Findings of the segments; detectors that take too long are a finding of its own, and that denies.

    Args:
        caller: Id of the principal whose texts they are; callers take turns at what is slow.
    """
    try:
        found = await aside(_chars(segments), lambda: inspection.inspect(segments))
    except TimeoutError:
        return (too_slow(inspection.version),)
    if inspection.doubts is not None:
        found = await inspection.doubts.settle(segments, found, caller=caller)
    return found + await inspection.outside.inspect(segments) if inspection.outside.detectors else found


async def compare_aside(
    conversation: Conversation, segments: Sequence[Segment], found: tuple[Finding, ...]
) -> tuple[Finding, ...]:
    """The findings of an answer, weighed by its conversation."""
    chars = _chars(segments) + sum(conversation.unread(one.text) for one in segments)
    return await weigh_aside(chars, lambda: conversation.compare(segments, found), found)


async def weigh_aside(
    chars: int, work: Callable[[], tuple[Finding, ...]], found: tuple[Finding, ...]
) -> tuple[Finding, ...]:
    """What ``work`` makes of ``found``; that it takes too long or fails is a finding beside them, and denies."""
    try:
        return await aside(chars, work)
    except TimeoutError:
        return (*found, too_slow("conversation"))
    except Exception as error:  # noqa: BLE001 (a comparison that fails is a finding, as a detector's failure is)
        return (*found, failed("conversation", error))


async def meter_aside(segments: Sequence[Segment], measures: Measures, work: Callable[[], Moved]) -> Moved:
    """What moves with the segments; what takes too long to count counts as over every ceiling.

    Args:
        measures: The other countable facts.
        work: Counts.
    """
    try:
        return await aside(_chars(segments), work)
    except TimeoutError:
        return Moved(msgspec.structs.replace(measures, result_bytes=_chars(segments), result_unparsed=True))


def _chars(segments: Sequence[Segment]) -> int:
    return sum([len(segment.text) for segment in segments])


def too_slow(version: str) -> Finding:
    """That an inspection or a comparison did not end in time; it denies."""
    return _fault(version, "timeout", "timeout")


def failed(version: str, error: Exception) -> Finding:
    """That an inspection or a comparison failed; it denies."""
    return _fault(version, "detector-failed", type(error).__name__)


def _fault(version: str, rule: str, label: str) -> Finding:
    return Finding(
        kind=FindingKind.FAULT,
        detector="inspection",
        version=version,
        rule=rule,
        level=Level.BLOCK,
        score=1000,
        label=label,
    )

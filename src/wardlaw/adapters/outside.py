"""What any detector of others is to the gateway, and how its word is checked before it counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

import msgspec

from wardlaw.config.model import OnFailure
from wardlaw.facts.exchange import Segment
from wardlaw.facts.finding import Finding, FindingKind, Level

_WHOLE = 1000
_MOST = 1000  # findings of one answer; more is no judgement but a flood of the log
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_LABEL = re.compile(rf"(?:{_NAME.pattern})?")
# Registered secrets and tripwires lock callers out, so nobody but the operator names them; what leaks of a
# conversation takes the conversation to know, and faults are ours to tell.
_OURS = frozenset((FindingKind.FINGERPRINT, FindingKind.TRIPWIRE, FindingKind.LEAK, FindingKind.FAULT))
_KINDS = frozenset(FindingKind) - _OURS
_LEVELS = frozenset(Level)


class OutsideDetector(Protocol):
    """A detector that is asked beside the event loop.

    Attributes:
        id: Its name in the configuration and in its findings.
        version: Stands in its findings.
    """

    id: str
    version: str

    async def ask(self, segments: Sequence[Segment]) -> tuple[Finding, ...]:
        """Findings of all segments, each with the index of its segment; never raises but when cancelled."""

    async def close(self) -> None:
        """Let go of what it holds."""


class SenselessError(Exception):
    """An answer that does not hold together; nothing of it is believed."""


def checked(id: str, version: str, segment: Segment, findings: Sequence[Finding]) -> tuple[Finding, ...]:  # noqa: A002 (its name everywhere)
    """Findings of one segment as the gateway takes them.

    Raises:
        SenselessError: One of them cannot be true of the segment.
    """
    if len(findings) > _MOST:
        raise SenselessError("too many findings")
    taken: list[Finding] = []
    for one in findings:
        if type(one) is not Finding or one.kind not in _KINDS or one.level not in _LEVELS:
            raise SenselessError("a finding of a kind that is not taken")
        if not _whole(one.score, 0, _WHOLE) or not _whole(one.start, 0, len(segment.text)):
            raise SenselessError("a number out of bounds")
        if not _whole(one.end, one.start, len(segment.text)):
            raise SenselessError("a span that is none")
        if not _NAME.fullmatch(one.rule) or not _LABEL.fullmatch(one.label):
            raise SenselessError("a name that is none")
        taken.append(
            msgspec.structs.replace(
                one, detector=id, version=version, segment=segment.index, subject="", channel=segment.channel.value
            )
        )
    return tuple(taken)


def _whole(number: object, low: int, high: int) -> bool:
    return type(number) is int and low <= number <= high


def failed(id: str, version: str, why: str, mode: OnFailure) -> Finding:  # noqa: A002 (its name everywhere)
    """What stands for the findings that could not be had: it denies, or it is only recorded."""
    if mode is OnFailure.ALLOW_AND_RECORD:
        return Finding(FindingKind.UNINSPECTED, id, version, "outside-failed", Level.NOTE, 0, label=why)
    return Finding(FindingKind.FAULT, id, version, "outside-failed", Level.BLOCK, _WHOLE, label=why)

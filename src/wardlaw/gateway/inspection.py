"""Inspection of segments, each judged once.

Agents resend their whole history each turn; a text already judged in the same channel by the same
detectors is not judged again. What is remembered is a digest and its findings, never the text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind
from wardlaw.gateway.doubts import Doubts
from wardlaw.gateway.outside import Outside
from wardlaw.security.detectors import with_versions
from wardlaw.security.encoder import NAME as ENCODER
from wardlaw.security.inspect import Inspector

_REMEMBERED = 50_000  # digests; about 150 bytes each, so under 10 MB a worker
_Key = tuple[Channel, bytes]


class Inspection:
    """Detectors with a bounded memory of what they have judged.

    Attributes:
        outside: Detectors of others; ``aside.inspect_aside`` asks them too, the methods here do not.
        doubts: The encoder, which has the last word on what the linear model doubts; asked there, too.
    """

    def __init__(
        self,
        inspector: Inspector,
        *,
        remembered: int = _REMEMBERED,
        outside: Outside | None = None,
        doubts: Doubts | None = None,
    ) -> None:
        self._inspector = inspector
        self.outside = outside or Outside(())
        self.doubts = doubts
        self._limit = remembered
        self._known: dict[_Key, tuple[Finding, ...]] = {}

    @property
    def version(self) -> str:
        """Version of rules, registered secrets and models together."""
        if self.doubts is None:
            return self._inspector.version
        return f"{self._inspector.version}-{self.doubts.detector.version}"

    @property
    def detectors(self) -> tuple[str, ...]:
        """Everything that looks: name, version and, where it has one, the score from which it stops a request."""
        versions = dict(self._inspector.versions)
        if self.doubts is not None:
            versions[ENCODER] = self.doubts.detector.version
        versions |= {one.id: one.version for one in self.outside.detectors}
        records = {one.id: one for one in with_versions(versions)}
        return tuple(
            f"{name} {version}"
            + (f" from {records[name].threshold}" if name in records and records[name].threshold else "")
            for name, version in sorted(versions.items())
        )

    @property
    def mark(self) -> str:
        """By what a record tells which detectors looked."""
        return hashlib.sha256("\n".join(self.detectors).encode()).hexdigest()[:16]

    def inspect(self, segments: Iterable[Segment]) -> tuple[Finding, ...]:
        """Findings of all segments in their order; each carries its segment's index and channel."""
        listed = tuple(segments)
        judged = self._judged(listed)
        if not any(judged):
            return ()
        return tuple(
            [
                msgspec.structs.replace(finding, segment=segment.index, channel=segment.channel.value)
                for segment, found in zip(listed, judged, strict=True)
                for finding in found
            ]
        )

    def _judged(self, segments: Sequence[Segment]) -> list[tuple[Finding, ...]]:
        """The findings of each segment; the texts not known yet are judged together, each once."""
        keys = [(segment.channel, segment.sha256) for segment in segments]
        fresh: dict[_Key, Segment] = {}
        judged: list[tuple[Finding, ...]] = []
        for key, segment in zip(keys, segments, strict=True):
            known = self._known.get(key)
            if known is None:
                fresh[key] = segment
            judged.append(known or ())
        if not fresh:
            return judged
        found = dict(zip(fresh, self._inspector.inspect_all(tuple(fresh.values())), strict=True))
        if self.doubts is not None:
            self.doubts.seen += len(found)
        for key, one in found.items():
            self._remember(key, one)
        return [found.get(key, known) for key, known in zip(keys, judged, strict=True)]

    def _remember(self, key: _Key, found: tuple[Finding, ...]) -> None:
        # A detector that failed may not fail again, so its finding is not remembered.
        if found and any(finding.kind is FindingKind.FAULT for finding in found):
            return
        if len(self._known) >= self._limit:
            for old in list(self._known)[: self._limit // 4 + 1]:
                self._known.pop(old, None)  # a large body is inspected in a thread of its own, beside others
        self._known[key] = found

    def inspect_text(self, text: str, channel: Channel, *, index: int = 0) -> tuple[Finding, ...]:
        """Findings of a text that is seen once (a piece of a stream), not remembered."""
        found = self._inspector.inspect(Segment(index=index, channel=channel, pointer="", text=text))
        return tuple(msgspec.structs.replace(finding, segment=index, channel=channel.value) for finding in found)

"""All detectors of others together: asked at one time, each text once, and never on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from wardlaw.adapters.outside import OutsideDetector, failed
from wardlaw.adapters.plugins import PluginDetector, load_detector
from wardlaw.adapters.webhook import WebhookDetector
from wardlaw.config.model import Config, OnFailure
from wardlaw.config.secretref import SecretRef
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind

_REMEMBERED = 20_000  # digests with their findings, as the built-in detectors keep them

_Key = tuple[Channel, bytes]


class Outside:
    """The detectors of others that the configuration switches on."""

    def __init__(self, detectors: Sequence[OutsideDetector], *, remembered: int = _REMEMBERED) -> None:
        self.detectors = tuple(detectors)
        self._limit = remembered
        self._known: dict[_Key, tuple[Finding, ...]] = {}

    @classmethod
    def from_config(cls, config: Config, resolve: Callable[[SecretRef], str]) -> Outside:
        """What the configuration names.

        Raises:
            ConfigError: A detector that is switched on cannot be loaded.
        """
        made: list[OutsideDetector] = []
        for name, setting in config.detectors.items():
            if not setting.enabled:
                continue
            if setting.url:
                made.append(WebhookDetector(name, setting, resolve(setting.key) if setting.key else ""))
            else:
                made.append(PluginDetector(load_detector(name), setting))
        return cls(made)

    async def inspect(self, segments: Sequence[Segment]) -> tuple[Finding, ...]:
        """Findings of all segments, each with its segment's index and channel."""
        wanted = [segment for segment in segments if segment.text]
        if not self.detectors or not wanted:
            return ()
        # INVARIANT: what was known is taken now; while the others are asked, other requests may push it out of memory.
        said: dict[_Key, tuple[Finding, ...]] = {}
        fresh: dict[_Key, Segment] = {}
        for segment in wanted:
            known = self._known.get(_key(segment))
            if known is None:
                fresh.setdefault(_key(segment), segment)
            else:
                said[_key(segment)] = known
        loose: tuple[Finding, ...] = ()
        if fresh:
            judged, loose = await self._ask(fresh)
            said |= judged
            if not loose:
                for key, findings in judged.items():
                    self._remember(key, findings)
        found = [
            msgspec.structs.replace(finding, segment=segment.index, channel=segment.channel.value)
            for segment in wanted
            for finding in said[_key(segment)]
        ]
        return (*loose, *found)

    async def _ask(self, fresh: dict[_Key, Segment]) -> tuple[dict[_Key, tuple[Finding, ...]], tuple[Finding, ...]]:
        """What all say of the texts, by text; and apart from that what says that one of them could not."""
        # Numbered anew, so that equal indices in one question cannot be mixed up.
        asked = [msgspec.structs.replace(segment, index=place) for place, segment in enumerate(fresh.values())]
        answers = await asyncio.gather(*(detector.ask(asked) for detector in self.detectors), return_exceptions=True)
        keys = list(fresh)
        judged: dict[_Key, list[Finding]] = {key: [] for key in keys}
        loose: list[Finding] = []
        for detector, answer in zip(self.detectors, answers, strict=True):
            if isinstance(answer, BaseException):
                loose.append(failed(detector.id, detector.version, type(answer).__name__[:64], OnFailure.DENY))
                continue
            for finding in answer:
                if finding.kind is FindingKind.FAULT or not 0 <= finding.segment < len(keys):
                    loose.append(finding)
                else:
                    judged[keys[finding.segment]].append(finding)
        return {key: tuple(found) for key, found in judged.items()}, tuple(loose)

    def _remember(self, key: _Key, found: tuple[Finding, ...]) -> None:
        if len(self._known) >= self._limit:
            for old in list(self._known)[: self._limit // 4 + 1]:
                self._known.pop(old, None)
        self._known[key] = found

    async def close(self) -> None:
        """Close them all."""
        await asyncio.gather(*(detector.close() for detector in self.detectors), return_exceptions=True)


def _key(segment: Segment) -> _Key:
    return segment.channel, segment.sha256

"""Texts that the linear model leaves in doubt, settled by the encoder: in a thread of its own, each text once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security.encoder import NAME, EncoderDetector, unsettled
from wardlaw.security.normalise import Normaliser

_REMEMBERED = 20_000  # digests with what was said of them
_WHOLE = 1000

_Key = tuple[Channel, bytes]


class Doubts:
    """The encoder of one worker.

    Args:
        detector: The encoder.
        timeout_s: Seconds in which all doubtful texts of one request must be settled; what takes longer denies.
        threads: Threads that run it, apart from the event loop.

    Attributes:
        seen: Texts that all other detectors have judged since the worker began.
        asked: Those of them that the encoder has read.
    """

    def __init__(
        self, detector: EncoderDetector, *, timeout_s: float, threads: int = 1, remembered: int = _REMEMBERED
    ) -> None:
        self.detector = detector
        self.seen = self.asked = 0
        self._timeout_s = timeout_s
        self._limit = remembered
        self._normaliser = Normaliser()
        self._known: dict[_Key, Finding | None] = {}
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="encoder")

    async def settle(self, segments: Sequence[Segment], found: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """``found`` with what both models say together in place of each doubt, and of each warning of the linear one.

        What the linear model is sure of stays as it is. When the encoder fails or is too slow, that is a finding of
        its own, and denies.
        """
        wanted = {finding.segment for finding in found if unsettled(finding)}
        if not wanted:
            return found
        texts = {(segment.channel, segment.sha256): segment for segment in segments if segment.index in wanted}
        said = {key: self._known[key] for key in texts if key in self._known}
        fresh = {key: segment for key, segment in texts.items() if key not in said}
        if fresh:
            try:
                async with asyncio.timeout(self._timeout_s):
                    said |= await asyncio.get_running_loop().run_in_executor(self._pool, self._read, fresh)
            except Exception as error:  # noqa: BLE001 (whatever goes wrong is a finding, and that denies)
                return (*found, self._failed("timeout" if isinstance(error, TimeoutError) else type(error).__name__))
        kept = [finding for finding in found if not unsettled(finding)]
        for segment in segments:
            finding = said.get((segment.channel, segment.sha256)) if segment.index in wanted else None
            if finding is not None:
                kept.append(msgspec.structs.replace(finding, segment=segment.index, channel=segment.channel.value))
        return tuple(kept)

    async def close(self) -> None:
        """Let the threads end."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _read(self, fresh: dict[_Key, Segment]) -> dict[_Key, Finding | None]:
        said: dict[_Key, Finding | None] = {}
        for key, segment in fresh.items():
            found = self.detector.look(self._normaliser.normalise(segment.text), segment)
            said[key] = None if found is None or found.level is Level.NOTE else found
            self._remember(key, said[key])
            self.asked += 1
        return said

    def _remember(self, key: _Key, found: Finding | None) -> None:
        if len(self._known) >= self._limit:
            for old in list(self._known)[: self._limit // 4 + 1]:
                self._known.pop(old, None)
        self._known[key] = found

    def _failed(self, why: str) -> Finding:
        return Finding(
            FindingKind.FAULT, NAME, self.detector.version, "encoder-failed", Level.BLOCK, _WHOLE, label=why[:64]
        )

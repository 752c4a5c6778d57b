"""Texts that the linear model leaves in doubt, settled by the encoder: in a thread of its own, each text once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security.encoder import NAME, UNSAID, EncoderDetector, settled, unsettled
from wardlaw.security.normalise import Normaliser

_REMEMBERED = 20_000  # digests with what was said of them
_WHOLE = 1000
_UNREAD = Finding(FindingKind.FAULT, NAME, "", "unread", Level.BLOCK, _WHOLE)  # stands for texts not read yet

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
        # Taken once: while the encoder reads, its thread may push a text out of memory.
        said = {key: self._known.get(key, _UNREAD) for key in texts}
        fresh = {key: segment for key, segment in texts.items() if said[key] is _UNREAD}
        if fresh:
            try:
                said |= await self._ask(fresh)
            except Exception as error:  # noqa: BLE001 (whatever goes wrong is a finding, and that denies)
                return (*found, self._failed("timeout" if isinstance(error, TimeoutError) else type(error).__name__))
        kept = [finding for finding in found if finding.segment not in wanted]
        for segment in segments:
            if segment.index in wanted:
                own = [finding for finding in found if finding.segment == segment.index]
                read = said[segment.channel, segment.sha256]
                placed = read and msgspec.structs.replace(read, segment=segment.index, channel=segment.channel.value)
                kept += (one for one in settled(own, placed) if one.rule != UNSAID)
        return tuple(kept)

    async def _ask(self, fresh: dict[_Key, Segment]) -> dict[_Key, Finding | None]:
        """What the encoder says of these texts; it stops reading when nobody waits any more."""
        gone = threading.Event()
        try:
            async with asyncio.timeout(self._timeout_s):
                return await asyncio.get_running_loop().run_in_executor(self._pool, self._read, fresh, gone)
        finally:
            gone.set()

    async def close(self) -> None:
        """Let the threads end."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _read(self, fresh: dict[_Key, Segment], gone: threading.Event) -> dict[_Key, Finding | None]:
        said: dict[_Key, Finding | None] = {}
        for key, segment in fresh.items():
            # One caller's many texts must not keep the encoder from others after the caller was refused.
            if gone.is_set():
                break
            said[key] = self.detector.look(self._normaliser.normalise(segment.text), segment)
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

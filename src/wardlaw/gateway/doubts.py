"""Texts that the linear model leaves in doubt, settled by the encoder: in a thread of its own, each text once.

The callers take turns of one window each, so that many doubtful texts of one make nobody else wait for more than that.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import msgspec

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.gateway.turns import Turns
from wardlaw.security.encoder import NAME, UNSAID, EncoderDetector, settled, unsettled
from wardlaw.security.normalise import Normaliser
from wardlaw.security.steps import Steps

_REMEMBERED = 20_000  # digests with what was said of them
_WHOLE = 1000
_UNREAD = Finding(FindingKind.FAULT, NAME, "", "unread", Level.BLOCK, _WHOLE)  # stands for texts not read yet
# A turn: one full window of the encoder and what prepares it.
_TURN = 1.25
_NORMALISED_CHARS = 500_000  # characters whose views are made in the time of one window (23 ms a million, measured)
# Texts that may wait for the encoder, of one caller and of all. One core reads 300 windows in the usual 5 s, and up to
# ten times as many short texts.
_EACH, _ALL = 4_096, 16_384

_Key = tuple[Channel, bytes]
_Said = dict[_Key, Finding | None]


class _BusyError(Exception):
    """Too much waits for the encoder."""


class _Job:
    """The doubtful texts of one request, and how far they are read."""

    def __init__(self, caller: str, texts: dict[_Key, Segment]) -> None:
        self.caller, self.size = caller, len(texts)
        self.left = list(reversed(texts.items()))
        self.said: _Said = {}
        self.told: Future[_Said] = Future()
        # Begun by definition: only the queue says that nobody waits any more.
        self.told.set_running_or_notify_cancel()
        self.key: _Key | None = None
        self.reading: Steps[Finding | None] | None = None
        self.cost = 0.0  # of the next step
        self.begun = False
        self.gone = False  # nobody waits any more


class Doubts:
    """The encoder of one worker.

    Args:
        detector: The encoder.
        timeout_s: Seconds in which all doubtful texts of one request must be settled; what takes longer denies.
        threads: Threads that run it, apart from the event loop.
        each: Texts of one caller that may wait for it; what comes then is denied.
        whole: Texts of all callers that may wait; then whoever has most waiting is denied.

    Attributes:
        seen: Texts that all other detectors have judged since the worker began.
        asked: Those of them that the encoder has read.
    """

    def __init__(
        self,
        detector: EncoderDetector,
        *,
        timeout_s: float,
        threads: int = 1,
        remembered: int = _REMEMBERED,
        each: int = _EACH,
        whole: int = _ALL,
    ) -> None:
        self.detector = detector
        self.seen = self.asked = 0
        self._timeout_s = timeout_s
        self._limit = remembered
        self._normaliser = Normaliser()
        self._known: dict[_Key, Finding | None] = {}
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="encoder")
        self._threads, self._running = threads, 0
        self._lock = threading.Lock()  # over the queue and the counts
        self._turns: Turns[_Job] = Turns(each=each, whole=whole)

    async def settle(
        self, segments: Sequence[Segment], found: tuple[Finding, ...], *, caller: str
    ) -> tuple[Finding, ...]:
        """``found`` with what both models say together in place of each doubt, and of each warning of the linear one.

        What the linear model is sure of stays as it is. When the encoder fails, is too slow or has too much to read,
        that is a finding of its own, and denies.

        Args:
            caller: Whose texts they are: the id of the principal.
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
                said |= await self._ask(caller, fresh)
            except _BusyError:
                return (*found, self._failed("busy"))
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

    async def _ask(self, caller: str, fresh: dict[_Key, Segment]) -> _Said:
        """What the encoder says of these texts; it stops reading when nobody waits any more."""
        job = _Job(caller, fresh)
        try:
            self._enter(job)
            async with asyncio.timeout(self._timeout_s):
                return await asyncio.wrap_future(job.told)
        finally:
            job.gone = True
            self._leave(job)

    async def close(self) -> None:
        """Let the threads end; whoever still waits is denied."""
        with self._lock:
            gone = self._turns.clear()
        for job in gone:
            job.told.set_exception(_BusyError())
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _enter(self, job: _Job) -> None:
        with self._lock:
            gone = self._turns.join(job)
            starts = job not in gone and self._running < self._threads
            self._running += starts
        for one in gone:
            one.told.set_exception(_BusyError())
        if starts:
            self._pool.submit(self._run)

    def _leave(self, job: _Job) -> bool:
        with self._lock:
            return self._turns.leave(job)

    def _run(self) -> None:
        """Read until nothing waits: one turn of one caller after another."""
        while (job := self._next()) is not None:
            try:
                done = self._turn(job)
            except Exception as error:  # noqa: BLE001 (whatever goes wrong is a finding, and that denies)
                if self._leave(job):
                    job.told.set_exception(error)
                continue
            if not done:
                with self._lock:
                    self._turns.again(job, begun=job.begun)
            elif self._leave(job):
                job.told.set_result(job.said)

    def _next(self) -> _Job | None:
        with self._lock:
            job = self._turns.take()
            self._running -= job is None
            return job

    def _turn(self, job: _Job) -> bool:
        """Read on for the time of one window; whether nothing is left to do."""
        spent = 0.0
        while self._opened(job):
            if job.gone:
                break
            if spent and spent + job.cost > _TURN:
                return False
            assert job.reading is not None
            assert job.key is not None
            spent, job.begun = spent + job.cost, True
            try:
                job.cost = next(job.reading)
            except StopIteration as end:
                job.said[job.key] = end.value
                job.reading, job.begun = None, False
                with self._lock:
                    self._remember(job.key, end.value)
                    self.asked += 1
        return True

    def _opened(self, job: _Job) -> bool:
        """Whether there is a text to read on in; opens the next one that nobody has read meanwhile."""
        while job.reading is None and job.left:
            job.key, segment = job.left.pop()
            known = self._known.get(job.key, _UNREAD)
            if known is _UNREAD:
                job.reading = self._reading(segment)
                job.cost = next(job.reading)
            else:
                job.said[job.key] = known
        return job.reading is not None

    def _reading(self, segment: Segment) -> Steps[Finding | None]:
        yield len(segment.text) / _NORMALISED_CHARS
        return (yield from self.detector.reading(self._normaliser.normalise(segment.text), segment))

    def _remember(self, key: _Key, found: Finding | None) -> None:
        if len(self._known) >= self._limit:
            for old in list(self._known)[: self._limit // 4 + 1]:
                self._known.pop(old, None)
        self._known[key] = found

    def _failed(self, why: str) -> Finding:
        return Finding(
            FindingKind.FAULT, NAME, self.detector.version, "encoder-failed", Level.BLOCK, _WHOLE, label=why[:64]
        )

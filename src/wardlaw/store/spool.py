"""The spool: where a record becomes durable before its effect is released.

The event loop hands records over and awaits a receipt; one writer thread takes all that wait, writes them
as one batch, syncs the disk once, and answers. What one turn of the loop hands over belongs to one batch: the
thread is called at the end of the turn, not at the first record, so that under load many requests share one
sync; at rest a record waits for no other. A record nobody waits for rides with the next one somebody does.
A disk that fails, fills up or hangs refuses the waiting records: no durable record, no answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from wardlaw.audit.envelope import Envelope
from wardlaw.facts.errors import Fault, UnavailableError, WardlawError
from wardlaw.store.spool_commit import MAX_BATCH, Committer, Record, SpoolSettings

# So long a record nobody waits for stays behind for company. A caller that asks again at once is back within a few
# milliseconds, and its decision would wait for a disk that is busy with the outcome before it: one sync in three.
_QUIET_S = 0.02

__all__ = ["SpoolSettings", "SpoolStats", "SpoolWriter"]


class SpoolStats(msgspec.Struct, frozen=True, kw_only=True):
    """Counters of one spool since its start.

    Attributes:
        refused: Awaited records that were not made durable, or not in time.
        lost: Records handed over with ``append_nowait`` that were not made durable.
        last_commit_us: Microseconds the last batch took, the sync included.
    """

    epoch: int
    next_seq: int
    records: int
    batches: int
    refused: int
    lost: int
    failures: int
    pending: int
    last_commit_us: int
    on_reserve: bool
    reserve_ready: bool
    healthy: bool


class _Waiting(NamedTuple):
    """A record and who waits for it (nobody, for ``append_nowait``)."""

    record: Record
    future: asyncio.Future[str] | None
    since: float
    size: int


class SpoolWriter:
    """Append-only, group-committed record of everything one gateway decides.

    ``append`` and ``append_nowait`` are called from one event loop only. Clocks do not matter: the order is
    that of (epoch, seq), and waiting is measured on the monotonic clock.

    Args:
        directory: Folder of all spools; this one lies in ``<directory>/<gateway>``.
        gateway: Id of the gateway, a plain file name.
        sign: Raw Ed25519 signature by the gateway's receipt key.
        settings: Sizes and patience.
        min_epoch: Lowest epoch to begin with; give the log's last known epoch + 1 when it is known.

    Raises:
        ConfigError: WL-SPL-016.
        UnavailableError: The directory cannot be written, or another process writes it (WL-SPL-008).
        EvidenceError: What an earlier run left behind is damaged (WL-SPL-010 to -012).
    """

    def __init__(
        self,
        directory: Path,
        *,
        gateway: str,
        sign: Callable[[bytes], bytes],
        settings: SpoolSettings | None = None,
        min_epoch: int = 0,
    ) -> None:
        self._settings = settings or SpoolSettings()
        self._committer = Committer(directory, gateway=gateway, sign=sign, settings=self._settings, min_epoch=min_epoch)
        self._queue: deque[_Waiting] = deque()
        self._doorbell: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._batch: Sequence[_Waiting] = ()  # what the thread is working on, for the watchdog
        # Records up to this number, counted from the start, may be taken; the rest of the queue waits for the end
        # of the loop's turn. Each of the two is written by one side only.
        self._released = self._taken = 0
        self._handed = 0
        self._is_turn_marked = False
        self._quiet: asyncio.TimerHandle | None = None
        self._idle = False
        self._closing = self._closed = self._stalled = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watch_timer: asyncio.TimerHandle | None = None
        # Two counters instead of one: each is written by one side only, so neither needs a lock.
        self._bytes_in = self._bytes_out = 0
        self._records = self._batches = self._refused = self._lost = self._commit_us = 0
        self._thread = threading.Thread(target=self._run, name=f"spool-{gateway}", daemon=True)
        self._thread.start()

    def append(self, envelope: Envelope, *, blobs: tuple[bytes, ...] = (), delta: bytes = b"") -> asyncio.Future[str]:
        """Hand a record over; the future gives its receipt once it is durable.

        Gateway, epoch and seq of the envelope are set here. Cancelling the future does not take the
        record back.

        Returns:
            A future with the receipt text, or with an UnavailableError (WL-SPL-001 to -007), InputError
            (-009) or Fault (-014, -015): then the effect must not be released.
        """
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.get_running_loop()
        future: asyncio.Future[str] = loop.create_future()
        refusal = self._enqueue(Record(envelope, blobs, delta), future)
        if refusal is not None:
            self._refused += 1
            future.set_exception(refusal)
            return future
        if not self._is_turn_marked:
            self._is_turn_marked = True
            loop.call_soon(self._end_turn)
        if self._watch_timer is None:
            self._watch_timer = loop.call_later(self._settings.stall_s / 4, self._watch)
        return future

    def append_nowait(self, envelope: Envelope, *, blobs: tuple[bytes, ...] = (), delta: bytes = b"") -> bool:
        """Hand a record over without waiting for it, say the outcome of an exchange; written within some 20 milliseconds.

        Returns:
            False when it was not even taken (counted in ``stats().lost``).
        """
        if self._enqueue(Record(envelope, blobs, delta, is_awaited=False), None) is not None:
            self._lost += 1
            return False
        if not self._is_turn_marked and self._quiet is None:
            loop = self._loop
            if loop is None or loop.is_closed():
                self._release()
            else:
                self._quiet = loop.call_later(_QUIET_S, self._end_quiet)
        return True

    @property
    def healthy(self) -> bool:
        """Records become durable now."""
        return not (self._closing or self._stalled or self._committer.error) and self._thread.is_alive()

    @property
    def refusal(self) -> WardlawError | None:
        """Why records are refused now; None while they are not."""
        if self._closing or not self._thread.is_alive():
            return UnavailableError("WL-SPL-006", "The spool is closed.", "The gateway is stopping; try another one.")
        if self._stalled:
            return self._stall_error()
        return self._committer.error

    @property
    def epoch(self) -> int:
        """Epoch of this run; rises also after a failed disk."""
        return self._committer.epoch

    def stats(self) -> SpoolStats:
        """Counters for metrics and health pages."""
        committer = self._committer
        return SpoolStats(
            epoch=committer.epoch,
            next_seq=committer.next_seq,
            records=self._records,
            batches=self._batches,
            refused=self._refused,
            lost=self._lost,
            failures=committer.failures,
            pending=len(self._queue) + len(self._batch),
            last_commit_us=self._commit_us,
            on_reserve=committer.on_reserve,
            reserve_ready=committer.reserve_ready,
            healthy=self.healthy,
        )

    def close(self, *, timeout_s: float = 10.0) -> bool:
        """Write what waits, end the segment and let go of the directory; blocks until then.

        Returns:
            False when the disk hung and the thread had to be left behind.
        """
        self._closing = True
        self._doorbell.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _enqueue(self, record: Record, future: asyncio.Future[str] | None) -> WardlawError | None:
        if self._closing or self._stalled:
            return self.refusal
        size = sum(map(len, record.blobs))
        settings = self._settings
        if len(self._queue) >= settings.max_pending_records or (
            self._bytes_in - self._bytes_out + size > settings.max_pending_bytes and self._queue
        ):
            return UnavailableError(
                "WL-SPL-007",
                f"The spool is behind: {len(self._queue)} records wait for the disk.",
                "Try again in a moment; if it stays so, the disk is too slow for this traffic.",
            )
        self._bytes_in += size
        self._queue.append(_Waiting(record, future, time.monotonic(), size))
        self._handed += 1
        return None

    def _end_turn(self) -> None:
        self._is_turn_marked = False
        if self._quiet is not None:
            self._quiet.cancel()  # what it would release goes now
            self._quiet = None
        self._release()

    def _end_quiet(self) -> None:
        self._quiet = None
        if not self._is_turn_marked:
            self._release()

    def _release(self) -> None:
        """Let the thread take everything handed over so far."""
        self._released = self._handed
        if self._idle:
            self._idle = False
            self._doorbell.put(None)

    def _run(self) -> None:
        """The writer thread."""
        waiting, committer = self._queue, self._committer
        while True:
            # At the end nobody marks turns any more: whatever is there is written.
            ready = len(waiting) if self._closing else self._released - self._taken
            if not ready:
                if self._closing:
                    break
                self._wait()
                if self._released == self._taken and committer.is_restless:
                    self._tick()
                continue
            batch = [waiting.popleft() for _ in range(min(ready, MAX_BATCH))]
            self._taken += len(batch)
            self._batch = batch
            self._commit(batch)
            self._batch = ()
            self._stalled = False
            self._bytes_out += sum([item.size for item in batch])
        committer.close()

    def _wait(self) -> None:
        """Sleep until records may be taken, or until it is time to mend something."""
        self._idle = True
        if self._released == self._taken and not self._closing:
            with contextlib.suppress(queue.Empty):
                self._doorbell.get(timeout=self._settings.retry_s if self._committer.is_restless else None)
        self._idle = False

    def _tick(self) -> None:
        try:
            self._committer.tick()
        except Exception as error:  # noqa: BLE001  background tick: the thread must live, the error stays visible
            self._committer.error = UnavailableError(
                "WL-SPL-014", f"The spool's writer failed: {type(error).__name__}.", "Restart the gateway."
            )

    def _commit(self, batch: Sequence[_Waiting]) -> None:
        began = time.monotonic_ns()
        done = 0
        while done < len(batch):
            try:
                results = self._committer.commit([item.record for item in batch[done:]])
            except Exception as error:  # noqa: BLE001  background tick: refuse these records, keep the thread
                results = [
                    Fault(
                        "WL-SPL-014",
                        f"The spool's writer failed: {type(error).__name__}.",
                        "This is a fault of Wardlaw; the request was refused. Report it with the decision id.",
                    )
                ] * (len(batch) - done)
            self._answer(batch[done : done + len(results)], results)
            done += len(results)
        self._batches += 1
        self._commit_us = (time.monotonic_ns() - began) // 1000

    def _answer(self, batch: Sequence[_Waiting], results: Sequence[str | WardlawError]) -> None:
        for item, result in zip(batch, results, strict=True):
            if isinstance(result, str):
                self._records += 1
            elif item.future is None:
                self._lost += 1
        loop = self._loop
        if loop is not None and any(item.future is not None for item in batch):
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits, and the records are safe
                loop.call_soon_threadsafe(self._deliver, batch, results)

    def _deliver(self, batch: Sequence[_Waiting], results: Sequence[str | WardlawError]) -> None:
        for item, result in zip(batch, results, strict=True):
            future = item.future
            if future is None or future.done():
                continue
            if isinstance(result, str):
                future.set_result(result)
            else:
                self._refuse(future, result)

    def _refuse(self, future: asyncio.Future[str], error: WardlawError) -> None:
        self._refused += 1
        # A copy each: an exception raised in several tasks would collect all their tracebacks.
        future.set_exception(type(error)(error.code, error.message, error.hint))

    def _watch(self) -> None:
        """On the loop: refuse what has waited too long, however long the disk hangs."""
        self._watch_timer = None
        batch, queued = self._batch, self._queue.copy()
        limit = time.monotonic() - self._settings.stall_s
        late = [item for item in (*batch, *queued) if item.since < limit]
        if late:
            self._stalled = True
            for item in late:
                if item.future is not None and not item.future.done():
                    self._refuse(item.future, self._stall_error())
        loop = self._loop
        if loop is not None and (batch or queued):
            self._watch_timer = loop.call_later(self._settings.stall_s / 4, self._watch)

    def _stall_error(self) -> UnavailableError:
        return UnavailableError(
            "WL-SPL-005",
            f"The disk of the spool {self._committer.directory} has not answered for {self._settings.stall_s:g} s.",
            "Look at the disk and the kernel log; answers resume by themselves when it answers again.",
        )

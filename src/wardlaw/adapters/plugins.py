"""Detectors of installed packages: found by entry point, run in threads of their own, bounded in time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint, entry_points
from queue import SimpleQueue

from wardlaw.adapters.outside import SenselessError, checked, failed
from wardlaw.config.model import DetectorSetting
from wardlaw.facts.errors import ConfigError
from wardlaw.facts.exchange import Segment
from wardlaw.facts.finding import Finding
from wardlaw.security.foreign import ENTRY_POINTS, ForeignDetector
from wardlaw.security.normalise import Normaliser

_THREADS = 2  # one that hangs leaves one; when both do, every question runs out of time, and that denies

_Task = tuple[Callable[[], tuple[Finding, ...]], asyncio.AbstractEventLoop, "asyncio.Future[tuple[Finding, ...]]"]


def load_detector(id: str) -> ForeignDetector:  # noqa: A002 (its name everywhere)
    """The detector that an installed package offers under this name.

    Raises:
        ConfigError: There is none, several packages offer one, or it cannot be made; the gateway must not start
            without a detector that its operator counts on.
    """
    found = tuple(entry_points(group=ENTRY_POINTS, name=id))
    if len(found) != 1:
        what = "no installed package offers it" if not found else f"{len(found)} packages offer it"
        raise ConfigError("WL-CFG-020", f"The detector {id} cannot be loaded: {what}.", _HINT)
    return _made(id, found[0])


_HINT = "Install the package into Wardlaw's environment, mend it, or take the detector out of `detectors`."


def _made(id: str, point: EntryPoint) -> ForeignDetector:  # noqa: A002 (its name everywhere)
    try:
        detector = point.load()()
        named, version, looks = detector.id, detector.version, detector.inspect
    except Exception as error:
        raise ConfigError(
            "WL-CFG-020", f"The detector {id} cannot be loaded: {type(error).__name__}.", _HINT
        ) from error
    if named != id or not isinstance(version, str) or not callable(looks):
        raise ConfigError("WL-CFG-020", f"The detector {id} is not what it must be.", _HINT)
    made: ForeignDetector = detector
    return made


class PluginDetector:
    """Asks a detector of an installed package, beside the event loop.

    Args:
        detector: The detector.
        setting: How long it may take for all segments of a request, and what its failure means.
    """

    def __init__(self, detector: ForeignDetector, setting: DetectorSetting) -> None:
        self.id = detector.id
        self.version = str(detector.version)[:64]
        self._detector = detector
        self._setting = setting
        self._normaliser = Normaliser()
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        # Daemons: one that hangs must not keep the worker from ending, as the threads of an executor would.
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(_THREADS)]
        for thread in self._threads:
            thread.start()

    async def ask(self, segments: Sequence[Segment]) -> tuple[Finding, ...]:
        """Findings of all segments; one that denies or is recorded when they cannot be had."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[tuple[Finding, ...]] = loop.create_future()
        self._tasks.put((lambda: self._inspect(segments), loop, future))
        try:
            async with asyncio.timeout(self._setting.timeout_s):
                return await future
        except TimeoutError:
            return (failed(self.id, self.version, "timeout", self._setting.on_failure),)

    async def close(self) -> None:
        """Let the threads end; one that hangs ends with the process."""
        for _ in self._threads:
            self._tasks.put(None)

    def _inspect(self, segments: Sequence[Segment]) -> tuple[Finding, ...]:
        """What it says, checked; whatever goes wrong is a finding."""
        found: list[Finding] = []
        try:
            for segment in segments:
                told = tuple(self._detector.inspect(segment, self._normaliser.normalise(segment.text)))
                found += checked(self.id, self.version, segment, told)
        except SenselessError:
            return (failed(self.id, self.version, "senseless", self._setting.on_failure),)
        except Exception as error:  # noqa: BLE001 (the code of others: a failure is a finding, and that denies)
            return (failed(self.id, self.version, type(error).__name__[:64], self._setting.on_failure),)
        return tuple(found)

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            work, loop, future = task
            if future.cancelled():
                continue  # nobody waits any more
            made = work()
            try:
                loop.call_soon_threadsafe(_settle, future, made)
            except RuntimeError:
                continue  # the loop has ended


def _settle(future: asyncio.Future[tuple[Finding, ...]], made: tuple[Finding, ...]) -> None:
    if not future.done():
        future.set_result(made)

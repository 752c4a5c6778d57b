"""Several processes as one: started, watched, ended together.

The control process and the sequencer may be started again when they die; the gateway goes on meanwhile
with the policies it has, and its spool keeps what the sequencer will append. A gateway that dies ends
everything: nobody must take a door without a guard for an open one.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from wardlaw.cli.readiness import READY_FD
from wardlaw.facts.errors import EvidenceError, UnavailableError, WardlawError

_POLL_S = 0.05
_PR_SET_CHILD_SUBREAPER = 36  # prctl(2), linux/prctl.h
_PR_SET_PDEATHSIG = 1  # prctl(2), linux/prctl.h
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_LINE_BYTES = 65_536
# A process that dies this often in this time will not come up by being started once more.
_MOST_RESTARTS, _WINDOW_S = 5, 120.0
_BACKOFF_S = (0.5, 10.0)
_EXIT_EVIDENCE = 4  # the log shrank or forked: starting again would only say so again


class Part(msgspec.Struct, frozen=True):
    """One process to run.

    Attributes:
        command: Program and arguments.
        may_restart: It is started again when it dies.
        may_stay_away: When it dies again and again it is left dead, and the others go on.
        is_ready: Asked until it says true; None when the process tells by itself (``WARDLAW_READY_FD``).
        start_s: Seconds it has to become ready. A machine that does much else takes minutes; one that dies is told at once.
        stop_s: Seconds it has to end after SIGTERM.
    """

    name: str
    command: tuple[str, ...]
    may_restart: bool = False
    may_stay_away: bool = False
    is_ready: Callable[[], Awaitable[bool]] | None = None
    start_s: float = 240.0
    stop_s: float = 15.0


class Ended(msgspec.Struct, frozen=True):
    """Why the group ended: the part that took it down and its exit code; no part after a wish from outside."""

    part: str = ""
    code: int = 0


Tell = Callable[[str, str], None]


class Supervisor:
    """Runs the parts as one group.

    Args:
        parts: Started together; ended in the reverse order.
        env: Environment of the processes.
        tell: Takes (part, line) of everything the processes write and of what happens to them.
    """

    def __init__(self, parts: Sequence[Part], *, env: Mapping[str, str], tell: Tell) -> None:
        self._parts = tuple(parts)
        self._env = dict(env)
        self._tell = tell
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._readers: set[asyncio.Task[None]] = set()
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Ask everything to end."""
        self._stop.set()

    async def run(self, started: Callable[[], None]) -> Ended:
        """Start all, call ``started``, watch until told to stop or a part takes everything down.

        Raises:
            UnavailableError: A part did not become ready (WL-CLI-020).
        """
        _adopt_orphans()
        watchers: list[asyncio.Task[Ended]] = []
        try:
            await self._start_all()
            if self._stop.is_set():
                return Ended()
            started()
            stopped = asyncio.ensure_future(self._stop.wait())  # noqa: TID251 (held in this frame until it is cancelled below)
            watchers = [asyncio.ensure_future(self._watch(part)) for part in self._parts]  # noqa: TID251 (held here)
            done, _ = await asyncio.wait({stopped, *watchers}, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            return next((watcher.result() for watcher in watchers if watcher in done), Ended())
        finally:
            for watcher in watchers:
                watcher.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)
            await self._end_all()

    async def _start_all(self) -> None:
        """Start all parts; the first that fails ends the attempt.

        Raises:
            UnavailableError: One ended, or was not ready in time.
            EvidenceError: One ended because evidence does not verify.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for part in self._parts:
                    group.create_task(self._start(part))
        except BaseExceptionGroup as group:
            # Not ``except*``: what is raised there comes out wrapped in a group of its own on some releases of 3.11.
            failed = group.subgroup(WardlawError)
            if failed is None or group.split(WardlawError)[1] is not None:
                raise
            raise _first(failed) from None

    async def _start(self, part: Part) -> None:
        """Start one part and wait until it is ready.

        Raises:
            UnavailableError: It ended, or was not ready in time.
            EvidenceError: It ended because evidence does not verify.
        """
        readable, writable = os.pipe()
        env = self._env | {READY_FD: str(writable), "PYTHONUNBUFFERED": "1"}
        try:
            process = await asyncio.create_subprocess_exec(
                *part.command,
                env=env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                pass_fds=(writable,),
                preexec_fn=_end_with_parent,
                limit=_LINE_BYTES,
            )
        except OSError as error:
            os.close(readable)
            raise UnavailableError(
                "WL-CLI-020", f"{part.name} cannot be started: {error}.", "Check the installation."
            ) from error
        finally:
            os.close(writable)
        self._running[part.name] = process
        reader = asyncio.ensure_future(self._read(part.name, process))  # noqa: TID251 (held in the set until it is done)
        self._readers.add(reader)
        reader.add_done_callback(self._readers.discard)
        try:
            await self._until_ready(part, process, readable)
        finally:
            os.close(readable)

    async def _until_ready(self, part: Part, process: asyncio.subprocess.Process, readable: int) -> None:
        os.set_blocking(readable, False)
        loop = asyncio.get_running_loop()
        until = loop.time() + part.start_s
        while loop.time() < until:
            if process.returncode is not None:
                await asyncio.sleep(0.1)  # its last words are still being read
                family = EvidenceError if process.returncode == _EXIT_EVIDENCE else UnavailableError
                raise family(
                    "WL-CLI-020",
                    f"{part.name} ended while starting (exit code {process.returncode}).",
                    "Its last lines above say why; `wardlaw doctor` looks for more.",
                )
            if self._stop.is_set():
                return
            if await (part.is_ready() if part.is_ready is not None else _was_told(readable)):
                return
            await asyncio.sleep(0.05)
        raise UnavailableError(
            "WL-CLI-020",
            f"{part.name} was not ready after {part.start_s:.0f} s.",
            "`wardlaw doctor` looks for the reason.",
        )

    async def _watch(self, part: Part) -> Ended:
        """Until the part takes the group down; restarts it as long as that makes sense."""
        loop = asyncio.get_running_loop()
        restarts: list[float] = []
        pause = _BACKOFF_S[0]
        while True:
            code = await _exit_code(self._running[part.name])
            now = loop.time()
            restarts = [at for at in restarts if now - at < _WINDOW_S]
            if not part.may_restart or code == _EXIT_EVIDENCE or len(restarts) >= _MOST_RESTARTS:
                if not part.may_stay_away or code == _EXIT_EVIDENCE:
                    return Ended(part.name, code or 1)
                self._tell(
                    part.name,
                    f"ended with exit code {code} again and again; it stays away until everything is started anew",
                )
                await self._stop.wait()
                return Ended()
            self._tell(part.name, f"ended with exit code {code}; starting it again in {pause:.1f} s")
            await asyncio.sleep(pause)
            pause = min(pause * 2, _BACKOFF_S[1]) if restarts else _BACKOFF_S[0]
            restarts.append(now)
            try:
                await self._start(part)
            except UnavailableError as error:
                self._tell(part.name, str(error))

    async def _read(self, name: str, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None  # it was asked for as a pipe
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:  # longer than the limit: take what there is, a log line is no payload
                line = await process.stdout.read(_LINE_BYTES)
            if not line:
                return
            self._tell(name, line.decode("utf-8", errors="replace").rstrip())

    async def _end_all(self) -> None:
        """End the parts in the reverse order, so that the gateway is the first to stop and the log the last."""
        for part in reversed(self._parts):
            process = self._running.get(part.name)
            if process is None or process.returncode is not None:
                continue
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(_exit_code(process), part.stop_s)
            except TimeoutError:
                self._tell(part.name, f"did not end within {part.stop_s:.0f} s; killed")
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await _exit_code(process)
        for orphan in _own_children():
            self._tell("supervisor", f"process {orphan} was left behind; killed")
            with contextlib.suppress(ProcessLookupError):
                os.kill(orphan, signal.SIGKILL)
        if self._readers:
            await asyncio.wait(self._readers, timeout=1.0)


async def _exit_code(process: asyncio.subprocess.Process) -> int:
    """The exit code once the process is gone.

    Not ``process.wait()``: that also waits until nobody holds the output pipe, and a worker whose master was
    killed holds it for ever.
    """
    while process.returncode is None:  # noqa: ASYNC110 (nothing else says that a process is gone without its pipes)
        await asyncio.sleep(_POLL_S)
    return process.returncode


def _adopt_orphans() -> None:
    """Have processes whose parent died become children of this one, so that none is left serving (Linux only)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _own_children() -> list[int]:
    """Children of this process that still run."""
    pid = os.getpid()
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(child) for child in text.split()]


async def _was_told(readable: int) -> bool:
    """The process wrote its byte."""
    try:
        return os.read(readable, 1) == b"1"
    except BlockingIOError:
        return False


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first exception of a group that is none itself."""
    found = group.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found


def _end_with_parent() -> None:
    """Have the kernel end this process when the supervisor is gone, also when that was killed (Linux only)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def python_command(module: str, *arguments: str) -> tuple[str, ...]:
    """The command that runs a module of ours under this very Python."""
    return (sys.executable, "-m", module, *arguments)

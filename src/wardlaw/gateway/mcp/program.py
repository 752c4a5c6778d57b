"""A server of tools that is a program: started by the gateway, spoken to over its standard input and output.

Own code instead of the official SDK's transport, which keeps a line of any length and copies it with every piece
that arrives: a server that answers with 50 MB would stop the worker (seen in mcp 2.3.0).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence

from wardlaw.facts.errors import UnavailableError
from wardlaw.gateway.mcp.line import gone, too_large, unheard, unminded

# What a program may know of the gateway's own environment: nothing that could be a secret.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")
_END_S = 2.0  # specification 2025-11-25, basic/lifecycle: close its input, wait, then make it end


class ProgramLine:
    """A line to a program.

    Args:
        name: Name of the server, for messages.
        command: Program and arguments.
        env: All variables it gets.
        cwd: Folder it runs in.
        limit_bytes: Largest message it may send.
    """

    def __init__(
        self, name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: str, limit_bytes: int
    ) -> None:
        self.heard: Callable[[bytes], None] = unheard
        self.broken: Callable[[UnavailableError], None] = unminded
        self._name, self._command, self._env, self._cwd = name, command, env, cwd
        self._limit = limit_bytes
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """As ``Line``."""
        folder = self._cwd or None
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                # What a server says beside the protocol may hold what it was asked: it stays out of the logs.
                stderr=asyncio.subprocess.DEVNULL,
                env=dict(self._env),
                cwd=folder,
                limit=self._limit,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise gone(self._name, f"{self._command[0]} cannot be started in its folder") from error
        self._reading = asyncio.get_running_loop().create_task(self._read())

    async def send(self, message: bytes, *, settled: Callable[[], bool]) -> bool:
        """As ``Line``: the answer comes whenever the program gives it."""
        process = self._process
        if process is None or process.stdin is None or process.returncode is not None:
            raise gone(self._name, "it has ended")
        try:
            process.stdin.write(message + b"\n")
            await process.stdin.drain()
        except (OSError, RuntimeError) as error:
            raise gone(self._name, "it reads no more") from error
        return True

    def speaks(self, version: str) -> None:
        """As ``Line``; a program is told in the handshake alone."""

    async def _read(self) -> None:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        try:
            while True:
                line = await process.stdout.readuntil(b"\n")
                if line.strip():
                    self.heard(line)
                await asyncio.sleep(0)  # what is buffered is handed out without a pause otherwise
        except asyncio.LimitOverrunError:
            self.broken(too_large(self._name, self._limit))
        except (asyncio.IncompleteReadError, OSError):
            self.broken(gone(self._name, "it has ended"))

    async def close(self) -> None:
        """As ``Line``: the program and all it started end."""
        process, reading = self._process, self._reading
        self._process = self._reading = None
        if reading is not None:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        if process.stdout is not None:
            # What it still says is thrown away: a program stuck in writing would not see that its input has ended.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(_drained(process.stdout), _END_S)
        for sent in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), _END_S if sent is signal.SIGTERM else _END_S / 2)
                break
            _signal_all(process.pid, sent)
        _signal_all(process.pid, signal.SIGKILL)
        await process.wait()


async def _drained(stream: asyncio.StreamReader) -> None:
    with contextlib.suppress(OSError):
        while await stream.read(65_536):
            pass


def _signal_all(group: int, sent: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, sent)

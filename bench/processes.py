"""Starting, bounding, ending and weighing processes; Linux only (``/proc``)."""

from __future__ import annotations

import ctypes
import http
import http.client
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

TICK_US = 1e6 / os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_PR_SET_PDEATHSIG = 1  # prctl(2)
_UTIME, _STIME, _RSS, _PPID = 11, 12, 21, 1  # proc(5), counted from the field after the command's name


class StartError(Exception):
    """A process of the benchmark did not come up; carries the end of its log."""


def free_port() -> int:
    """A port on loopback nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


class Running:
    """A process in a group of its own that cannot outlive the benchmark.

    Args:
        command: Program and arguments.
        log: Where its output goes.
        limit_s: It is killed after so many seconds, whatever happens.
    """

    def __init__(
        self, command: Sequence[str], *, log: Path, limit_s: float, env: Mapping[str, str] | None = None, cwd: str = ""
    ) -> None:
        self.command = list(command)
        self._log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(env) if env is not None else None,
                cwd=cwd or None,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 (before any thread is started that could hold a lock)
            )
        self._timer = threading.Timer(limit_s, self._kill)
        self._timer.daemon = True
        self._timer.start()

    @property
    def pid(self) -> int:
        """Id of the process and of its group."""
        return self._process.pid

    def wait_port(self, port: int, *, within_s: float) -> None:
        """Wait until it listens.

        Raises:
            StartError: It ended, or does not listen in time.
        """
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            if self._process.poll() is not None:
                raise StartError(f"{self.command[0]} ended with {self._process.returncode}: {self.tail()}")
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise StartError(f"{self.command[0]} did not listen on port {port} within {within_s:g} s: {self.tail()}")

    def wait_ready(self, port: int, *, within_s: float) -> None:
        """Wait until a gateway says that it is ready: its port is bound before its workers have opened everything.

        Raises:
            StartError: It is not ready in time.
        """
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=within_s)
            try:
                connection.request("GET", "/readyz")
                if connection.getresponse().status == http.HTTPStatus.OK:
                    return
            except OSError:
                pass
            finally:
                connection.close()
            time.sleep(0.05)
        raise StartError(f"{self.command[0]} was not ready within {within_s:g} s: {self.tail()}")

    def tail(self) -> str:
        """The end of its log."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-1_500:].strip()

    def wait(self, within_s: float) -> int | None:
        """Its exit code; None when it runs on."""
        try:
            return self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> None:
        """End it and everything it started."""
        self._timer.cancel()
        if self._process.poll() is None:
            self._signal(signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._kill()
                self._process.wait(5)
        self._signal(signal.SIGKILL)  # children that ignored their parent's end

    def _kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Weight:
    """What a process and its children use, read from ``/proc``."""

    def __init__(self, root: int) -> None:
        self._root = root

    def tree(self) -> list[int]:
        """The process and all below it."""
        parents = {pid: int(stat[_PPID]) for pid in _pids() if (stat := _stat(f"/proc/{pid}/stat"))}
        found = [self._root]
        for pid in found:
            found.extend(child for child, parent in parents.items() if parent == pid)
        return found

    def cpu_us(self) -> float:
        """CPU time used so far by all of them, user and system, in microseconds (in steps of a clock tick)."""
        return sum(_cpu_us(f"/proc/{pid}/stat") for pid in self.tree())

    def rss_mb(self) -> tuple[float, float]:
        """Resident memory in MB (10^6 bytes): the largest process, and all together."""
        sizes = [int(stat[_RSS]) * _PAGE / 1e6 for pid in self.tree() if (stat := _stat(f"/proc/{pid}/stat"))]
        return (max(sizes), sum(sizes)) if sizes else (0.0, 0.0)

    def by_process(self) -> dict[int, float]:
        """CPU time so far of each process, in microseconds."""
        return {pid: _cpu_us(f"/proc/{pid}/stat") for pid in self.tree()}


def thread_cpu_us(pid: int) -> dict[int, float]:
    """CPU time by thread of one process; the main thread bears the number of the process."""
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return {}
    return {int(tid): _cpu_us(f"/proc/{pid}/task/{tid}/stat") for tid in threads}


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _cpu_us(path: str) -> float:
    stat = _stat(path)
    return (int(stat[_UTIME]) + int(stat[_STIME])) * TICK_US if stat else 0.0


def _stat(path: str) -> list[str] | None:
    """The fields after the command's name, which may hold anything; None when the process is gone."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return None

"""One running copy per data directory."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from wardlaw.facts.errors import ConfigError, UnavailableError

LOCK_NAME = "wardlaw.lock"
_LAST_S = 5.0  # a process that is killed is gone before all it had begun is
_LOOK_S = 0.05


class InstanceLock:
    """Holds the data directory for this process until it is closed or the process ends, however it ends.

    Args:
        data_dir: The data directory; must exist.
        role: What holds it, for the message the second copy shows.

    Raises:
        UnavailableError: WL-INS-001, another process holds it.
        ConfigError: WL-INS-002, the lock file cannot be opened.
    """

    def __init__(self, data_dir: Path, *, role: str = "wardlaw up") -> None:
        path = data_dir / LOCK_NAME
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ConfigError(
                "WL-INS-002",
                f"The data directory {data_dir} cannot be used: {error.strerror}.",
                "Run `wardlaw init`, or check the path and its permissions.",
            ) from error
        try:
            _lock(self._descriptor)
        except OSError as error:
            holder = os.pread(self._descriptor, 200, 0).decode("utf-8", errors="replace").strip()
            os.close(self._descriptor)
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise ConfigError(
                    "WL-INS-002",
                    f"The data directory {data_dir} cannot be locked: {error.strerror}.",
                    "Put it on a local disk.",
                ) from error
            raise UnavailableError(
                "WL-INS-001",
                f"The data directory {data_dir} is in use by {holder or 'another process'}.",
                "Stop that copy first, or give this one a data directory of its own.",
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{role}, process {os.getpid()}\n".encode(), 0)

    def close(self) -> None:
        """Let go; the file stays, only its lock counts."""
        if self._descriptor >= 0:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _lock(descriptor: int) -> None:
    """Take the lock; while whoever held it is gone already, wait for its last children to end too."""
    until = time.monotonic() + _LAST_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno != errno.EWOULDBLOCK or time.monotonic() >= until or not _is_gone(descriptor):
                raise
            time.sleep(_LOOK_S)
        else:
            return


def _is_gone(descriptor: int) -> bool:
    """The process that wrote its number into the lock file does not run any more."""
    number = os.pread(descriptor, 200, 0).decode("utf-8", errors="replace").rpartition("process ")[2].strip()
    if not number.isdigit():
        return True  # it let go of it, and has not closed it yet
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False

"""A secret as it stands now: one that stands in a file is read anew when the file has changed.

So a token that something beside the gateway renews, as the tokens of cloud vendors are every hour, needs no restart.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

_NEVER = (-1, -1, -1)


class Credential:
    """A secret.

    Args:
        read: Gives the text; raises ``ConfigError`` when it cannot be read.
        path: The file it is read from; ``""`` when it cannot change while the gateway runs.

    Raises:
        ConfigError: It cannot be read now.
    """

    __slots__ = ("_path", "_read", "_seen", "_text")

    def __init__(self, read: Callable[[], str], path: str = "") -> None:
        self._read = read
        self._path = path
        self._seen = _state(path)
        self._text = read()

    @classmethod
    def fixed(cls, text: str) -> Credential:
        """One that never changes."""
        return cls(lambda: text)

    def current(self) -> str:
        """The text; ``""`` when there is none.

        Raises:
            ConfigError: Its file has changed and cannot be read any more.
        """
        if self._path:
            # Looked at before it is read: what is written in between is then found at the next look.
            state = _state(self._path)
            if state != self._seen or state == _NEVER:
                self._text = self._read()
                self._seen = state
        return self._text

    def __repr__(self) -> str:
        return "Credential(…)"


def _state(path: str) -> tuple[int, int, int]:
    """What changes when a file is written or put in another's place."""
    if not path:
        return _NEVER
    try:
        found = Path(path).stat()
    except OSError:
        return _NEVER
    return found.st_mtime_ns, found.st_size, found.st_ino


NO_CREDENTIAL = Credential.fixed("")

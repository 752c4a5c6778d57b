"""Ids of decisions and exchanges, and the random bytes behind them."""

from __future__ import annotations

from collections.abc import Callable

_TIME_BYTES = 6
_RANDOM_BYTES = 10  # 80 bits cannot be guessed
_POOL_BYTES = 4_096


def make_id(prefix: str, *, at: float, random: bytes) -> str:
    """An id such as ``dec_0199d0c1…``: 32 hex digits, which sort by time.

    Args:
        prefix: ``dec``, ``exc`` …
        at: Unix seconds.
        random: Ten random bytes.
    """
    raw = int(at * 1000).to_bytes(_TIME_BYTES, "big") + random[:_RANDOM_BYTES]
    return f"{prefix}_{raw.hex()}"


class RandomPool:
    """Random bytes read ahead: a system call for every few bytes would cost more than sealing a record.

    Each byte is given out once. A pool belongs to one process; it must be made after a fork.
    """

    def __init__(self, source: Callable[[int], bytes]) -> None:
        self._source = source
        self._pool = b""
        self._at = 0

    def take(self, count: int) -> bytes:
        """That many fresh random bytes."""
        start = self._at
        end = start + count
        if end > len(self._pool):
            self._pool = self._source(max(_POOL_BYTES, count))
            start, end = 0, count
        self._at = end
        return self._pool[start:end]

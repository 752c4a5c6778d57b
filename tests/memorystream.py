"""A Redis of which only a stream is needed, in memory; it may be away."""

from __future__ import annotations

from typing import Any

from redis.exceptions import ConnectionError as AwayError


class MemoryRedis:
    def __init__(self) -> None:
        self.streams: dict[str, list[tuple[bytes, dict[bytes, bytes]]]] = {}
        self.is_away = False
        self.number = 0
        self.keeps = 10_000

    async def xadd(self, name: str, fields: dict[bytes, bytes], *, maxlen: int, approximate: bool) -> bytes:
        self._answer()
        assert maxlen > 0
        assert approximate
        self.number += 1
        entry = f"{self.number}-0".encode()
        entries = self.streams.setdefault(name, [])
        entries.append((entry, dict(fields)))
        del entries[: -self.keeps]
        return entry

    async def xrange(self, name: str, min: str = "-", *, count: int) -> list[Any]:  # noqa: A002
        self._answer()
        entries = self.streams.get(name, [])
        if min != "-":
            after = int(min.removeprefix("(").partition("-")[0])
            entries = [entry for entry in entries if int(entry[0].partition(b"-")[0]) > after]
        return entries[:count]

    async def aclose(self) -> None:
        self.is_away = True

    def _answer(self) -> None:
        if self.is_away:
            raise AwayError("away")

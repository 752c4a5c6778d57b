"""Where workers tell each other what they judged: a bounded stream in the Redis that holds the state.

Nothing here stands on the request path, and nothing that must hold rests on it: entries carry sums and keyed digests,
the newest some thousand of them, and a worker that was away for longer knows that much less.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from wardlaw.facts.errors import ConfigError, UnavailableError
from wardlaw.security.anomaly.share import Share, is_sound

MOST_ENTRIES = 4_096
"""Entries the stream keeps, about; at one a second from each of four workers a quarter of an hour."""

TIMEOUT_S = 2.0  # nobody waits for it
_PAGE = 64
_BEGIN = "0-0"

Item = tuple[Share, str, str]
"""A share with name and group of its principal."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Item])


class Page(NamedTuple):
    """What was read.

    Attributes:
        items: Shares told by others.
        place: Up to where the stream was read.
        is_last: There was no more.
        unread: Entries that no worker of this version wrote.
    """

    items: list[Item]
    place: str
    is_last: bool
    unread: int = 0


class HabitsStream:
    """One worker's end of the exchange.

    Args:
        client: A client without response decoding.
        prefix: Key prefix of the installation.
        writer: Name of this life of this worker, used by no other; its own entries are passed over.
    """

    def __init__(self, client: Redis, *, prefix: str, writer: str) -> None:
        self._client = client
        self._key = "{" + prefix + "}:habits"
        self._writer = writer.encode()

    @classmethod
    def connect(cls, url: str, *, prefix: str, writer: str, timeout_s: float = TIMEOUT_S) -> Self:
        """The exchange on the Redis at ``url``; nothing is sent before the first call.

        Raises:
            ConfigError: The address is not one of a Redis (WL-STA-009).
        """
        try:
            client = Redis.from_url(url, socket_timeout=timeout_s, socket_connect_timeout=timeout_s)
        except ValueError as error:
            raise ConfigError(
                "WL-STA-009", "The address of the state authority is not valid.", "Write redis://host:port/number."
            ) from error
        return cls(client, prefix=prefix, writer=writer)

    async def publish(self, items: Sequence[Item]) -> None:
        """Tell the others, in one entry.

        Raises:
            UnavailableError: Redis does not answer (WL-ANO-005).
        """
        fields: dict[Any, Any] = {b"by": self._writer, b"shares": _encoder.encode(list(items))}
        try:
            await self._client.xadd(self._key, fields, maxlen=MOST_ENTRIES, approximate=True)
        except (RedisError, OSError) as error:
            raise _unreachable(error) from error

    async def read(self, after: str) -> Page:
        """What others told after a place; ``""`` for all that is kept.

        Raises:
            UnavailableError: Redis does not answer (WL-ANO-005).
        """
        try:
            found: Any = await self._client.xrange(self._key, min="(" + (after or _BEGIN), count=_PAGE)
        except (RedisError, OSError) as error:
            raise _unreachable(error) from error
        items: list[Item] = []
        unread, place = 0, after
        for number, fields in found:
            place = number.decode()
            if fields.get(b"by") == self._writer:
                continue
            try:
                told = _decoder.decode(fields.get(b"shares", b""))
            except msgspec.MsgspecError:
                unread += 1
                continue
            items += [item for item in told if is_sound(item[0])]
        return Page(items, place, len(found) < _PAGE, unread)

    async def reaches_back_to(self, place: str) -> bool:
        """Whether everything after ``place`` is still kept.

        Raises:
            UnavailableError: Redis does not answer (WL-ANO-005).
        """
        try:
            oldest: Any = await self._client.xrange(self._key, count=1)
        except (RedisError, OSError) as error:
            raise _unreachable(error) from error
        return not place or (bool(oldest) and _order(oldest[0][0].decode()) <= _order(place))

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()


def _order(place: str) -> tuple[int, int]:
    millis, _, number = place.partition("-")
    return int(millis), int(number or 0)


def _unreachable(error: Exception) -> UnavailableError:
    return UnavailableError(
        "WL-ANO-005",
        f"Behaviour cannot be shared between workers: Redis does not answer ({type(error).__name__}).",
        "Traffic goes on; each worker judges behaviour by what it sees itself until Redis is back.",
    )

"""What the Redis authority does when there is no Redis; with one, see test_authority and tests/wire."""

from __future__ import annotations

import asyncio

import pytest

from wardlaw.facts.errors import ConfigError, UnavailableError
from wardlaw.state.authority import Ask
from wardlaw.state.redis_authority import RedisAuthority

NOWHERE = "redis://127.0.0.1:1/0"
QUESTION = Ask(b"a" * 16, b"", b"s" * 16, 1_790_000_000.0, 1, 10, frozenset({"a"}), 5)


def test_without_redis_everything_fails_closed() -> None:
    async def story() -> None:
        state = RedisAuthority.connect(NOWHERE, prefix="none", epoch=1)
        try:
            ticket = await state.reserve(QUESTION)
            assert not ticket.snapshot.authority_ok
            assert ticket.delta == b""
            assert await state.settle(ticket, released=True) == b""
            assert not await state.use_once(b"jti", until=1_790_000_060.0, at=1_790_000_000.0)
            assert await state.was_released(b"a" * 16, "call") == {}
            for change in (
                state.probe(QUESTION), state.taint(QUESTION, ["web"]), state.correct_tokens(QUESTION, 5),
                state.quarantine([b"a"], "why", until=0, at=1.0), state.release([b"a"]), state.adopt(),
                state.released_calls(QUESTION, {"call": b"d"}), state.ping(at=1.0), state.is_empty(),
            ):  # fmt: skip
                with pytest.raises(UnavailableError) as error:
                    await change
                assert error.value.code == "WL-STA-005"
        finally:
            await state.close()

    asyncio.run(story())


@pytest.mark.parametrize("url", ["http://127.0.0.1", "127.0.0.1:6379", "", "redis://127.0.0.1:port/0"])
def test_an_address_that_is_none_is_named(url: str) -> None:
    with pytest.raises(ConfigError) as error:
        RedisAuthority.connect(url, prefix="p", epoch=1)
    assert error.value.code == "WL-STA-009"

"""The two state authorities, for tests that hold both to the same behaviour."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from redis.exceptions import RedisError

from wardlaw.state.authority import Limits, StateAuthority
from wardlaw.state.ledger import Ledger
from wardlaw.state.redis_authority import RedisAuthority

REDIS_URL = os.environ.get("WARDLAW_TEST_REDIS", "redis://127.0.0.1:6379/0")


async def redis_missing() -> str:
    """Why there is no Redis to test with; ``""`` when there is one."""
    client = Redis.from_url(REDIS_URL, socket_connect_timeout=0.5, socket_timeout=0.5)
    try:
        await client.ping()
    except (RedisError, OSError) as error:
        return f"no Redis at {REDIS_URL}: {error}"
    finally:
        await client.aclose()
    return ""


@asynccontextmanager
async def authority(kind: str, limits: Limits | None = None, *, adopt: bool = True) -> AsyncIterator[StateAuthority]:
    """A fresh authority of one kind; Redis under a prefix of its own that is removed afterwards."""
    if kind == "ledger":
        yield Ledger(epoch=1, limits=limits)
        return
    prefix = f"wardlaw-test-{secrets.token_hex(6)}"
    held = RedisAuthority.connect(REDIS_URL, prefix=prefix, epoch=1, limits=limits, timeout_s=10.0)
    try:
        if adopt:
            await held.adopt()
        yield held
    finally:
        client = Redis.from_url(REDIS_URL)
        keys = [key async for key in client.scan_iter(match="{" + prefix + "}:*", count=1000)]
        if keys:
            await client.delete(*keys)
        await client.aclose()
        await held.close()

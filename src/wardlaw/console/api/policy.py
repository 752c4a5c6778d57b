"""What is published, publishing it anew, and health."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import get, post

from wardlaw.console.api.deps import PolicyStatus
from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.store.generations import Generation, bump


@get("/policy", operation_id="policy.status", summary="The published policy set")
async def policy_status(call: Given) -> PolicyStatus:
    """Digest, version and size of what is published."""
    await call.read(lambda _turn: None)
    return await call.deps.policies.status()


@post("/policy/reload", operation_id="policy.reload", summary="Check and publish the clauses on disk", status_code=200)
async def policy_reload(call: Given) -> PolicyStatus:
    """Publish the clauses on disk, if they pass every check.

    The record names the digest before it is published, so that nothing runs that the log does not know.
    """
    loop = asyncio.get_running_loop()
    policies = call.deps.policies

    def work(turn: Turn) -> Done[PolicyStatus]:
        prepared = asyncio.run_coroutine_threadsafe(policies.prepare(), loop).result()

        def publish() -> PolicyStatus:
            published = asyncio.run_coroutine_threadsafe(policies.publish(prepared), loop).result()
            bump(turn.connection, Generation.POLICIES)
            return published

        return Done(prepared, {"policies": prepared.digest, "clauses": prepared.clauses}, then=publish)

    return await call.change(work)


@get("/health", operation_id="health", summary="Is the control plane alive")
async def health(call: Given) -> dict[str, Any]:
    """Liveness for supervisors; says nothing worth hiding."""
    return dict(call.deps.health())

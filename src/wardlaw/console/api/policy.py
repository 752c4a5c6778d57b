"""What is published, publishing it anew, and health."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from litestar import get, post

from wardlaw.console.api.clauselife import published
from wardlaw.console.api.desk import Call, Done, Given, Turn
from wardlaw.console.api.lifedesk import LifePlan, PolicyStatus
from wardlaw.governance.rights import Circumstances
from wardlaw.store.generations import Generation, bump


@get("/policy", operation_id="policy.status", summary="The published policy set")
async def policy_status(call: Given) -> PolicyStatus:
    """Digest, version and size of what is published."""
    await call.read(lambda _turn: None)
    published = await call.deps.policies.status()
    return msgspec.structs.replace(published, life=call.deps.life.is_on)


@post("/policy/reload", operation_id="policy.reload", summary="Check and publish the clauses on disk", status_code=200)
async def policy_reload(call: Given) -> PolicyStatus:
    """Publish the clauses on disk, if they pass every check; where clauses have a life, those that are approved.

    The record names the digest before it is published, so that nothing runs that the log does not know.
    """
    if call.deps.life.is_on:
        return await _publish_approved(call)
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


async def _publish_approved(call: Call) -> PolicyStatus:
    plans: list[LifePlan] = []  # worked out once, and judged before it is used: one transaction for both

    def circumstances(turn: Turn) -> Circumstances:
        plans.append(call.deps.life.publish(turn.connection, at=turn.now))
        versions = [move.version for move in plans[-1].moves]
        return Circumstances(authors=tuple(name for one in versions for name in (one.author, one.author_human)))

    def work(turn: Turn) -> Done[PolicyStatus]:
        return published(call, turn, plans[-1], reason="")

    await call.ahead(lambda turn: call.deps.life.publish(turn.connection, at=turn.now))
    return await call.change(work, circumstances=circumstances)


@get("/health", operation_id="health", summary="Is the control plane alive")
async def health(call: Given) -> dict[str, Any]:
    """Liveness for supervisors; says nothing worth hiding."""
    return dict(call.deps.health())

"""What waits for whoever calls, what waits for others that they may know of, and what was answered lately."""

from __future__ import annotations

from collections.abc import Iterator

from litestar import get

from wardlaw.console.api.desk import Call, Given, Turn
from wardlaw.console.waiting import governed, granted, kept, running, vouched
from wardlaw.console.waiting.answered import answered_lately
from wardlaw.console.waiting.look import Look, Source, Waits
from wardlaw.facts.waiting import AnsweredItem, WaitingItem

SOURCES: tuple[Source, ...] = (
    running.held_calls,
    running.tools,
    running.broken_glass,
    running.loosenings,
    governed.clauses,
    governed.publishing,
    governed.waivers,
    governed.intakes,
    governed.gate_runs,
    governed.thresholds,
    governed.appeals,
    vouched.classifications,
    vouched.attestations,
    vouched.drafts,
    granted.held_grants,
    granted.renewals,
    granted.revocations,
    kept.erasures,
    kept.prunings,
    kept.holds,
)
"""Every place in the house where something can wait for a person."""


@get("/inbox", operation_id="inbox.list", summary="What waits for me")
async def list_waiting(call: Given) -> tuple[WaitingItem, ...]:
    """What this person's word is due on and may be given by them: what runs out first comes first."""

    def work(turn: Turn) -> tuple[WaitingItem, ...]:
        found = (waits.item for waits in _all(call, turn, only_due=True) if waits.is_due)
        return tuple(sorted(found, key=lambda one: (one.until or float("inf"), one.asked_at, one.id)))

    return await call.read(work)


@get("/inbox/others", operation_id="inbox.others", summary="What waits for others")
async def list_for_others(call: Given) -> tuple[WaitingItem, ...]:
    """What this person asked for, and what they may see that waits for another: their own first, then as in the inbox."""

    def work(turn: Turn) -> tuple[WaitingItem, ...]:
        every = _all(call, turn, only_due=False)
        found = (one.item for one in every if not one.is_due and (one.is_seen or one.item.asked_by_me))
        return tuple(
            sorted(found, key=lambda one: (not one.asked_by_me, one.until or float("inf"), one.asked_at, one.id))
        )

    return await call.read(work)


@get("/inbox/answered", operation_id="inbox.answered", summary="What was answered lately")
async def list_answered(call: Given) -> tuple[AnsweredItem, ...]:
    """What this person answered within 30 days, and what they were answered, with the reasons; the newest first."""
    return await call.read(lambda turn: answered_lately(Look(turn, call.deps)))


def _all(call: Call, turn: Turn, *, only_due: bool) -> Iterator[Waits]:
    look = Look(turn, call.deps, only_due)
    for source in SOURCES:
        yield from source(look)

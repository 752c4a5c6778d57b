"""The clauses asked about grants that are new or have changed, a part at a time; each saying is recorded with its grant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import msgspec
from litestar import post
from litestar.params import JSONBody

from wardlaw.console.api.desk import Call, Done, Given, Turn
from wardlaw.console.api.picture import draw
from wardlaw.decision.decide import decide
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.request import Snapshot
from wardlaw.inventory.granted import AskedGrant, GrantMoment, asked_grants, facts_digest, request_of
from wardlaw.inventory.ruling import HOUR_S, Breaker, Fate, GrantRuling, RevokingMode, ruling_of
from wardlaw.store.grantdecisions import count_due, keep_rulings, list_rulings
from wardlaw.store.notifications import enqueue_asked

AT_ONCE = 5_000
"""Grants judged in one request: their record stays about a megabyte."""

MOST_ASKED = 50
"""Messages that one request may send; the first reading of a company must not flood its people. All stand in the list."""

_Place = Annotated[str, msgspec.Meta(max_length=512)]


class JudgeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask the clauses.

    Attributes:
        again: About every grant, also those whose last answer still stands.
        after: With ``again``, go on after this directory and grant.
    """

    again: bool = False
    after: tuple[_Place, _Place] = ("", "")


class Judged(msgspec.Struct, frozen=True):
    """What the clauses said.

    Attributes:
        left: Grants that wait for the next request.
        after: Where it goes on, with ``again``.
        rulings: Of those that do not simply stand.
    """

    judged: int
    left: int
    after: tuple[str, str]
    rulings: tuple[GrantRuling, ...]


@post("/grants/judge", operation_id="grants.judge", summary="Ask the clauses about grants", status_code=200)
async def judge_grants(call: Given, data: JSONBody[JudgeRequest]) -> Judged:
    """Those whose facts, approval or clauses have changed since they were last asked."""

    def work(turn: Turn) -> Done[Judged]:
        desk = call.deps.grants
        policies, moment = desk.policies(), desk.moment(turn.now)
        known = list_rulings(turn.connection)
        waiting = _waiting(turn, call, data, known=known, policies=policies)
        part = waiting[:AT_ONCE]
        breaker = Breaker(desk.limits, _due_lately(turn, desk.limits.mode))
        rulings = [_ruling(turn, one, policies, moment=moment, breaker=breaker) for one in part]
        keep_rulings(turn.connection, rulings, known=known)
        for ruling in _to_ask(known.values(), rulings):
            enqueue_asked(turn.connection, ruling, channels=desk.channels)
        after = part[-1].key if part else data.after
        told = tuple(one for one in rulings if one.fate is not Fate.STANDS or one.observed)
        facts: dict[str, str | int] = {
            "judged": len(rulings),
            "policies": policies.digest,
            "mode": desk.limits.mode.value,
            "decisions": msgspec.json.encode([_told(one) for one in rulings]).decode(),
        }
        return Done(Judged(len(rulings), len(waiting) - len(part), after, told), facts)

    return await call.change(work)


def _to_ask(known: Iterable[GrantRuling], rulings: Iterable[GrantRuling]) -> list[GrantRuling]:
    """One ruling for each app and reason that nobody was asked about yet."""
    asked = {_matter(one) for one in known if one.fate is Fate.ASKED}
    found: list[GrantRuling] = []
    for one in rulings:
        if one.fate is Fate.ASKED and _matter(one) not in asked:
            asked.add(_matter(one))
            found.append(one)
    return found[:MOST_ASKED]


def _matter(ruling: GrantRuling) -> tuple[object, ...]:
    return ruling.directory, ruling.app or ruling.grant, ruling.clauses


def _waiting(
    turn: Turn, call: Call, data: JudgeRequest, *, known: dict[tuple[str, str], GrantRuling], policies: PolicySet
) -> list[AskedGrant]:
    picture = draw(turn, call.deps)
    every = sorted(asked_grants(picture.inventory, picture.book, at=turn.now), key=lambda one: one.key)
    if data.again:
        return [one for one in every if one.key > data.after]
    return [
        one
        for one in every
        if (before := known.get(one.key)) is None or before.digest != facts_digest(one.facts, policies)
    ]


def _ruling(
    turn: Turn, asked: AskedGrant, policies: PolicySet, *, moment: GrantMoment, breaker: Breaker
) -> GrantRuling:
    request = request_of(asked, decision=turn.new_id("gdc_"), moment=moment)
    decision = decide(request, (), policies, Snapshot())
    digest = facts_digest(asked.facts, policies)
    return ruling_of(asked.facts, decision, digest=digest, at=turn.now, breaker=breaker)


def _due_lately(turn: Turn, mode: RevokingMode) -> int:
    counted = Fate.DUE if mode is RevokingMode.ON else Fate.WOULD
    return count_due(turn.connection, since=turn.now - HOUR_S, fate=counted)


def _told(ruling: GrantRuling) -> dict[str, object]:
    """A ruling as the log has it: the grant, the clauses, the effect, and what became of it."""
    told = {
        "id": ruling.id,
        "directory": ruling.directory,
        "grant": ruling.grant,
        "app": ruling.app,
        "effect": ruling.effect.value,
        "fate": ruling.fate.value,
        "clauses": ruling.clauses,
        "observed": ruling.observed,
    }
    return {name: value for name, value in told.items() if value}

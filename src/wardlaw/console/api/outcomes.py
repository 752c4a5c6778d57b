"""Live decisions of systems: told as they are made, kept as counts, held against a rule."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.facts.incident import Incident
from wardlaw.register.bias.check import BiasAnswer, groupings_of
from wardlaw.register.bias.counts import LiveOutcome
from wardlaw.register.bias.live import MOST_DAYS_BACK, LiveRule, LiveWatch, check_live, first_day, has_left
from wardlaw.register.bias.measure import BiasReport
from wardlaw.register.checks import CheckResult
from wardlaw.store import incidents
from wardlaw.store.notifications import Event, enqueue
from wardlaw.store.outcomes import add_outcomes, attributes_kept, counts_since, keep_watch, watch_of
from wardlaw.store.systems import living_system

KIND = "LIVE-BIAS"
"""Kind of the incident that opens when live decisions leave their limit."""
_SEED = 1  # one seed for all, so that the same counts always show the same interval

_Days = Annotated[int, QueryParameter(name="days", ge=0, le=MOST_DAYS_BACK)]


class ToldOutcomes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Decisions that were made, or whose labels came."""

    outcomes: Annotated[tuple[LiveOutcome, ...], msgspec.Meta(min_length=1, max_length=500)]


class OutcomesTaken(msgspec.Struct, frozen=True):
    """What became of told outcomes; ``result`` is None where nothing watches."""

    taken: int
    result: CheckResult | None = None


class OutcomesView(msgspec.Struct, frozen=True):
    """How a system's decisions stand.

    Attributes:
        first: First day that counts.
    """

    system: str
    first: date
    attributes: tuple[str, ...]
    watch: LiveWatch | None
    result: CheckResult | None
    report: BiasReport | None


@post("/systems/{system_id:str}/outcomes", operation_id="outcomes.add", summary="Tell live decisions", status_code=200)
async def tell_outcomes(call: Given, system_id: FromPath[str], data: JSONBody[ToldOutcomes]) -> OutcomesTaken:
    """Count decisions, and hold the window against the rule that watches. Only counts are kept, and recorded."""

    def work(turn: Turn) -> Done[OutcomesTaken]:
        living_system(turn.connection, system_id)
        add_outcomes(turn.connection, system_id, data.outcomes, today=_today(turn))
        watch = watch_of(turn.connection, system_id)
        answer = None if watch is None else _stood(turn, watch, channels=call.deps.grants.channels)
        facts: dict[str, str | int] = {"system": system_id, "told": len(data.outcomes)}
        if answer is not None:
            facts |= {"outcome": answer.result.outcome.value}
        return Done(OutcomesTaken(len(data.outcomes), answer.result if answer else None), facts)

    return await call.change(work)


@get("/systems/{system_id:str}/outcomes", operation_id="outcomes.show", summary="How live decisions stand")
async def show_outcomes(call: Given, system_id: FromPath[str], *, days: _Days = 0) -> OutcomesView:
    """Rates of the groups over the window of the rule, or over ``days``."""

    def work(turn: Turn) -> OutcomesView:
        living_system(turn.connection, system_id)
        watch = watch_of(turn.connection, system_id)
        live = watch.live if watch else LiveRule()
        if days:
            live = msgspec.structs.replace(live, window_days=days)
        first = first_day(_today(turn), live)
        answer = check_live(counts_since(turn.connection, system_id, first), live, seed=_SEED)
        names = attributes_kept(turn.connection, system_id)
        return OutcomesView(
            system_id, first, names, watch, answer.result if answer else None, answer.report if answer else None
        )

    return await call.read(work)


@post(
    "/systems/{system_id:str}/outcomes/rule",
    operation_id="outcomes.watch",
    summary="Watch live decisions by a rule",
    status_code=200,
)
async def watch_outcomes(call: Given, system_id: FromPath[str], data: JSONBody[LiveRule]) -> LiveWatch:
    """Set the rule that watches a system, in place of the one before. It is judged anew with the next decisions."""

    def work(turn: Turn) -> Done[LiveWatch]:
        living_system(turn.connection, system_id)
        names = attributes_kept(turn.connection, system_id)
        if names:
            groupings_of(data.rule, names)
        watch = LiveWatch(system_id, data, turn.person.id, turn.now)
        keep_watch(turn.connection, watch)
        rule = data.rule
        facts: dict[str, str | int] = {
            "system": system_id, "metric": rule.metric.value, "limit": f"{rule.bound:g}", "days": data.window_days,
            "min_group_n": rule.min_group_n, "small_groups": rule.small_groups.value, "groups": ", ".join(rule.groups),
        }  # fmt: skip
        return Done(watch, facts)

    return await call.change(work)


def _stood(turn: Turn, watch: LiveWatch, *, channels: tuple[str, ...]) -> BiasAnswer | None:
    """Judge the window; an interval that has just left its limit opens an incident, which is told."""
    first = first_day(_today(turn), watch.live)
    answer = check_live(counts_since(turn.connection, watch.system, first), watch.live, seed=_SEED)
    if answer is None:
        return None
    outcome = answer.result.outcome
    if has_left(watch.outcome, outcome):
        incident = Incident(
            id=turn.new_id("inc_"), exchange=turn.new_id("out_"), principal="", kind=KIND,
            opened_at=turn.now, last_at=turn.now,
            detail=f"Live decisions of {watch.system} left their limit: `wardlaw outcomes show {watch.system}`.",
        )  # fmt: skip
        joined = incidents.open_or_join(
            turn.connection, incident, marks={hashlib.sha256(f"{KIND} {watch.system}".encode()).hexdigest()}
        )
        enqueue(turn.connection, joined.incident, Event.OPENED, channels=channels, at=turn.now)
    if outcome is not watch.outcome:
        keep_watch(turn.connection, msgspec.structs.replace(watch, outcome=outcome, since=turn.now))
    return answer


def _today(turn: Turn) -> date:
    return datetime.fromtimestamp(turn.now, tz=UTC).date()

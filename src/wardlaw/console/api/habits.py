"""Behaviour profiles: what callers usually do, why they alert, and what people say about it."""

from __future__ import annotations

from typing import Annotated

from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.shapes import Release
from wardlaw.facts.habit import Habit, HabitOrder, HabitOrderKind
from wardlaw.store.habitorders import place_order

_Only = Annotated[bool, QueryParameter()]


@get("/habits", operation_id="habits.list", summary="Whose behaviour is known")
async def list_habits(call: Given, *, alerting: _Only = False) -> tuple[Habit, ...]:
    """Callers with a profile, those who alert first; without the single statistics."""
    found = await call.read(lambda _turn: call.deps.habits.list())
    return tuple(one for one in found if one.alerting or not alerting)


@get("/habits/{caller:str}", operation_id="habits.get", summary="One caller's behaviour, and why it alerts")
async def get_habits(call: Given, caller: FromPath[str]) -> Habit:
    """What is usual, what was seen, and the reasons in figures."""
    return await call.read(lambda _turn: call.deps.habits.show(caller))


@post("/habits/{caller:str}/accept", operation_id="habits.accept", summary="The change is right", status_code=200)
async def accept_habits(call: Given, caller: FromPath[str], data: JSONBody[Release]) -> HabitOrder:
    """What was alerted becomes usual; gateways follow within a second."""
    return await _order(call, caller, HabitOrderKind.ACCEPT, data.reason)


@post("/habits/{caller:str}/forget", operation_id="habits.forget", summary="Learn anew", status_code=200)
async def forget_habits(call: Given, caller: FromPath[str], data: JSONBody[Release]) -> HabitOrder:
    """Nothing of the profile is kept; a burn-in begins."""
    return await _order(call, caller, HabitOrderKind.FORGET, data.reason)


async def _order(call: Given, caller: str, kind: HabitOrderKind, reason: str) -> HabitOrder:
    def work(turn: Turn) -> Done[HabitOrder]:
        known = call.deps.habits.show(caller)
        order = place_order(turn.connection, HabitOrder(0, known.key, kind, reason, turn.person.id, turn.now))
        facts: dict[str, str | int] = {
            "principal": known.principal,
            "key": known.key,
            "order": order.number,
            "score": known.score,
            "reason": reason,
        }
        return Done(order, facts)

    return await call.change(work)

"""Canaries: what proves each clause on each route, what became of it, and running some now."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.facts.canary import CanaryOrder, CanaryRun
from wardlaw.facts.errors import InputError
from wardlaw.store.canaries import CanaryOrders, CanaryRuns

_Name = Annotated[str, QueryParameter(max_length=128)]
_Limit = Annotated[int, QueryParameter(ge=1, le=1_000)]


class CanaryView(msgspec.Struct, frozen=True):
    """One clause on one route.

    Attributes:
        effect: What the clause must do.
        why: Why no request can be what its examples say; ``""`` where one can.
        how: How it is tried; ``""`` where it cannot be.
        waits: It is tried when its time comes: the clause asks about hours or days.
        last: What became of it last; ``None`` while it was never run.
    """

    clause: str
    route: str
    effect: str
    example: str
    why: str
    last: CanaryRun | None
    how: str = ""
    waits: bool = False


class CanaryOrderView(msgspec.Struct, frozen=True):
    """An order, and what was run for it so far."""

    order: CanaryOrder
    runs: tuple[CanaryRun, ...]


class CanaryOrderBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be run: one clause, or all."""

    clause: Annotated[str, msgspec.Meta(max_length=128)] = ""


@get("/canaries", operation_id="canaries.list", summary="What proves each clause on each route")
async def list_canaries(call: Given, *, clause: _Name = "") -> tuple[CanaryView, ...]:
    """Clauses that stop something now, by clause and route; of one clause when it is named."""

    def work(turn: Turn) -> tuple[CanaryView, ...]:
        last = {(run.clause, run.route): run for run in CanaryRuns(turn.connection).latest(clause)}
        return tuple(
            CanaryView(
                one.clause,
                one.route,
                one.effect.value,
                one.example.name if one.example is not None else "",
                one.why,
                last.get((one.clause, one.route)),
                one.how,
                one.waits,
            )
            for one in call.deps.canaries.plan()
            if clause in ("", one.clause)
        )

    return await call.read(work)


@get("/canaries/history", operation_id="canaries.history", summary="What became of canaries")
async def canary_history(
    call: Given, *, clause: _Name = "", route: _Name = "", limit: _Limit = 100
) -> tuple[CanaryRun, ...]:
    """Newest first; of one clause or route when it is named."""
    return await call.read(lambda turn: CanaryRuns(turn.connection).history(clause=clause, route=route, limit=limit))


@post("/canaries/orders", operation_id="canaries.run", summary="Have canaries run now")
async def run_canaries(call: Given, data: JSONBody[CanaryOrderBody]) -> CanaryOrder:
    """The canary process takes the order up within a second; ask ``/canaries/orders/{id}`` what came of it."""

    def work(turn: Turn) -> Done[CanaryOrder]:
        if data.clause and all(one.clause != data.clause for one in call.deps.canaries.plan()):
            raise InputError(
                "WL-CAN-012",
                f"No clause {data.clause} stops anything now, so it has no canary.",
                "`wardlaw canary list` shows those that have; shadow and warn clauses stop nothing.",
            )
        order = CanaryOrder(turn.new_id("cor_"), data.clause, turn.person.id, turn.now)
        CanaryOrders(turn.connection).place(order)
        return Done(order, {"order": order.id, "clause": data.clause or "all"})

    return await call.change(work)


@get("/canaries/orders/{order_id:str}", operation_id="canaries.order", summary="What came of an order")
async def get_canary_order(call: Given, order_id: FromPath[str]) -> CanaryOrderView:
    """The order, and the runs made for it."""

    def work(turn: Turn) -> CanaryOrderView:
        order = CanaryOrders(turn.connection).get(order_id)
        return CanaryOrderView(order, CanaryRuns(turn.connection).history(order=order_id, limit=1_000))

    return await call.read(work)

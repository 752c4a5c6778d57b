"""Signals for receivers that fetch them (RFC 8936): what waits for one, and what it says became of it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import JSONBody, QueryParameter

from wardlaw.console.api.desk import Call, Done, Given, Turn
from wardlaw.console.api.shapes import Line
from wardlaw.facts.errors import InputError
from wardlaw.store.signalsout import list_due_signals, settle_signals

MOST_AT_ONCE = 100
_Name = Annotated[str, QueryParameter(max_length=64)]
_Most = Annotated[int, QueryParameter(ge=0, le=MOST_AT_ONCE)]
_Jti = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class SignalsWaiting(msgspec.Struct, frozen=True):
    """Signed tokens by their ``jti``, oldest first; ``more`` where others wait behind them."""

    sets: dict[str, str]
    more: bool


class SignalsSettled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a receiver says: which tokens it took, and which it cannot take, with its words for why."""

    receiver: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    ack: Annotated[tuple[_Jti, ...], msgspec.Meta(max_length=1_000)] = ()
    refused: Annotated[dict[_Jti, Line], msgspec.Meta(max_length=1_000)] = {}


class SettledCount(msgspec.Struct, frozen=True):
    """How many signals wait no longer."""

    taken: int
    refused: int


@get("/signals/waiting", operation_id="signals.waiting", summary="Signals that wait for a receiver that fetches them")
async def signals_waiting(call: Given, *, receiver: _Name = "", most: _Most = MOST_AT_ONCE) -> SignalsWaiting:
    """A token waits until its receiver says that it has it; it is signed anew each time, under the same ``jti``."""

    def work(turn: Turn) -> SignalsWaiting:
        _check(call, receiver)
        due = list_due_signals(turn.connection, now=turn.now, limit=most + 1, only=receiver)
        claims = {one.id: msgspec.json.decode(one.claims, type=dict[str, object]) for one in due[:most]}
        sets = {id_: call.deps.sign_signal(own | {"iat": int(turn.now)}) for id_, own in claims.items()}
        return SignalsWaiting(sets, len(due) > most)

    return await call.read(work)


@post("/signals/settled", operation_id="signals.settle", summary="What a receiver says of signals", status_code=200)
async def settle(call: Given, data: JSONBody[SignalsSettled]) -> SettledCount:
    """What it took is not given again; what it cannot take stays in the table with its words, for a person to see."""

    def work(turn: Turn) -> Done[SettledCount]:
        _check(call, data.receiver)
        taken = settle_signals(turn.connection, data.receiver, data.ack)
        refused = sum(
            settle_signals(turn.connection, data.receiver, (id_,), refusal=why or "refused")
            for id_, why in data.refused.items()
        )
        facts: dict[str, str | int] = {"receiver": data.receiver, "taken": taken, "refused": refused}
        return Done(SettledCount(taken, refused), facts)

    return await call.change(work)


def _check(call: Call, receiver: str) -> None:
    if receiver not in call.deps.signals.receivers:
        raise InputError(
            "WL-LSN-010",
            "There is no such receiver of signals.",
            "See `inventory.sending.receivers` in the configuration.",
        )

from __future__ import annotations

import asyncio

import pytest

from wardlaw.facts.errors import Fault, UnavailableError, WardlawError
from wardlaw.gateway.admitted import Admitted, Scope
from wardlaw.gateway.exchange import ForbiddenError
from wardlaw.gateway.local import LocalExchange
from wardlaw.gateway.port import CallerGoneError
from wardlaw.testing.edges import MemoryCall
from wardlaw.testing.worker import BOT, Worker


class Telling(LocalExchange):
    """Raises what it is told to."""

    error: BaseException | None = None

    async def _serve(self, raw: bytes) -> None:
        self._check_scope("this", model="demo")
        if self.error is not None:
            raise self.error
        self._result = "complete"
        self._reply(200, [], raw)


def serve(worker: Worker, error: BaseException | None = None, scope: Scope | None = None) -> MemoryCall:
    call = MemoryCall(b"hello")

    async def story() -> None:
        exchange = Telling(worker.services, call, Admitted(BOT, scope or Scope()), route="scan")
        exchange.error = error
        await exchange.run(call.raw)

    asyncio.run(story())
    return call


@pytest.mark.parametrize(
    ("error", "status", "result"),
    [
        (None, 200, "complete"),
        (UnavailableError("WL-UPS-001", "Gone."), 503, "upstream-failed"),
        (Fault("WL-GW-190", "Broken."), 500, "fault"),
        (ForbiddenError("WL-GWY-005", "No."), 403, "refused"),
        (CallerGoneError(), 0, "client-gone"),
    ],
)
def test_every_exchange_ends_with_an_outcome(
    worker: Worker, error: WardlawError | None, status: int, result: str
) -> None:
    assert serve(worker, error).status == status
    assert [(one["result"], one.get("status", 0)) for one in worker.outcomes()] == [(result, status)]


def test_an_exchange_that_is_ended_is_an_outcome_too(worker: Worker) -> None:
    with pytest.raises(asyncio.CancelledError):
        serve(worker, asyncio.CancelledError())
    assert [one["result"] for one in worker.outcomes()] == ["client-gone"]


@pytest.mark.parametrize("scope", [Scope(routes=frozenset({"models"})), Scope(models=frozenset({"abroad"}))])
def test_a_credential_reaches_as_far_as_its_scope(worker: Worker, scope: Scope) -> None:
    assert (serve(worker, scope=scope).status, worker.outcomes()[0]["result"]) == (403, "refused")

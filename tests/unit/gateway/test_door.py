from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from tests.unit.gateway.tokens import AGENT, EC, IDENTITY, OKP, RSA, FixedKeys, assertion, entry
from wardlaw.audit.envelope import RecordKind
from wardlaw.config.model import Limits
from wardlaw.facts.principal import PrincipalKind
from wardlaw.gateway.admission import Admission
from wardlaw.gateway.assertion import ASSERTION_HEADER
from wardlaw.gateway.door import Door, Health
from wardlaw.gateway.keybook import KeyBook
from wardlaw.testing.edges import MemoryAnswer, MemoryCall, completion, user
from wardlaw.testing.worker import Worker

ADA_KEY = {"authorization": "Bearer wl_ada"}
READY = Health(True)


def door(worker: Worker, *, health: Health = READY, limits: Limits | None = None, **changes: Any) -> Door:
    """A door for the keys of a user and of an agent."""
    book = KeyBook((entry("ada", **changes), AGENT, entry("etl", PrincipalKind.NHI)))
    admission = Admission(book, IDENTITY, keys=FixedKeys(RSA, EC, OKP), state=worker.ledger)
    services = worker.services if limits is None else worker.services._replace(limits=limits)
    return Door(services, admission, health=lambda: health)


def knock(made: Door, call: MemoryCall) -> MemoryCall:
    asyncio.run(made.serve(call))
    return call


def get(path: str, headers: dict[str, str] | None = None) -> MemoryCall:
    return MemoryCall(method="GET", path=path, headers=headers)


def test_an_admitted_request_is_served(worker: Worker) -> None:
    worker.upstreams.will(MemoryAnswer(completion("Hi")))
    call = knock(door(worker), MemoryCall(user("Hello"), headers=ADA_KEY))
    assert call.document["choices"][0]["message"]["content"] == "Hi"
    assert worker.inputs()[0].request.principal.id == "user:ada"


def test_embeddings_have_a_route_of_their_own(worker: Worker) -> None:
    worker.upstreams.will(MemoryAnswer({"object": "list", "data": []}))
    body = {"model": "demo", "input": "x"}
    assert knock(door(worker), MemoryCall(body, path="/v1/embeddings", headers=ADA_KEY)).status == 200
    assert worker.inputs()[0].request.route == "embeddings"


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wl_nobody"}, {"authorization": "Basic x"}])
def test_nobody_comes_in_without_a_credential(worker: Worker, headers: dict[str, str]) -> None:
    call = knock(door(worker), MemoryCall(user("Hello"), headers=headers))
    assert (call.status, call.error["code"]) == (401, "WL-ADM-001")
    assert call.answer_headers["www-authenticate"].startswith("Bearer")
    assert worker.envelopes() == []


def test_refused_callers_are_counted_by_code(worker: Worker) -> None:
    made = door(worker)
    knock(made, MemoryCall(user("Hello")))
    assert b"wardlaw_admission_refusals_total" in worker.services.metrics.render()


def test_other_methods_and_paths_are_told_so(worker: Worker) -> None:
    made = door(worker)
    assert knock(made, get("/v1/chat/completions")).status == 405
    assert knock(made, MemoryCall(b"", method="TRACE", path="/v1/chat/completions")).status == 405
    missing = knock(made, get("/v1/fine_tuning/jobs"))
    assert (missing.status, missing.error["code"]) == (404, "unknown_route")
    assert missing.answer_headers["x-should-retry"] == "false"


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize(
    "path", ["/v1/responses/resp_1", "/v1/responses/resp_1/input_items", "/v1/chat/completions/chatcmpl-1"]
)
def test_what_a_vendor_keeps_of_conversations_is_not_fetched(worker: Worker, method: str, path: str) -> None:
    told = knock(door(worker), MemoryCall(b"", method=method, path=path, headers=ADA_KEY))
    assert (told.status, told.error["code"]) == (403, "stored_state")
    assert knock(door(worker), MemoryCall(b"", method=method, path=path)).status == 401
    assert worker.upstreams.asked == []


def test_the_door_speaks_the_form_of_the_path(worker: Worker) -> None:
    made = door(worker)
    for call in (
        get("/v1/messages"),
        get("/v1/messages/batches"),
        MemoryCall({}, path="/v1/messages", headers={"x-api-key": "wl_nobody"}),
        MemoryCall({}, path="/v1/messages", headers={**ADA_KEY, "x-padding": "x" * 40_000}),
    ):
        told = knock(made, call)
        assert told.status >= 400
        assert told.document["type"] == "error"
        assert told.error["type"].endswith("_error")


def test_liveness_readiness_and_metrics_need_no_credential(worker: Worker) -> None:
    made = door(worker)
    assert knock(made, get("/healthz")).document == {"status": "alive"}
    assert knock(made, get("/readyz")).document["status"] == "ready"
    metrics = knock(made, get("/metrics"))
    assert metrics.answer_headers["content-type"].startswith("text/plain")
    assert "wardlaw_policies" in metrics.text


def test_metrics_can_be_switched_off(worker: Worker) -> None:
    made = door(worker)
    made.services = made.services._replace(shows_metrics=False)
    assert knock(made, get("/metrics")).status == 404


def test_a_worker_that_cannot_decide_refuses_and_says_why(worker: Worker) -> None:
    made = door(worker, health=Health(False, "records cannot be made durable"))
    call = knock(made, MemoryCall(user("Hello"), headers=ADA_KEY))
    assert (call.status, call.error["code"]) == (503, "WL-GWY-007")
    ready = knock(made, get("/readyz"))
    assert ready.status == 503
    assert "durable" in ready.document["why"]
    assert knock(made, get("/healthz")).status == 200


@pytest.mark.parametrize(
    ("call", "status", "code"),
    [
        (MemoryCall(user("x" * 2_000), headers=ADA_KEY), 413, "WL-GWY-002"),
        (MemoryCall(user("x"), headers=ADA_KEY, late=True), 408, "WL-GWY-003"),
        (MemoryCall(user("x"), headers=ADA_KEY | {"x-long": "y" * 1_100}), 431, "WL-GWY-008"),
    ],
)
def test_limits_are_told_with_their_status(worker: Worker, call: MemoryCall, status: int, code: str) -> None:
    knock(door(worker, limits=Limits(body_bytes=1_024, header_bytes=1_024)), call)
    assert (call.status, call.error["code"]) == (status, code)
    assert call.answer_headers["connection"] == "close"


def test_a_body_the_assertion_did_not_name_is_refused(worker: Worker) -> None:
    worker.clock.now = 1_790_000_000.0
    headers = {"authorization": "Bearer wl_bot", ASSERTION_HEADER: assertion()}
    call = MemoryCall(user("Something else"), headers=headers)
    knock(door(worker), call)
    assert call.status == 401
    assert worker.envelopes(RecordKind.DECISION) == []


def test_one_caller_has_a_ceiling_of_exchanges_at_one_time(worker: Worker) -> None:
    made = door(worker, limits=msgspec.structs.replace(Limits(), concurrency_per_principal=1))

    async def story() -> tuple[MemoryCall, MemoryCall, MemoryCall]:
        going = asyncio.Event()

        class Waiting(MemoryAnswer):
            async def whole(self, limit_bytes: int) -> bytes:
                await going.wait()
                return await super().whole(limit_bytes)

        worker.upstreams.will(Waiting(completion("Hi")), MemoryAnswer(completion("Hi")), MemoryAnswer(completion("Hi")))
        first, second = (MemoryCall(user("Hello"), headers=ADA_KEY) for _ in range(2))
        task = asyncio.get_running_loop().create_task(made.serve(first))
        while not worker.upstreams.asked:
            await asyncio.sleep(0.001)
        await made.serve(second)
        other = MemoryCall(user("Hello"), headers={"authorization": "Bearer wl_etl"})
        await made.serve(other)
        going.set()
        await task
        third = MemoryCall(user("Hello"), headers=ADA_KEY)
        await made.serve(third)
        return second, other, third

    second, other, third = asyncio.run(story())
    assert (second.status, second.error["code"]) == (429, "too_many_exchanges")
    assert other.status == 200
    assert third.status == 200
    assert made._running == {}


def test_models_are_listed_as_far_as_the_key_reaches(worker: Worker) -> None:
    whole = knock(door(worker), get("/v1/models", ADA_KEY)).document["data"]
    assert [model["id"] for model in whole] == [
        "demo", "abroad", "both", "sonnet", "planted", "planted-sonnet",
    ]  # fmt: skip
    narrow = door(worker, models=("demo",))
    assert [model["id"] for model in knock(narrow, get("/v1/models", ADA_KEY)).document["data"]] == ["demo"]
    assert knock(narrow, get("/v1/models/demo", ADA_KEY)).document["id"] == "demo"
    hidden = knock(narrow, get("/v1/models/both", ADA_KEY))
    assert (hidden.status, hidden.error["code"]) == (404, "model_not_found")
    assert knock(narrow, get("/v1/models")).status == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/realtime"),
        ("POST", "/v1/realtime/sessions"),
        ("POST", "/v1/realtime/client_secrets"),
        ("POST", "/v1/realtime/transcription_sessions"),
        ("POST", "/v1/realtime/calls"),
    ],
)
def test_realtime_is_refused_and_recorded(worker: Worker, method: str, path: str) -> None:
    upgrade = {"connection": "Upgrade", "upgrade": "websocket"} if method == "GET" else {}
    call = knock(door(worker), MemoryCall(method=method, path=path, headers={**ADA_KEY, **upgrade}))
    assert (call.status, call.error["code"]) == (403, "WL-GWY-014")
    assert "/v1/responses" in call.error["message"]
    (record,) = worker.envelopes(RecordKind.OUTCOME)
    assert (record.route, record.facts["result"]) == ("realtime", "refused")


def test_realtime_tells_strangers_nothing(worker: Worker) -> None:
    assert knock(door(worker), get("/v1/realtime")).status == 401
    assert worker.envelopes() == []

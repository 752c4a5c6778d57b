from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.unit.gateway.test_files import MADE, ORDER, batch, get, play
from tests.unit.gateway.wire.test_batch import answered
from wardlaw.testing.edges import MemoryAnswer, MemoryCall, completion, user
from wardlaw.testing.worker import Worker


def test_a_batch_runs_and_its_output_is_the_callers_and_judged(worker: Worker) -> None:
    ask = MemoryCall(
        {"input_file_id": "file-1", "endpoint": "/v1/chat/completions", "completion_window": "24h"}, path="/v1/batches"
    )
    done = {"id": "batch_1", "object": "batch", "status": "completed", "output_file_id": "file-9", "errors": None}
    output = answered(completion("All is well.")) + b"\n"
    unlawful = answered(completion(calls=[("call_1", "wipe_disk", "{}")])) + b"\n"
    worker.upstreams.will(
        MemoryAnswer({**MADE, "purpose": "batch"}),
        MemoryAnswer({"id": "batch_1", "object": "batch", "status": "validating"}),
        *(MemoryAnswer(one) for one in (done, done, done)),
        MemoryAnswer(output),
        MemoryAnswer(unlawful),
    )
    _, made, told, listed, cancelled, good, bad = play(
        worker,
        batch(user("one"), user("two")),
        ask,
        get("/v1/batches/batch_1"),
        get("/v1/batches"),
        get("/v1/batches/batch_1/cancel", method="POST"),
        get("/v1/files/file-9/content"),
        get("/v1/files/file-9/content"),
    )
    assert (made.status, told.document["output_file_id"]) == (200, "file-9")
    assert [one["id"] for one in listed.document["data"]] == ["batch_1"]
    assert cancelled.status == 200
    assert b"".join(good.sent) == output
    assert bad.status == 403
    create = next(one.request for one in worker.inputs() if one.request.route == "batches")
    assert (create.resource.id, create.measures.records) == ("model:demo", 2)
    assert orjson.loads(worker.upstreams.asked[1].body)["input_file_id"] == "file-1"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"input_file_id": "file-7", "endpoint": "/v1/chat/completions"}, 404, "WL-GWY-022"),
        ({"input_file_id": "file-1", "endpoint": "/v1/embeddings"}, 400, "WL-GW-123"),
        ({"input_file_id": "file-1", "endpoint": "/v1/chat/completions", "webhook": "x"}, 400, "WL-GW-123"),
        ({"endpoint": "/v1/chat/completions"}, 400, "WL-GW-123"),
        ({"input_file_id": "file-1", "endpoint": "/v1/chat/completions", "metadata": {"a": ORDER}}, 403, "request_cut"),
    ],
)
def test_a_batch_names_a_file_that_was_judged_for_it(
    worker: Worker, body: dict[str, Any], status: int, code: str
) -> None:
    worker.upstreams.will(MemoryAnswer({**MADE, "purpose": "batch"}))
    _, call = play(worker, batch(user("one")), MemoryCall(body, path="/v1/batches"))
    assert (call.status, call.error["code"]) == (status, code)
    assert len(worker.upstreams.asked) == 1

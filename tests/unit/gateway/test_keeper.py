from __future__ import annotations

from tests.unit.gateway.test_files import MADE, get, play, upload
from wardlaw.testing.edges import MemoryAnswer
from wardlaw.testing.worker import BOT, Worker


def test_only_the_caller_reaches_what_it_made(worker: Worker) -> None:
    worker.upstreams.will(MemoryAnswer(MADE))
    play(worker, upload(b"hello"))
    for call in play(
        worker,
        get("/v1/files/file-1"),
        get("/v1/files/file-1/content"),
        get("/v1/files/file-1", method="DELETE"),
        who=BOT,
    ):
        assert (call.status, call.error["code"]) == (404, "WL-GWY-022")
    [unknown] = play(worker, get("/v1/files/file-2"))
    assert (unknown.status, unknown.error["code"]) == (404, "WL-GWY-022")
    assert len(worker.upstreams.asked) == 1


def test_things_are_told_of_listed_and_deleted(worker: Worker) -> None:
    gone = {"id": "file-1", "object": "file", "deleted": True}
    worker.upstreams.will(*(MemoryAnswer(one) for one in (MADE, MADE, MADE, gone)))
    _, told, listed, deleted, empty = play(
        worker,
        upload(b"hello"),
        get("/v1/files/file-1"),
        get("/v1/files?limit=5&purpose=user_data"),
        get("/v1/files/file-1", method="DELETE"),
        get("/v1/files"),
    )
    assert told.document == MADE
    assert (listed.document["data"], listed.document["has_more"]) == ([MADE], False)
    assert deleted.document["deleted"]
    assert empty.document["data"] == []
    assert [one.method for one in worker.upstreams.asked] == ["POST", "GET", "GET", "DELETE"]


def test_an_upstream_that_refuses_is_told_without_its_words(worker: Worker) -> None:
    worker.upstreams.will(MemoryAnswer({"error": {"message": "secret words"}}, status=400))
    [call] = play(worker, upload(b"hello"))
    assert (call.status, call.error["code"]) == (400, "upstream_refused")
    assert "secret words" not in call.text


def test_a_worker_without_a_keeper_serves_no_files(worker: Worker) -> None:
    worker.services = worker.services._replace(keeping=None)
    [call] = play(worker, get("/v1/files"))
    assert (call.status, call.error["code"]) == (404, "WL-GWY-020")

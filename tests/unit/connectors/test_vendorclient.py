from __future__ import annotations

import socketserver
import threading

import pytest

from tests.unit.connectors.scripted import NOW, Answer, Platform
from wardlaw.connectors.pacing import MOST_WAIT_S
from wardlaw.connectors.vendorclient import ATTEMPTS, VendorClient
from wardlaw.facts.errors import UnavailableError
from wardlaw.testing.saas.message import SaasRequest, SaasResponse
from wardlaw.testing.saas.server import serve

COVERS = ("feed",)


@pytest.mark.parametrize(("first", "slept"), [
    (Answer({}, 429, retry_after="7"), [7.0, 0.1]), (Answer({}, 500), [1.0]), (Answer({"ok": 1}, cut=True), [1.0]),
    (Answer(b'{"ok": '), [1.0]), (Answer({"error": "rateLimitExceeded"}, 403), [1.0, 0.1]),
])  # fmt: skip
def test_what_passes_is_asked_again(platform: Platform, first: Answer, slept) -> None:
    platform.on("/x", first, Answer({"ok": 1}))
    assert platform.client().get("/x", {"a": "b c"}).body == {"ok": 1}
    assert platform.slept == slept
    assert platform.asked == [("GET", "/x", {"a": "b c"})] * 2


def test_what_does_not_pass_is_given_back(platform: Platform) -> None:
    platform.on("/x", Answer({"error": "forbidden"}, 403))
    platform.on("/y", Answer(b"<html>", 404))
    client = platform.client()
    assert client.get("/x").status == 403
    assert (client.get("/y").status, client.get("/y").body, platform.slept) == (404, None, [])


@pytest.mark.parametrize(("answer", "times"), [
    (Answer({}, 503), ATTEMPTS), (Answer({}, cut=True), ATTEMPTS), (Answer({}, 429, retry_after=str(int(MOST_WAIT_S) + 1)), 1),
])  # fmt: skip
def test_it_gives_up_and_says_so(platform: Platform, answer: Answer, times: int) -> None:
    platform.on("/x", answer)
    with pytest.raises(UnavailableError) as caught:
        platform.client().get("/x", {"key": "hidden"})
    assert caught.value.code == "WL-INV-010"
    assert "hidden" not in str(caught.value)
    assert len(platform.asked) == times


def test_buckets_keep_their_own_pace(platform: Platform) -> None:
    platform.on("/x", Answer({}, 429, retry_after="1"), Answer({}))
    platform.on("/y", Answer({}))
    client = platform.client()
    client.get("/x", bucket="a")
    platform.slept.clear()
    client.get("/y", bucket="b")
    assert platform.slept == []
    client.get("/x", bucket="a")
    assert platform.slept
    client.post_form("/y", {"a": "b"})
    assert platform.forms == [{"a": "b"}]


class Line(socketserver.BaseRequestHandler):
    """Answers so many requests of a connection, then closes it without a word."""

    def handle(self) -> None:
        self.server.opened += 1
        for _ in range(self.server.most):
            head = b""
            while b"\r\n\r\n" not in head:
                got = self.request.recv(4_096)
                if not got:
                    return
                head += got
            self.server.asked.append(head.split(b" ")[1].decode())
            self.request.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n" + b'{"a": 1}')


@pytest.mark.parametrize(("most", "opened"), [(10, 1), (2, 3), (1, 5)])
def test_a_connection_is_kept_and_one_that_was_closed_meanwhile_costs_no_pause(most: int, opened: int) -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Line) as server:
        server.daemon_threads = True
        server.most, server.opened, server.asked = most, 0, []
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        slept: list[float] = []
        url = f"http://127.0.0.1:{server.server_address[1]}"
        client = VendorClient(url, authorise=dict, clock=lambda: 0.0, sleep=slept.append)
        assert [client.get(f"/{number}").body for number in range(5)] == [{"a": 1}] * 5
        assert (server.opened, server.asked, slept) == (opened, [f"/{number}" for number in range(5)], [])
        del client
        server.shutdown()


def test_nobody_there() -> None:
    platform = Platform()
    platform.url = "http://127.0.0.1:1"
    with pytest.raises(UnavailableError):
        platform.client().get("/x")


def test_other_verbs_and_what_is_no_json(platform: Platform) -> None:
    platform.on("/x", Answer(b""), Answer({"a": 1}))
    platform.on("/csv", Answer(b"A,B\n1,2\n"), Answer(b"gone", 404))
    client = platform.client()
    assert client.delete("/x").status == 200
    told = client.post_json("/x", {"k": 1})
    assert (told.body, told.digest) == ({"a": 1}, "f9d86028c6e0d64e225186f96acb69338b2c59764df79162107f5c4bb34d1310")
    assert client.get_text("/csv").body == "A,B\n1,2\n"
    assert client.get_text("/csv").body == ""
    assert [method for method, _, _ in platform.asked] == ["DELETE", "POST", "GET", "GET"]


def test_a_change_is_sent_as_json_and_headers_of_one_name_are_joined() -> None:
    class Twice:
        def answer(self, request: SaasRequest) -> SaasResponse:
            return SaasResponse(200, {"got": request.json(), "how": request.method}, {"link": "<a>", "Link": "<b>"})

        def empty(self, request: SaasRequest) -> SaasResponse:
            return SaasResponse(204)

    with serve(Twice()) as served:
        client = VendorClient(served.url, authorise=dict, clock=lambda: NOW, sleep=lambda _s: None)
        answer = client.patch_json("/x", {"a": 1})
    assert (answer.body, answer.headers["link"]) == ({"got": {"a": 1}, "how": "PATCH"}, "<a>, <b>")

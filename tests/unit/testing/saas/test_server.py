from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

import pytest

from wardlaw.testing.saas.faults import FaultKind, FaultPlan, SaasFault
from wardlaw.testing.saas.message import SaasRequest, SaasResponse
from wardlaw.testing.saas.server import ServedPlatform, serve


class Echo:
    def answer(self, request: SaasRequest) -> SaasResponse:
        return SaasResponse(200, {"path": request.path, "asked": dict(request.query)}, {"x-own": "1"})

    def empty(self, request: SaasRequest) -> SaasResponse:
        return SaasResponse(200, {"items": []})


class Never:
    def refusal(self, request: SaasRequest) -> SaasResponse:
        return SaasResponse(429, headers={"retry-after": "7"})


def ask(served: ServedPlatform, target: str = "/a?b=c") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=10)
    try:
        connection.request("GET", target)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_it_answers_over_http_and_keeps_what_was_asked() -> None:
    with serve(Echo()) as served:
        status, body = ask(served)
        assert (status, json.loads(body)) == (200, {"path": "/a", "asked": {"b": "c"}})
        assert [one.path for one in served.asked] == ["/a"]


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (SaasFault(FaultKind.STATUS, at=1, status=503), (503, b'{"error": "a fault"}')),
        (SaasFault(FaultKind.EMPTY, at=1), (200, b'{"items": []}')),
        (SaasFault(FaultKind.GARBAGE, at=1), (200, b"<html>not found</html>")),
        (SaasFault(FaultKind.SLOW, at=1, delay_s=0.01), (200, b'{"path": "/a", "asked": {"b": "c"}}')),
    ],
)
def test_faults_are_met_once(fault: SaasFault, seen: tuple[int, bytes]) -> None:
    with serve(Echo(), FaultPlan(fault)) as served:
        assert ask(served) == seen
        assert ask(served)[1].startswith(b'{"path"')


def test_an_answer_breaks_off_or_never_comes() -> None:
    with serve(Echo(), FaultPlan(SaasFault(FaultKind.CUT, at=1), SaasFault(FaultKind.DROP, at=2))) as served:
        with pytest.raises(http.client.IncompleteRead):
            ask(served)
        with pytest.raises(http.client.RemoteDisconnected):
            ask(served)


def test_a_quota_refuses_before_anything_is_done() -> None:
    with serve(Echo(), quota=Never()) as served:
        assert ask(served)[0] == 429


def test_an_answer_without_a_body_names_no_type() -> None:
    class Nothing:
        def answer(self, request: SaasRequest) -> SaasResponse:
            return SaasResponse(204)

        empty = answer

    with serve(Nothing()) as served:
        connection = http.client.HTTPConnection(served.url.removeprefix("http://"))
        connection.request("DELETE", "/a")
        response = connection.getresponse()
        assert (response.status, response.getheader("content-type"), response.read()) == (204, None, b"")
        connection.close()

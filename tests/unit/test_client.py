from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from wardlaw import AsyncClient, Client, Decided, Guarded, JudgedResult
from wardlaw.facts.errors import InputError, UnavailableError, WardlawError

GOOD = {"verdict": "allow", "code": "", "decision": "dec_1"}


class Gateway:
    """Answers what it is told."""

    def __init__(self) -> None:
        self.status, self.body = 200, json.dumps(GOOD).encode()
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        self.waits = threading.Event()
        self.waits.set()
        self.url = ""


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    made = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            made.asked.append(
                (self.path, {name.lower(): value for name, value in self.headers.items()}, json.loads(raw))
            )
            made.waits.wait(20)
            try:
                self.send_response(made.status)
                self.send_header("location", made.url)
                self.send_header("content-length", str(len(made.body)))
                self.end_headers()
                self.wfile.write(made.body)
            except OSError:
                return

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.waits.set()
    server.shutdown()
    thread.join()
    server.server_close()


def sync(url: str, *words: Any, timeout_s: float = 5.0, **more: Any) -> Guarded:
    with Client(url, "wl_key", timeout_s=timeout_s) as client:
        return client.guard(*words, **more)


def from_loop(url: str, *words: Any, timeout_s: float = 5.0, **more: Any) -> Guarded:
    async def story() -> Guarded:
        async with AsyncClient(url, "wl_key", timeout_s=timeout_s) as client:
            return await client.guard(*words, **more)

    return asyncio.run(story())


both = pytest.mark.parametrize("ask", [sync, from_loop])
Ask = Callable[..., Guarded]


@both
def test_a_question_and_its_answer(gateway: Gateway, ask: Ask) -> None:
    answer = ask(gateway.url + "/v1/", "hello")
    assert answer == Guarded("allow", "", "dec_1")
    assert answer.allowed
    path, headers, body = gateway.asked[0]
    assert (path, body) == ("/v1/guard", {"text": "hello", "channel": "prompt"})
    assert headers["authorization"] == "Bearer wl_key"
    ask(gateway.url, ["a", "b"], channel="data", model="demo", session="s1")
    _, headers, body = gateway.asked[1]
    assert body == {"texts": ["a", "b"], "channel": "data", "model": "demo"}
    assert headers["x-wardlaw-session"] == "s1"


@both
@pytest.mark.parametrize("verdict", ["transform", "hold", "deny", "cut"])
def test_nothing_else_than_allow_is_allowed(gateway: Gateway, ask: Ask, verdict: str) -> None:
    gateway.body = json.dumps({**GOOD, "verdict": verdict, "code": "x"}).encode()
    assert not ask(gateway.url, "hello").allowed


@both
@pytest.mark.parametrize(
    "body", [b"", b"{}", b"nope", json.dumps({**GOOD, "verdict": "fine"}).encode(), b'"allow"', b" " * 70_000]
)
def test_an_answer_that_makes_no_sense_raises(gateway: Gateway, ask: Ask, body: bytes) -> None:
    gateway.body = body
    with pytest.raises(UnavailableError, match="WL-SDK-003"):
        ask(gateway.url, "hello")


@both
@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "002"),
        (401, "002"),
        (403, "002"),
        (404, "002"),
        (413, "002"),
        (429, "001"),
        (500, "001"),
        (503, "001"),
        (302, "001"),
    ],
)
def test_a_refusal_raises(gateway: Gateway, ask: Ask, status: int, code: str) -> None:
    gateway.status = status
    gateway.body = b'{"error": {"message": "No.", "code": "WL-GWY-005"}}'
    with pytest.raises(WardlawError, match=f"WL-SDK-{code}") as caught:
        ask(gateway.url, "hello")
    assert "WL-GWY-005" in caught.value.message
    gateway.body = b"<html>"
    with pytest.raises(WardlawError, match=f"status {status}"):
        ask(gateway.url, "hello")


@both
def test_nobody_there_or_too_slow_raises(gateway: Gateway, ask: Ask) -> None:
    with pytest.raises(UnavailableError, match="WL-SDK-001"):
        ask("http://127.0.0.1:9", "hello")
    gateway.waits.clear()
    with pytest.raises(UnavailableError, match="WL-SDK-001"):
        ask(gateway.url, "hello", timeout_s=0.2)


@both
@pytest.mark.parametrize("url", ["", "gateway", "ftp://127.0.0.1", "http://gateway.example", "http://10.0.0.1:8080"])
def test_an_address_that_would_not_be_safe_is_not_taken(ask: Ask, url: str) -> None:
    with pytest.raises(InputError, match="WL-SDK-004"):
        ask(url, "hello")


ALLOWED = {
    "effect": "allow", "code": "", "message": "", "decision": "dec_1", "receipt": "", "call": "call_1", "session": "s.m",
    "reasons": [], "advice": "",
}  # fmt: skip
DENIED = {
    **ALLOWED, "effect": "deny", "code": "policy_denied", "message": "GOV-1: no.", "advice": "Ask.",
    "reasons": [{"clause": "GOV-1", "effect": "deny", "message": "no", "advice": "Ask."}],
}  # fmt: skip


def decide_sync(url: str, **more: Any) -> Decided:
    with Client(url, "wl_key") as client:
        return client.decide("crm", {"q": "Ada"}, **more)


def decide_from_loop(url: str, **more: Any) -> Decided:
    async def story() -> Decided:
        async with AsyncClient(url, "wl_key") as client:
            return await client.decide("crm", {"q": "Ada"}, **more)

    return asyncio.run(story())


def result_sync(url: str, result: Any = "ok", **more: Any) -> JudgedResult:
    with Client(url, "wl_key") as client:
        return client.judge_result("crm", {"q": "Ada"}, result, call="call_1", **more)


def result_from_loop(url: str, result: Any = "ok", **more: Any) -> JudgedResult:
    async def story() -> JudgedResult:
        async with AsyncClient(url, "wl_key") as client:
            return await client.judge_result("crm", {"q": "Ada"}, result, call="call_1", **more)

    return asyncio.run(story())


deciding = pytest.mark.parametrize("ask", [decide_sync, decide_from_loop])
judging = pytest.mark.parametrize("ask", [result_sync, result_from_loop])


@deciding
def test_a_call_is_asked_about_and_the_answer_is_read_whole(gateway: Gateway, ask: Callable[..., Decided]) -> None:
    gateway.body = json.dumps(ALLOWED).encode()
    answer = ask(gateway.url)
    assert (answer.allowed, answer.call, answer.session) == (True, "call_1", "s.m")
    gateway.body = json.dumps(DENIED | {"approval": {"approval": "apr_1"}}).encode()
    said = [{"role": "user", "content": "hi"}]
    answer = ask(gateway.url, call="c", session="s1", messages=said, definition={"name": "crm"})
    assert not answer.allowed
    assert (answer.reasons[0].clause, answer.advice, answer.approval) == ("GOV-1", "Ask.", {"approval": "apr_1"})
    (path, _, plain), (_, headers, body) = gateway.asked
    assert (path, plain) == ("/v1/decide", {"tool": "crm", "arguments": {"q": "Ada"}})
    assert body == {**plain, "call": "c", "session": "s1", "messages": said, "definition": {"name": "crm"}}
    assert "x-wardlaw-session" not in headers


@judging
def test_a_result_is_handed_in(gateway: Gateway, ask: Callable[..., JudgedResult]) -> None:
    gateway.body = json.dumps(ALLOWED).encode()
    assert ask(gateway.url, {"rows": [1]}, session="s.m", model="demo").allowed
    path, _, body = gateway.asked[0]
    assert (path, body) == (
        "/v1/decide/result",
        {
            "tool": "crm",
            "arguments": {"q": "Ada"},
            "result": {"rows": [1]},
            "call": "call_1",
            "session": "s.m",
            "model": "demo",
        },
    )
    large = "x" * 1_000_000
    gateway.body = json.dumps({**ALLOWED, "effect": "transform", "result": large}).encode()
    answer = ask(gateway.url)
    assert (answer.allowed, answer.result) == (False, large)


@pytest.mark.parametrize("ask", [decide_sync, decide_from_loop, result_sync, result_from_loop])
@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"nope", json.dumps(GOOD).encode(), json.dumps({**ALLOWED, "effect": "fine"}).encode(),
        json.dumps({**ALLOWED, "effect": "transform"}).encode(),
        json.dumps({**ALLOWED, "arguments": {}, "result": "x"}).encode(),
    ],
)  # fmt: skip
def test_an_answer_about_a_call_that_makes_no_sense_raises(
    gateway: Gateway, ask: Callable[..., Any], body: bytes
) -> None:
    gateway.body = body
    with pytest.raises(UnavailableError, match="WL-SDK-003"):
        ask(gateway.url)


@pytest.mark.parametrize("ask", [decide_sync, decide_from_loop, result_sync, result_from_loop])
def test_a_gateway_that_does_not_judge_raises(gateway: Gateway, ask: Callable[..., Any]) -> None:
    gateway.status, gateway.body = 503, b'{"error": {"message": "No.", "code": "WL-GWY-007"}}'
    with pytest.raises(UnavailableError, match="WL-SDK-001"):
        ask(gateway.url)
    gateway.status = 403
    with pytest.raises(InputError, match="WL-SDK-002"):
        ask(gateway.url)
    with pytest.raises(UnavailableError, match="WL-SDK-001"):
        ask("http://127.0.0.1:9")


@judging
def test_what_is_no_json_is_not_asked_about(gateway: Gateway, ask: Callable[..., Any]) -> None:
    with pytest.raises(InputError, match="WL-SDK-006"):
        ask(gateway.url, object())
    assert gateway.asked == []

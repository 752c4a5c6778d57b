from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from wardlaw.asgi import GuardMiddleware
from wardlaw.client import Guarded
from wardlaw.facts.errors import InputError, UnavailableError


class Guard:
    """Stands in for the gateway: refuses texts with "bad" in them."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked: list[tuple[list[str], dict[str, str]]] = []

    async def guard(self, texts: Any, **more: str) -> Guarded:
        self.asked.append((list(texts), more))
        if self.error is not None:
            raise self.error
        bad = any("bad" in text for text in texts)
        return Guarded("deny" if bad else "allow", "policy_denied" if bad else "", "dec_1")


class Played:
    """One request to the application behind the middleware."""

    def __init__(self, guard: Guard, raw: bytes, path: str, *, pieces: int = 1, **more: Any) -> None:
        self.seen: bytes | None = None
        self.sent: list[dict[str, Any]] = []
        size = max(1, -(-len(raw) // pieces))
        parts = [raw[at : at + size] for at in range(0, len(raw), size)] or [b""]
        self.inbox = [
            {"type": "http.request", "body": part, "more_body": place + 1 < len(parts)}
            for place, part in enumerate(parts)
        ]
        scope = {"type": "http", "method": "POST", "path": path, "headers": [], **more.pop("scope", {})}
        options = {"paths": ["/chat"], **more}
        middleware = GuardMiddleware(self.app, client=guard, **options)  # type: ignore[arg-type]
        asyncio.run(middleware(scope, self.receive, self.send))  # type: ignore[arg-type]

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        self.seen = b""
        if scope["type"] == "http":
            more = True
            while more:
                message = await receive()
                self.seen += message["body"]
                more = message.get("more_body", False)
            await send({"type": "http.response.start", "status": 204, "headers": []})

    async def receive(self) -> dict[str, Any]:
        return self.inbox.pop(0) if self.inbox else {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def error(self) -> dict[str, str]:
        return json.loads(self.sent[1]["body"])["error"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("pieces", [1, 5])
def test_what_is_allowed_reaches_the_application_as_it_came(pieces: int) -> None:
    guard = Guard()
    raw = b' {"a": "hello", "b": [{"long name of a member here": "there"}]} '
    played = Played(guard, raw, "/chat", pieces=pieces, channel="data", model="demo")
    assert (played.status, played.seen) == (204, raw)
    texts, more = guard.asked[0]
    assert {"hello", "there"} <= set(texts)
    assert more == {"channel": "data", "model": "demo"}


def test_what_is_refused_never_does() -> None:
    played = Played(Guard(), b'{"a": ["x", "bad"]}', "/chat")
    assert (played.status, played.seen) == (403, None)
    assert (played.error["code"], played.error["decision_id"]) == ("policy_denied", "dec_1")


def test_a_list_is_read_too() -> None:
    assert Played(Guard(), b' ["bad"]', "/chat").status == 403
    assert Played(Guard(), b'["fine"]', "/chat").seen == b'["fine"]'


@pytest.mark.parametrize("path", ["/chat", "/chat/", "/chat/more", "//chat", "/CHAT", "/app/chat", "/app//chat/x"])
def test_a_guarded_path_is_guarded_however_it_is_written(path: str) -> None:
    assert Played(Guard(), b'{"a": "bad"}', path, scope={"root_path": "/app"}).status == 403


@pytest.mark.parametrize("path", ["/chats", "/other", "/other/chat", "/"])
def test_other_paths_are_left_alone(path: str) -> None:
    guard = Guard()
    assert Played(guard, b'{"a": "bad"}', path).status == 204
    assert guard.asked == []


def test_everything_can_be_guarded() -> None:
    assert Played(Guard(), b'{"a": "bad"}', "/any/where", paths=["/"]).status == 403


@pytest.mark.parametrize(
    "raw", [b"bad", b'"bad"', b'{"a": "x", "a": "bad"}', b"\xff", b"a=bad", b'["x"], "a": ["bad"]', b'["x"']
)
def test_what_cannot_be_read_does_not_pass(raw: bytes) -> None:
    played = Played(Guard(), raw, "/chat")
    assert (played.status, played.seen) == (400, None)


def test_what_is_too_large_does_not_pass() -> None:
    assert Played(Guard(), b'{"a": "' + b"x" * 100 + b'"}', "/chat", max_bytes=50, pieces=4).status == 413
    exact = b'{"a": "' + b"x" * 41 + b'"}'
    assert Played(Guard(), exact, "/chat", max_bytes=len(exact)).status == 204
    assert Played(Guard(), b'["' + b"x" * 46 + b'"]', "/chat", max_bytes=50).status == 204


@pytest.mark.parametrize("error", [UnavailableError("WL-SDK-001", "x"), InputError("WL-SDK-002", "x")])
def test_what_could_not_be_judged_does_not_pass(error: Exception) -> None:
    played = Played(Guard(error), b'{"a": "x"}', "/chat")
    assert (played.status, played.seen, played.error["code"]) == (503, None, error.code)  # type: ignore[attr-defined]


def test_nothing_to_judge_is_passed_on() -> None:
    guard = Guard()
    assert Played(guard, b"", "/chat").seen == b""
    assert Played(guard, b'{"n": 1}', "/chat").seen == b'{"n": 1}'
    assert guard.asked == []


def test_a_socket_on_a_guarded_path_is_refused_and_on_others_left_alone() -> None:
    played = Played(Guard(), b"", "/chat", scope={"type": "websocket"})
    assert played.sent == [{"type": "websocket.close", "code": 1008}]
    assert Played(Guard(), b"", "/other", scope={"type": "websocket"}).seen == b""
    assert Played(Guard(), b"", "/chat", scope={"type": "lifespan"}).seen == b""


def test_a_caller_that_has_gone_is_let_go() -> None:
    class Gone(Played):
        async def receive(self) -> dict[str, Any]:
            return {"type": "http.disconnect"}

    played = Gone(Guard(), b"{}", "/chat")
    assert (played.seen, played.sent) == (None, [])


@pytest.mark.parametrize("paths", ["/chat", ["chat"], [""]])
def test_paths_that_are_none_are_not_taken(paths: Any) -> None:
    with pytest.raises(InputError):
        Played(Guard(), b"", "/chat", paths=paths)

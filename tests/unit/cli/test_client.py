from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from wardlaw.cli.client import ManagementClient, quoted
from wardlaw.facts.errors import (
    ConfigError,
    EvidenceError,
    Fault,
    InputError,
    RefusedError,
    UnavailableError,
    WardlawError,
)


class Answers(http.server.BaseHTTPRequestHandler):
    status = 200
    body = b"{}"
    seen: list[tuple[str, str, str | None, bytes]] = []

    def _answer(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        self.seen.append((self.command, self.path, self.headers.get("authorization"), self.rfile.read(length)))
        self.send_response(self.status)
        self.send_header("content-length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815 - the library looks for these names

    def log_message(self, *_given: object) -> None:
        pass


@pytest.fixture
def answers() -> Iterator[tuple[type[Answers], str]]:
    handler = type("Own", (Answers,), {"seen": []})
    server = http.server.HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield handler, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_calls_go_out_as_written(answers) -> None:
    handler, url = answers
    client = ManagementClient(url=url, token="wlt_x")
    handler.body = b'[{"a": 1}]'
    assert client.get("/decisions", limit=5, effect="deny") == [{"a": 1}]
    client.post("/keys", {"id": "key:ä"})
    client.post("/keys/key:x/revoke")
    client.patch(f"/persons/{quoted('person:a/b')}", {})
    client.delete("/secrets/x")
    assert handler.seen == [
        ("GET", "/api/decisions?limit=5&effect=deny", "Bearer wlt_x", b""),
        ("POST", "/api/keys", "Bearer wlt_x", b'{"id": "key:\\u00e4"}'),
        ("POST", "/api/keys/key:x/revoke", "Bearer wlt_x", b""),
        ("PATCH", "/api/persons/person%3Aa%2Fb", "Bearer wlt_x", b"{}"),
        ("DELETE", "/api/secrets/x", "Bearer wlt_x", b""),
    ]


@pytest.mark.parametrize(
    ("exit_code", "family"),
    [(2, InputError), (10, RefusedError), (3, ConfigError), (4, EvidenceError), (69, UnavailableError), (70, Fault),
     (99, Fault)],
)  # fmt: skip
def test_errors_come_back_in_their_family(answers, exit_code: int, family: type[WardlawError]) -> None:
    handler, url = answers
    handler.status = 500
    handler.body = b'{"error": {"code": "WL-X-1", "message": "m", "hint": "h", "exit": %d}}' % exit_code
    with pytest.raises(WardlawError) as caught:
        ManagementClient(url=url).get("/x")
    assert type(caught.value) is family
    assert (caught.value.code, caught.value.message, caught.value.hint) == ("WL-X-1", "m", "h")


@pytest.mark.parametrize(
    ("status", "body"), [(500, b"<html>"), (200, b"<html>"), (404, b'{"detail": "x"}'), (404, b"[]")]
)
def test_answers_of_somebody_else_are_not_understood(answers, status: int, body: bytes) -> None:
    handler, url = answers
    handler.status, handler.body = status, body
    with pytest.raises(UnavailableError) as caught:
        ManagementClient(url=url).get("/x")
    assert caught.value.code == "WL-API-014"


def test_nobody_there_says_what_to_do(tmp_path: Path) -> None:
    for client in (ManagementClient(socket_path=tmp_path / "s.sock"), ManagementClient(url="http://127.0.0.1:1")):
        with pytest.raises(UnavailableError) as caught:
            client.get("/health")
        assert (caught.value.code, caught.value.exit_code) == ("WL-API-012", 69)
        assert "wardlaw up" in caught.value.hint


@pytest.mark.parametrize(
    "given",
    [{}, {"url": "http://x", "socket_path": Path("/s")}, {"url": "ftp://127.0.0.1"}, {"url": "http://10.0.0.1:80"},
     {"url": "nonsense"}],
)  # fmt: skip
def test_addresses_that_cannot_be_used(given: dict) -> None:
    with pytest.raises(ConfigError) as caught:
        ManagementClient(**given)
    assert caught.value.code == "WL-API-013"

"""Bad input on both sides of a real gateway, over raw sockets.

Each fault gets one clear error with a code and the next step, and an outcome record; a stream that broke
never looks complete.
"""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.wire.caller import Reply, chat, connect, events, head, post, read_reply, said
from tests.wire.house import House, free_port
from tests.wire.puppet import Puppet, Turn, completion, event
from tests.wire.trail import Trail

BODY_S = 0.6
QUICK_S = 0.6
LIMITS = f", limits: {{body_read_s: {BODY_S}, client_write_s: 1.0, answer_bytes: 2000000}}"


class Place:
    """A gateway before a puppet; the model ``quick`` has an impatient upstream, ``gone`` one that is not there."""

    def __init__(self, folder: Path) -> None:
        self.puppet = Puppet()
        timeouts = f"first_byte_timeout_s: {QUICK_S}, idle_timeout_s: {QUICK_S}"
        self.house = House(
            folder,
            self.puppet.url,
            gateway=LIMITS,
            upstreams=f'  - {{name: quick, url: "{self.puppet.url}", region: eu, trust: internal, {timeouts}}}\n'
            f'  - {{name: gone, url: "http://127.0.0.1:{free_port()}/v1", region: eu, trust: internal}}\n',
            models="  - {name: quick, upstreams: [quick]}\n  - {name: gone, upstreams: [gone]}\n",
        )
        self.keys = [self.house.key(f"user{number}") for number in range(4)]
        self._used = 0
        self.house.start()
        self.trail = Trail(self.house)

    @property
    def key(self) -> str:
        """A key; they take turns, so that no ceiling of calls a minute is met."""
        self._used += 1
        return self.keys[self._used % len(self.keys)]

    @property
    def port(self) -> int:
        return self.house.port

    def post(self, body: bytes, headers: dict[str, str] | None = None) -> Reply:
        return post(self.port, self.key, body, headers)

    def alive(self) -> bool:
        return self.post(chat("hello")).text == "All is well."

    def close(self) -> None:
        self.house.stop()
        self.puppet.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("house"))
    yield made
    made.close()


def _deep(levels: int) -> bytes:
    return b'{"model":"demo","messages":[{"role":"user","content":"hi"}],"x":' + b"[" * levels + b"]" * levels + b"}"


SAYS = b'"messages":[{"role":"user","content":"hi"}]'
BODIES = {
    "nothing": (b"", 400, "WL-GW-103"),
    "cut short": (b'{"model":"demo","messages":[', 400, "WL-GW-103"),
    "two documents": (b"{}{}", 400, "WL-GW-103"),
    "not utf-8": (b'{"model":"demo","messages":[{"role":"user","content":"\xff\xfe"}]}', 400, "WL-GW-102"),
    "overlong utf-8": (b'{"model":"demo","messages":[{"role":"user","content":"\xc0\xaf"}]}', 400, "WL-GW-102"),
    "not a number": (b'{"model":"demo","x":NaN,' + SAYS + b"}", 400, "WL-GW-104"),
    "half a surrogate": (b'{"model":"demo","messages":[{"role":"user","content":"\\ud800"}]}', 400, "WL-GW-105"),
    "deep": (_deep(200), 413, "WL-GW-106"),
    "very deep": (_deep(1_000_000), 413, "WL-GW-106"),
    "a name twice": (b'{"model":"demo","model":"other",' + SAYS + b"}", 400, "WL-GW-107"),
    "a name twice, escaped": (b'{"model":"demo","mod\\u0065l":"other",' + SAYS + b"}", 400, "WL-GW-107"),
    "a name twice, in depth": (b'{"model":"demo","messages":[{"role":"user","content":[{"type":"text","text":"a","text":"b"}]}]}', 400, "WL-GW-107"),
    "a name twice, unknown place": (b'{"model":"demo","x":{"y":[{"z":1,"z":2}]},' + SAYS + b"}", 400, "WL-GW-107"),
    "a name in capitals": (b'{"model":"demo","Messages":[],' + SAYS + b"}", 400, "WL-GW-108"),
    "a list": (b"[1]", 400, "WL-GW-109"),
    "no model": (b"{" + SAYS + b"}", 400, "WL-GW-110"),
    "a model that is a number": (b'{"model":5,' + SAYS + b"}", 400, "WL-GW-110"),
    "no messages": (b'{"model":"demo"}', 400, "WL-GW-110"),
    "messages that are text": (b'{"model":"demo","messages":"hi"}', 400, "WL-GW-110"),
    "a message that is a number": (b'{"model":"demo","messages":[7]}', 400, "WL-GW-110"),
    "content that is a number": (b'{"model":"demo","messages":[{"role":"user","content":7}]}', 400, "WL-GW-110"),
    "a role that is a number": (b'{"model":"demo","messages":[{"role":1,"content":"hi"}]}', 400, "WL-GW-110"),
    "stream that is text": (b'{"model":"demo","stream":"yes",' + SAYS + b"}", 400, "WL-GW-110"),
    "n below one": (b'{"model":"demo","n":-1,' + SAYS + b"}", 400, "WL-GW-110"),
    "tools that are no list": (b'{"model":"demo","tools":{},' + SAYS + b"}", 400, "WL-GW-110"),
    "too many texts": (b'{"model":"demo","x":[' + b'"a",' * 30_000 + b'"a"],' + SAYS + b"}", 413, "WL-GW-111"),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_cannot_be_read(place: Place, name: str) -> None:
    body, status, code = BODIES[name]
    known, received = place.trail.settled(), len(place.puppet.turns)
    reply = place.post(body)
    assert (reply.status, reply.error["code"]) == (status, code)
    assert len(reply.error["message"].split(". ")) > 1, "what happened and what to do"
    assert reply.headers["x-should-retry"] == "false"
    assert len(place.puppet.turns) == received
    outcome = place.trail.next_outcome(known)
    assert (outcome.facts["result"], outcome.facts["status"]) == ("refused", status)


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"content-type": "text/plain"}, 415, "WL-GW-114"),
        ({"content-encoding": "gzip"}, 415, "WL-GW-114"),
        ({"x-wardlaw-session": "../../etc"}, 400, "WL-GW-112"),
        ({"x-filler": "a" * 40_000}, 431, "WL-GWY-008"),
        ({f"x-filler-{number}": "a" * 400 for number in range(90)}, 431, "WL-GWY-008"),
    ],
)
def test_a_head_that_is_not_taken(place: Place, headers: dict[str, str], status: int, code: str) -> None:
    received = len(place.puppet.turns)
    reply = place.post(chat("hello"), headers)
    assert (reply.status, reply.error["code"]) == (status, code)
    assert len(reply.error["message"].split(". ")) > 1
    assert len(place.puppet.turns) == received


@pytest.mark.parametrize("headers", [{"x-filler": "a" * 2_000_000}, {f"x-{number}": "a" for number in range(5_000)}])
def test_a_flood_of_headers_is_turned_away(place: Place, headers: dict[str, str]) -> None:
    received = len(place.puppet.turns)
    reply = place.post(chat("hello"), headers)
    assert reply.status in (0, 400, 431)
    assert reply.closed
    assert len(place.puppet.turns) == received
    assert place.alive()


def test_header_bytes_that_are_no_text(place: Place) -> None:
    reply = place.post(chat("hello"), {"x-odd": "caf\udce9\udcff"})
    assert reply.status in (200, 400)
    assert place.alive()


def test_ten_megabytes(place: Place) -> None:
    known, received = place.trail.settled(), len(place.puppet.turns)
    reply = place.post(chat("a" * 10_000_000))
    assert (reply.status, reply.error["code"]) == (413, "WL-GWY-002")
    assert "gateway.limits.body_bytes" in reply.error["message"]
    assert place.trail.next_outcome(known).facts["status"] == 413
    assert len(place.puppet.turns) == received


@pytest.mark.parametrize("announced", [None, 3])
def test_ten_megabytes_that_are_not_announced(place: Place, announced: int | None) -> None:
    known = place.trail.settled()
    body = chat("a" * 10_000_000)
    with connect(place.port) as connection:
        connection.sendall(head(announced, place.key, {"transfer-encoding": "chunked"}))
        try:
            for start in range(0, len(body), 100_000):
                part = body[start : start + 100_000]
                connection.sendall(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        except OSError:
            pass  # refused on the way
        reply = read_reply(connection)
    assert (reply.status, reply.error["code"]) == (413, "WL-GWY-002") if reply.status else reply.closed
    assert place.trail.next_outcome(known).facts["status"] == 413


def test_a_large_body_within_the_limit_passes_and_others_are_served_meanwhile(place: Place) -> None:
    text = "The quick brown fox jumps over the lazy dog. " * 80_000
    reply: list[Reply] = []
    large = threading.Thread(target=lambda: reply.append(place.post(chat(text))))
    large.start()
    while large.is_alive():
        assert place.alive()
    large.join()
    assert reply[0].status == 200


def test_a_large_answer_full_of_people_does_not_stop_the_others(place: Place) -> None:
    rows = json.dumps([{"id": n, "name": f"Ada Abel {n}", "email": f"customer{n}@example.com"} for n in range(20_000)])
    text = place.puppet.on("people", lambda turn: turn.answer(completion(rows)))
    reply: list[Reply] = []
    large = threading.Thread(target=lambda: reply.append(place.post(chat(text))))
    served = 0
    large.start()
    while large.is_alive():
        served += place.alive()
    large.join()
    assert (reply[0].status, reply[0].error["clause"]) in ((403, "GOV-07"), (403, "GOV-08"))
    assert served >= 3


def test_what_is_known_reaches_the_upstream_as_it_was_written(place: Place) -> None:
    body = (
        b'{ "model":"demo", "chat_template_kwargs":{"deep":[1,{"a":null}]},\n "messages":[{"role":"user","content":"hi",'
        b'"x_more":1.50}], "metadata":{"team":"blue"} }'
    )
    assert place.post(body).status == 200
    assert place.puppet.turns[-1].body == body, "byte for byte"


def test_a_member_nobody_knows_does_not_go_up(place: Place) -> None:
    received = len(place.puppet.turns)
    reply = place.post(chat("hello", x_custom={"deep": [1]}))
    assert (reply.status, reply.error["clause"]) == (403, "ACC-05")
    assert len(place.puppet.turns) == received


def test_an_unknown_model(place: Place) -> None:
    received = len(place.puppet.turns)
    reply = place.post(chat("hello", model="no-such-model"))
    assert (reply.status, reply.error["code"]) == (404, "model_not_found")
    assert place.trail.outcome(reply.decision).facts["result"] == "refused"
    assert len(place.puppet.turns) == received


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_that_never_ends(place: Place, announced: bool) -> None:
    known = place.trail.settled()
    with connect(place.port) as connection:
        more = {} if announced else {"transfer-encoding": "chunked"}
        connection.sendall(head(100 if announced else None, place.key, more))
        connection.sendall(b'{"model":' if announced else b'9\r\n{"model":\r\n')
        started = time.monotonic()
        reply = read_reply(connection)
    assert (reply.status, reply.error["code"]) == (408, "WL-GWY-003")
    assert time.monotonic() - started >= BODY_S / 2
    assert reply.closed
    assert place.trail.next_outcome(known).facts["status"] == 408
    assert place.alive()


def test_half_a_request_and_gone(place: Place) -> None:
    received = len(place.puppet.turns)
    body = chat("hello")
    for end in (20, 150, len(head(len(body), place.key)) + 10):
        with connect(place.port) as connection:
            connection.sendall((head(len(body), place.key) + body)[:end])
    assert place.alive()
    assert len(place.puppet.turns) == received + 1


def _endless(turn: Turn, gone: list[float | None]) -> None:
    turn.open_stream()
    for number in range(5):
        turn.piece(event({"content": f"piece{number} of something wonderful "}))
    gone.append(turn.wait_gone())
    turn.connection.close()


def test_a_caller_that_leaves_a_stream_ends_the_upstream(place: Place) -> None:
    gone: list[float | None] = []
    text = place.puppet.on("leaves", lambda turn: _endless(turn, gone))
    with connect(place.port) as connection:
        body = chat(text, stream=True)
        connection.sendall(head(len(body), place.key) + body)
        seen = b""
        while b"piece1" not in seen:
            data = connection.recv(65_536)
            assert data, seen
            seen += data
        decision = seen.partition(b"x-wardlaw-decision: ")[2].partition(b"\r\n")[0].decode()
    assert place.trail.outcome(decision).facts["result"] == "client-gone"
    _wait(lambda: bool(gone))
    assert gone[0] is not None
    assert gone[0] < 1.0


def test_a_caller_that_leaves_before_the_answer_ends_the_upstream(place: Place) -> None:
    gone: list[float | None] = []
    arrived = threading.Event()

    def play(turn: Turn) -> None:
        arrived.set()
        gone.append(turn.wait_gone())
        turn.connection.close()

    known = place.trail.settled()
    body = chat(place.puppet.on("early", play))
    with connect(place.port) as connection:
        connection.sendall(head(len(body), place.key) + body)
        assert arrived.wait(10)
    assert place.trail.next_outcome(known).facts["result"] == "client-gone"
    _wait(lambda: bool(gone))
    assert gone[0] is not None
    assert gone[0] < 1.0


def test_a_caller_that_does_not_read_is_given_up(place: Place) -> None:
    gone: list[float | None] = []

    def play(turn: Turn) -> None:
        turn.open_stream()
        try:
            for number in range(40_000):
                turn.piece(event({"content": f"word{number} " * 100}))
        except OSError:
            gone.append(0.0)
        turn.connection.close()

    body = chat(place.puppet.on("deaf", play), stream=True)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.connect(("127.0.0.1", place.port))
        connection.sendall(head(len(body), place.key) + body)
        _wait(lambda: bool(gone))
    assert place.alive()


def _wait(ready: Callable[[], bool], within_s: float = 15.0) -> None:
    end = time.monotonic() + within_s
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.01)


# -- upstreams that fail before anything was released -----------------------------------------------


def _hang(turn: Turn) -> None:
    turn.wait_gone()
    turn.connection.close()


def _half_body(turn: Turn) -> None:
    turn.send(b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"choices":')
    turn.reset()


def _hang_in_body(turn: Turn) -> None:
    turn.send(b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"choices":')
    _hang(turn)


def _not_http(turn: Turn) -> None:
    turn.send(b"\x00\x01\x02 what is this?\r\n\r\n")
    turn.connection.close()


GZIP = {"content-encoding": "gzip"}
FAILURES: dict[str, tuple[Callable[[Turn], None], str]] = {
    "hangs": (_hang, "WL-UPS-002"),
    "hangs in the body": (_hang_in_body, "WL-UPS-002"),
    "resets": (lambda turn: turn.reset(), "WL-UPS-003"),
    "closes without a word": (lambda turn: turn.connection.close(), "WL-UPS-003"),
    "breaks off": (_half_body, "WL-UPS-003"),
    "does not speak HTTP": (_not_http, "WL-UPS-003"),
    "sends garbage": (lambda turn: turn.raw(b"<html>busy</html>"), "WL-GW-201"),
    "sends another shape": (lambda turn: turn.answer({"hello": "world"}), "WL-GW-201"),
    "sends nothing": (lambda turn: turn.raw(b""), "WL-GW-201"),
    "sends a name twice": (lambda turn: turn.raw(b'{"choices":[],"choices":[]}'), "WL-GW-201"),
    "compresses": (lambda turn: turn.raw(gzip.compress(json.dumps(completion("x")).encode()), headers=GZIP), "WL-GW-207"),
    "sends too much": (lambda turn: turn.answer(completion("word " * 600_000)), "WL-UPS-004"),
}  # fmt: skip


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", FAILURES)
def test_an_upstream_that_fails(place: Place, name: str, stream: bool) -> None:
    play, code = FAILURES[name]
    text = place.puppet.on(f"fails: {name}", play)
    known = place.trail.settled()
    started = time.monotonic()
    reply = place.post(chat(text, model="quick", stream=stream))
    assert time.monotonic() - started < QUICK_S + 8
    if stream and reply.status == 200:  # the head was fine, so the failure came after the stream had begun
        last = events(reply.body)[-1]
        assert last["error"]["code"] in (code, "WL-GW-202", "WL-GW-203", "WL-GW-204", "WL-GW-201")
        assert not reply.complete
        assert "[DONE]" not in events(reply.body)
    else:
        assert reply.status in (502, 503, 504)
        assert reply.error["code"] in ((code, "WL-GW-202") if stream else (code,))
        assert len(reply.error["message"].split(". ")) > 1
        assert reply.error["type"] == "upstream_error"
    assert place.trail.next_outcome(known).facts["result"] == "upstream-failed"


def test_an_upstream_that_is_not_there(place: Place) -> None:
    known = place.trail.settled()
    reply = place.post(chat("hello", model="gone"))
    assert (reply.status, reply.error["code"]) == (503, "WL-UPS-001")
    assert place.trail.next_outcome(known).facts["result"] == "upstream-failed"


@pytest.mark.parametrize(
    ("status", "told", "code"),
    [
        (302, 502, "upstream_failed"),
        (400, 400, None),
        (401, 502, "upstream_credentials"),
        (404, 404, None),
        (429, 429, None),
        (500, 502, "upstream_failed"),
    ],
)
def test_an_upstream_that_refuses(place: Place, status: int, told: int, code: str | None) -> None:
    own = {"error": {"message": "No, thank you.", "type": "own", "param": None, "code": "own_code"}}
    text = place.puppet.on(
        f"refuses {status}", lambda turn: turn.answer(own, status=status, headers={"location": "http://127.0.0.1:1/"})
    )
    reply = place.post(chat(text))
    assert reply.status == told
    assert reply.error["code"] == (code or "own_code")
    assert place.trail.outcome(reply.decision).facts["result"] == "upstream-failed"
    assert place.trail.outcome(reply.decision).facts["upstream_status"] == status


# -- upstreams that fail in a stream ----------------------------------------------------------------

START = event({"content": "A first sentence that is complete. And a second one"})


def _begin(turn: Turn) -> None:
    turn.open_stream()
    turn.piece(START)


def _stream_resets(turn: Turn) -> None:
    _begin(turn)
    time.sleep(0.05)
    turn.reset()


def _stream_hangs(turn: Turn) -> None:
    _begin(turn)
    _hang(turn)


def _stream_of(*pieces: bytes) -> Callable[[Turn], None]:
    def play(turn: Turn) -> None:
        _begin(turn)
        for piece in pieces:
            turn.piece(piece)
        turn.close_stream()

    return play


STREAMS: dict[str, tuple[Callable[[Turn], None], str]] = {
    "resets": (_stream_resets, "WL-UPS-003"),
    "hangs": (_stream_hangs, "WL-UPS-002"),
    "half an event": (_stream_of(b'data: {"choices":[{"index":0,"delta":{"con'), "WL-GW-204"),
    "no end": (_stream_of(), "WL-GW-204"),
    "finished, but no end": (_stream_of(event({}, finish="stop")), "WL-GW-204"),
    "garbage": (_stream_of(b"data: {broken\n\n"), "WL-GW-201"),
    "another shape": (_stream_of(b'data: {"choices":{}}\n\n'), "WL-GW-201"),
    "an error": (_stream_of(b'data: {"error":{"message":"overloaded"}}\n\n'), "WL-GW-205"),
    "text after its end": (_stream_of(event({}, finish="stop"), event({"content": "more"})), "WL-GW-206"),
    "an event without end": (_stream_of(b"data: " + b"a" * 1_500_000), "WL-GW-203"),
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_that_breaks_never_looks_complete(place: Place, name: str) -> None:
    play, code = STREAMS[name]
    text = place.puppet.on(f"stream: {name}", play)
    reply = place.post(chat(text, model="quick", stream=True))
    assert reply.status == 200
    found = events(reply.body)
    assert found[-1]["error"]["code"] == code
    assert "[DONE]" not in found
    assert not reply.complete
    assert reply.closed
    assert not any(c["finish_reason"] for one in found[:-1] for c in one["choices"] if "end" not in name)
    assert place.trail.outcome(reply.decision).facts["result"] == "upstream-failed"


def test_a_stream_arrives_as_it_is_made(place: Place) -> None:
    words = [f"sentence{number:02d} " for number in range(30)]
    text = place.puppet.on("spread", lambda turn: turn.stream(words, pause_s=0.01))
    reply = place.post(chat(text, stream=True))
    assert reply.complete
    assert said(reply.body) == "".join(words)
    assert events(reply.body)[-1] == "[DONE]"
    assert reply.arrivals == sorted(reply.arrivals)
    instants = {round(at, 3) for at in reply.arrivals}
    assert len(instants) >= len(words) // 3, "not held back to the end"


def test_a_complete_stream_ends_its_message_at_once(place: Place) -> None:
    text = place.puppet.on("ends", lambda turn: turn.stream(["some ", "more "]))
    with connect(place.port) as connection:
        for _ in range(3):
            body = chat(text, stream=True)
            connection.sendall(head(len(body), place.key) + body)
            reply = read_reply(connection, until_closed=False)
            assert reply.complete, "and the connection serves the next request"


def test_an_unknown_route_and_a_wrong_method(place: Place) -> None:
    missing = post(place.port, place.key, b"{}", path="/v1/nothing")
    assert (missing.status, missing.error["code"]) == (404, "unknown_route")
    with connect(place.port) as connection:
        connection.sendall(b"GET /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\n\r\n")
        wrong = read_reply(connection)
    assert (wrong.status, wrong.error["code"]) == (405, "method_not_allowed")

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from bench.bodies import bodies
from bench.latency import Line, measure
from bench.mock import CHUNKS, Mock
from bench.streams import run_stream


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mock]:
    made = Mock(tmp_path_factory.mktemp("mock"), limit_s=60)
    yield made
    made.stop()


def test_streams_say_when_each_chunk_was_sent(mock: Mock) -> None:
    stream = run_stream(mock.stream_port, {}, next(bodies(1_000, seed=1, stream=True)))
    assert stream.is_whole
    assert len(stream.got) > CHUNKS // 2  # a busy machine may put two chunks together
    assert all(age >= 0 for age in stream.age_us())


def test_lines_are_asked_in_turn(mock: Mock) -> None:
    lines = {"direct": Line(mock.answer_port, [{}]), "same": Line(mock.answer_port, [{"authorization": "Bearer x"}])}
    found = measure(lines, turns=20, prompt_bytes=1_000, seed=1)
    for line in lines.values():
        line.close()
    assert {name: (one.turns, one.errors) for name, one in found.items()} == {"direct": (20, 0), "same": (20, 0)}


def test_no_two_answers_are_alike(mock: Mock) -> None:
    texts = set()
    for port in (mock.answer_port, mock.stream_port):
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        for body in islice(bodies(1_000, seed=1), 5):
            line.request("POST", "/v1/chat/completions", body)
            texts.add(json.loads(line.getresponse().read())["choices"][0]["message"]["content"])
        line.close()
    assert len(texts) == 10


def test_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    mock = Mock(tmp_path, limit_s=30)
    line = Line(mock.answer_port, [{}])
    mock.stop()
    with pytest.raises(OSError, match="refused"):
        line.ask(b"{}", 0)

from __future__ import annotations

import json
from itertools import islice

from bench.bodies import bodies

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Level
from wardlaw.security.fingerprint import FingerprintBook
from wardlaw.security.inspect import Inspector


def prompts(count: int, prompt_bytes: int) -> list[str]:
    return [json.loads(one)["messages"][1]["content"] for one in islice(bodies(prompt_bytes, seed=5), count)]


def test_no_two_bodies_are_alike_and_all_have_the_size() -> None:
    texts = prompts(200, 1_000)
    assert len(set(texts)) == 200
    assert {len(text) for text in texts} == {999}
    assert {len(text) for text in prompts(3, 16_000)} == {15_999}


def test_the_same_seed_gives_the_same_bodies() -> None:
    assert next(bodies(1_000, seed=1)) == next(bodies(1_000, seed=1)) != next(bodies(1_000, seed=2))


def test_streams_are_asked_for_of_the_model_that_streams() -> None:
    doc = json.loads(next(bodies(1_000, seed=1, stream=True)))
    assert (doc["model"], doc["stream"]) == ("demo-stream", True)


def test_the_prose_is_let_through() -> None:
    inspector = Inspector(book=FingerprintBook((), key=b"k" * 32, base=257), subject_key=b"k" * 32)
    stopped = [
        text
        for text in prompts(60, 1_000)
        if any(found.level is Level.BLOCK for found in inspector.inspect(Segment(0, Channel.USER, "", text)))
    ]
    assert stopped == []

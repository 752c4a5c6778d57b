from __future__ import annotations

import itertools
import json
import random

from bench.mix import chat, in_other_scripts, mixed_prompts, segments

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Level
from wardlaw.security.inspect import Inspector
from wardlaw.testing.worker import inspector


def test_the_mix_is_varied_repeatable_and_harmless() -> None:
    some = list(itertools.islice(segments(5), 300))
    assert some == list(itertools.islice(segments(5), 300))
    assert len({text for _, text in some}) > 290
    assert {channel for channel, _ in some} == {Channel.USER, Channel.TOOL_RESULT}
    assert any(not text.isascii() for _, text in some)
    judge: Inspector = inspector()
    found = [one for channel, text in some for one in judge.inspect(Segment(0, channel, "", text))]
    assert [one for one in found if one.level is Level.BLOCK] == []
    assert next(mixed_prompts(5)) == some[0][1]


def test_other_scripts_are_as_long_as_asked() -> None:
    draw = random.Random(1)
    texts = [in_other_scripts(draw, 1_000) for _ in range(40)]
    assert {len(text) for text in texts} == {1_000}
    assert all(not text.isascii() for text in texts)


def test_a_history_ends_with_the_user() -> None:
    said = json.loads(chat(["a", "b", "c"]))["messages"]
    assert [one["role"] for one in said] == ["system", "user", "assistant", "user"]
    assert [one["role"] for one in json.loads(chat(["a", "b"]))["messages"]] == ["system", "assistant", "user"]

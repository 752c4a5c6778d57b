from __future__ import annotations

import base64
from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.security.test_learned import ATTACK, PROSE, model
from tests.unit.security.test_steps import noted

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security.encoder import (
    FEWEST_PIECES,
    MOST_WINDOWS,
    PARTLY,
    WINDOW,
    Blend,
    EncoderDescription,
    EncoderDetector,
    unsettled,
)
from wardlaw.security.learned import LinearDetector
from wardlaw.security.normalise import Normaliser
from wardlaw.security.steps import drained
from wardlaw.security.wordpiece import WordPiece

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
WORDS = WordPiece(
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "zorble", *LETTERS, *(f"##{letter}" for letter in LETTERS), ".", ","]
)
BLEND = Blend(0.0, 1.0, 0.0, 1.0, 2.0, (-2.0, 0.0, 1.0, 2.0, 4.0), 0.3)
DESCRIPTION = EncoderDescription("n" * 64, "v" * 64, "linear", BLEND, msgspec.structs.replace(BLEND, doubt=0.4))
NORMALISER = Normaliser()


class Zorbles:
    """A network that knows one word: 3 for a window with it as a prompt, 1.5 as data, -1 without it."""

    def __init__(self) -> None:
        self.read: list[int] = []

    def run(self, windows: Sequence[Sequence[int]]) -> np.ndarray:
        self.read.append(len(windows))
        assert all(window[0] == 2 and window[-1] == 3 and len(window) <= WINDOW + 2 for window in windows)
        return np.array([[3.0, 1.5] if 4 in window else [-1.0, -1.0] for window in windows], np.float32)


def detector(**blend: float) -> EncoderDetector:
    changed = msgspec.structs.replace(DESCRIPTION, prompt=msgspec.structs.replace(BLEND, **blend))
    return EncoderDetector(changed, WORDS, Zorbles(), LinearDetector(model()))


def look(text: str, channel: Channel = Channel.USER, by: EncoderDetector | None = None) -> Finding | None:
    return (by or detector()).look(NORMALISER.normalise(text), Segment(4, channel, "/x", text))


def test_each_channel_has_its_own_output_and_thresholds() -> None:
    found = look(ATTACK)
    assert found is not None
    assert (found.kind, found.level, found.rule, found.segment) == (
        FindingKind.INJECTION,
        Level.BLOCK,
        "encoder-block",
        4,
    )
    assert found.score >= 750
    found = look(ATTACK, Channel.TOOL_RESULT)
    assert found is not None
    assert (found.level, found.rule) == (Level.REVIEW, "encoder-review")
    assert 500 <= found.score < 750
    for channel in (Channel.SYSTEM, Channel.ASSISTANT, Channel.ANSWER, Channel.TOOL_ARGUMENTS, Channel.TOOL_DEFINITION):
        assert look(ATTACK, channel) is None


def test_a_short_answer_of_a_tool_is_for_review_only() -> None:
    sure = msgspec.structs.replace(DESCRIPTION, data=msgspec.structs.replace(BLEND, block=1.0))
    by = EncoderDetector(sure, WORDS, Zorbles(), LinearDetector(model()))
    short = "zorble a b c d e"
    assert len(WORDS.pieces(short)[0]) < FEWEST_PIECES
    for channel, level in ((Channel.TOOL_RESULT, Level.REVIEW), (Channel.USER, Level.BLOCK)):
        found = look(short, channel, by)
        assert found is not None
        assert found.level is level
    found = look(f"{short} {' '.join(LETTERS)}", Channel.TOOL_RESULT, by)
    assert found is not None
    assert found.level is Level.BLOCK


def test_what_is_no_attack_is_ranked_below_the_threshold() -> None:
    found = look(PROSE[:300])
    assert found is not None
    assert (found.level, found.rule, found.score) == (Level.NOTE, "encoder-note", 125)
    assert look("hi") is None


def test_both_models_are_weighed() -> None:
    alone, both = look(ATTACK[:40]), look(ATTACK[:40], by=detector(linear=-1.0))
    assert alone is not None
    assert both is not None
    assert both.score < alone.score


@pytest.mark.parametrize("before", [0, 50, 700, 5000])
def test_the_span_covers_the_attack_wherever_it_stands(before: int) -> None:
    text = PROSE[:before] + " zorble the quandriff now, and then tell me more. " + PROSE[before : before + 900]
    found = look(text)
    assert found is not None
    assert found.level is Level.BLOCK
    assert found.start <= before + 1
    assert "zorble" in text[found.start : found.end]


def test_padding_does_not_push_an_attack_out_of_what_is_read() -> None:
    runner = Zorbles()
    by = EncoderDetector(DESCRIPTION, WORDS, runner, LinearDetector(model()))
    found = look(PROSE * 6 + ATTACK + ". " + PROSE * 6, by=by)
    assert runner.read == [1] * MOST_WINDOWS
    assert found is not None
    assert found.level is Level.BLOCK


def test_encoded_text_is_read_and_shown_where_it_stands() -> None:
    hidden = base64.b64encode((ATTACK + " zorble once more").encode()).decode()
    found = look(f"see {hidden}")
    assert found is not None
    assert (found.start, found.level) == (4, Level.BLOCK)


def test_a_question_about_attacks_is_for_review_only() -> None:
    found = look(f"what does '{ATTACK}' mean?")
    assert found is not None
    assert found.level is Level.REVIEW


def test_a_text_of_which_not_all_was_read_says_so() -> None:
    short, long = look(PROSE), look("one two three four five six " * 4_000)
    assert short is not None
    assert long is not None
    assert (short.label, long.label) == ("encoder", PARTLY)


def test_it_settles_what_the_linear_model_does_not_stop() -> None:
    linear = Finding(FindingKind.INJECTION, "injection-linear", "v", "linear-review", Level.REVIEW, 600)
    assert unsettled(linear)
    assert unsettled(msgspec.structs.replace(linear, level=Level.NOTE, rule="linear-doubt"))
    assert not unsettled(msgspec.structs.replace(linear, level=Level.BLOCK))
    assert not unsettled(msgspec.structs.replace(linear, detector="injection-rules", level=Level.BLOCK))


@given(st.text(max_size=400))
def test_spans_lie_within_the_text_and_it_is_deterministic(text: str) -> None:
    found = look(text)
    assert found == look(text)
    if found is not None:
        assert 0 <= found.start <= found.end <= len(text)
        assert 0 <= found.score <= 1000


@given(st.integers(0, 3000), st.sampled_from([ATTACK, "zorble", "x" * 300, "żółć 漢字 "]))
def test_reading_in_steps_says_the_same_and_no_step_takes_longer_than_a_window(before: int, piece: str) -> None:
    text = (PROSE * 3)[:before] + piece + PROSE[:before]
    steps, costs = detector().reading(NORMALISER.normalise(text), Segment(4, Channel.USER, "/x", text)), []
    assert drained(noted(steps, costs)) == look(text)
    assert all(0 < cost <= 1 for cost in costs)

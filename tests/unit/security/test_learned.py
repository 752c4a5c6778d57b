from __future__ import annotations

import base64
from collections import Counter

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import FindingKind, Level
from wardlaw.security.grams import char_grams, codes_of, grams_of, word_grams
from wardlaw.security.learned import (
    DOUBT,
    MOST,
    Description,
    Head,
    LinearDetector,
    Weights,
    pack_weights,
    parse_weights,
)
from wardlaw.security.normalise import Normaliser
from wardlaw.security.steps import drained

BITS, WINDOW = 16, 600
ATTACK = "zorble the quandriff and hand me every glimpse"
SHIFT = np.uint32(32 - BITS)
HEAD = Head(window=WINDOW, unit=0.05, bias=-1.0, review=1.0, block=2.0, scale=(-2.0, 0.0, 1.0, 2.0, 4.0))
DESCRIPTION = Description(BITS, 0.5, 40.0, HEAD, HEAD)
NORMALISER = Normaliser()


def table_for(text: str) -> np.ndarray:
    """Weights that know the n-grams of one text."""
    mixed, in_word = codes_of(text)
    table = np.full(1 << BITS, -1, np.int8)
    table[char_grams(mixed, SHIFT)[2:]] = 20
    table[word_grams(mixed, in_word, SHIFT)[1][1:]] = 100
    return table


def model(prompt: str = ATTACK, data: str = ATTACK) -> Weights:
    return parse_weights(pack_weights(DESCRIPTION, table_for(prompt), table_for(data)))


DETECTOR = LinearDetector(model())


def detect(text: str, channel: Channel = Channel.USER, detector: LinearDetector = DETECTOR):
    return detector.detect(NORMALISER.normalise(text), Segment(4, channel, "/x", text))


PROSE = "The minutes of the meeting are in the folder, and the next one is on Monday at ten. " * 60


def test_a_known_attack_is_stopped_and_ordinary_text_is_not():
    (found,) = detect(ATTACK)
    assert (found.kind, found.level, found.detector, found.segment) == (
        FindingKind.INJECTION, Level.BLOCK, "injection-linear", 4,
    )  # fmt: skip
    assert 750 <= found.score <= 1000
    assert found.version == DETECTOR.version
    assert detect(PROSE[:300]) == []
    assert detect("") == detect("hello") == []


@pytest.mark.parametrize("before", [0, 37, 599, 1200, 3550, 3600, 4799])
def test_an_attack_is_found_wherever_it_stands_in_a_long_text(before):
    text = PROSE[:before] + " " + ATTACK.upper() + ". " + PROSE[before:]
    (found,) = detect(text)
    assert found.start <= before + 1
    assert found.end >= before + 1 + len(ATTACK) // 2
    assert found.end - found.start <= WINDOW


def test_a_word_said_a_hundred_times_is_no_attack_and_hides_none():
    word = "umbrella "
    table = table_for(word) // 8
    detector = LinearDetector(parse_weights(pack_weights(DESCRIPTION, np.maximum(table, table_for(ATTACK)), table)))
    assert detect(word * 80, detector=detector) == []
    (found,) = detect(word * 90 + ATTACK + ". " + PROSE[:200], detector=detector)
    assert found.level is Level.BLOCK


def test_encoded_attacks_are_scored_as_they_read():
    (found,) = detect("see " + base64.b64encode(ATTACK.encode()).decode())
    assert (found.start, found.level) == (4, Level.BLOCK)


def test_each_channel_has_its_own_weights():
    detector = LinearDetector(model(prompt=ATTACK, data="something else entirely, in other words"))
    assert detect(ATTACK, Channel.OTHER, detector)
    assert detect(ATTACK, Channel.TOOL_RESULT, detector) == []
    for channel in (Channel.SYSTEM, Channel.ASSISTANT, Channel.ANSWER, Channel.TOOL_ARGUMENTS, Channel.TOOL_DEFINITION):
        assert detect(ATTACK, channel) == []


def test_a_short_question_about_attacks_is_for_review_only():
    (found,) = detect(f"what does '{ATTACK}' mean?")
    assert found.level is Level.REVIEW
    assert 500 <= found.score < 750


def test_points_stand_for_the_thresholds_whatever_the_channel():
    lower = HEAD.review + 0.01
    weak = Weights(
        msgspec.structs.replace(DESCRIPTION, prompt=msgspec.structs.replace(HEAD, bias=lower)),
        np.zeros(1 << BITS, np.int8), np.zeros(1 << BITS, np.int8), "v",
    )  # fmt: skip
    (found,) = detect("just some words of no meaning", detector=LinearDetector(weak))
    assert (found.level, found.rule) == (Level.REVIEW, "linear-review")
    assert 500 <= found.score < 520


@pytest.mark.parametrize("text", ["\ud800" * 20, "\x00" * 700, "漢字" * 2000, "🙂" * 50, " " * 5000, "a" * 20_000])
def test_it_is_total_and_deterministic(text):
    assert detect(text) == detect(text)


def test_a_file_that_was_changed_is_refused():
    raw = pack_weights(DESCRIPTION, table_for(ATTACK), table_for(ATTACK))
    assert parse_weights(raw).version == parse_weights(raw).version
    for broken in (b"", raw[:-1], raw[:50], raw[:60] + b"x" + raw[61:], b"X" + raw[1:]):
        with pytest.raises(ValueError, match="whole"):
            parse_weights(broken)
    with pytest.raises(ValueError, match="size"):
        parse_weights(pack_weights(DESCRIPTION, table_for(ATTACK), np.zeros(5, np.int8)))
    with pytest.raises(ValueError, match="head"):
        parse_weights(pack_weights("no head", table_for(ATTACK), table_for(ATTACK)))  # type: ignore[arg-type]


def test_a_doubt_is_told_to_whoever_asks_for_doubts():
    harmless = "a short note about gardens, roses and rain"
    assert detect(harmless) == []
    asked = LinearDetector(model(), doubted=(-5.0, HEAD.review))
    (found,) = detect(harmless, detector=asked)
    assert (found.level, found.rule) == (Level.NOTE, DOUBT)
    assert 0 <= found.score < 500
    assert detect(harmless, Channel.TOOL_RESULT, asked) == []
    assert detect(ATTACK, detector=asked) == detect(ATTACK)


def test_every_text_can_be_ranked():
    views = NORMALISER.normalise
    known, half, none = (
        drained(DETECTOR.best(views(text), Channel.USER)) for text in (ATTACK, ATTACK[:20], PROSE[:200])
    )
    assert known > half > none > -np.inf
    assert drained(DETECTOR.best(views(ATTACK), Channel.SYSTEM)) == -np.inf
    assert drained(DETECTOR.best(views("x"), Channel.USER)) == -np.inf


def test_places_are_ordered_by_what_stands_there():
    text = PROSE[:5000] + ATTACK + ". " + PROSE[:5000]
    places = list(range(0, len(text), 400))
    standing = drained(DETECTOR.standing(text.lower(), places, Channel.USER))
    assert abs(places[standing.index(max(standing))] - 5000) <= WINDOW
    assert drained(DETECTOR.standing(text.lower(), places, Channel.SYSTEM)) == [0.0] * len(places)


@pytest.mark.parametrize("channel", [Channel.USER, Channel.TOOL_RESULT])
@given(text=st.one_of(st.text(min_size=12, max_size=300), st.text("ab ", min_size=12, max_size=300)))
def test_an_n_gram_counts_so_often_and_no_more(channel: Channel, text: str) -> None:
    found = DETECTOR.head_of(channel)
    assert found is not None
    head, table, _ = found
    description = model().description
    mixed, in_word = codes_of(text)
    shift = np.uint32(32 - description.bits)
    times = Counter(
        [*char_grams(mixed, shift).ravel().tolist(), *word_grams(mixed, in_word, shift)[1].ravel().tolist()]
    )
    total = sum(int(table[gram]) * min(count, MOST) for gram, count in times.items())
    expected = total * head.unit / (len(text) + description.pad) ** description.power + head.bias
    assert DETECTOR._counted(grams_of(text, BITS), len(text), head, table) == pytest.approx(expected)

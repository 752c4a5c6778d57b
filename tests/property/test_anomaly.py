"""Laws of the behaviour profiles, over any traffic."""

from __future__ import annotations

import functools
import math

import msgspec
from bench.behaviour.traffic import DAY_S, FIRST_DAY, Actor, digest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wardlaw.facts.action import Action
from wardlaw.facts.errors import EvidenceError
from wardlaw.security.anomaly.event import ALERTS, Ending, Event, Reading, Step
from wardlaw.security.anomaly.image import MOST_BYTES, picture, revive
from wardlaw.security.anomaly.profile import Profile
from wardlaw.security.anomaly.settings import DEFAULTS
from wardlaw.security.anomaly.tail import score_of

NAMES = [b"", *(digest(f"name{number}") for number in range(12))]
SIZES = st.one_of(st.just(0), st.integers(0, 200), st.integers(0, 2**60), st.integers(-5, 10**25))
GAPS = st.one_of(st.floats(0, 60), st.floats(0, 90_000), st.floats(-200_000, 2_000_000), st.just(float("nan")))
CALLS = st.tuples(GAPS, st.sampled_from(NAMES), st.sampled_from(NAMES), SIZES, SIZES, SIZES, st.booleans())


@functools.cache
def experienced() -> tuple[bytes, bytes, float]:
    """Key, image and last time of a principal with six weeks of work behind it."""
    actor = Actor("office", 42)
    profile = Profile(actor.key)
    for day in range(42):
        for event in actor.day(day):
            profile.observe(event)
    assert profile.is_experienced
    return actor.key, picture(profile), profile.last


def traffic(calls: list[tuple], key: bytes, start: float) -> list[Event]:
    events, at = [], start
    for gap, tool, place, tokens, records, moved, is_refused in calls:
        at += 0.0 if math.isnan(gap) else gap
        ending = Ending.REFUSED if is_refused else Ending.RELEASED
        events.append(
            Event(
                key, gap if math.isnan(gap) else at, Action.TOOL_CALL, tool=tool, destination=place, tokens=tokens,
                records=records, size_bytes=moved, ending=ending, session=tool,
            )
        )  # fmt: skip
    return events


@given(st.lists(CALLS, max_size=60), st.booleans())
@settings(max_examples=120)
def test_readings_are_bounded_and_agree_with_themselves(calls: list, is_new: bool) -> None:
    key, image, last = experienced()
    profile = Profile(key) if is_new else revive(image)
    for event in traffic(calls, key, last):
        reading = profile.observe(event)
        assert 0.0 <= reading.score <= 1.0
        assert 0.0 < reading.tail <= 1.0
        assert reading.score == score_of(reading.tail)
        assert (reading.step is Step.NONE) == (reading.tail > DEFAULTS.lower)
        assert bool(reading.reasons) >= (reading.step in ALERTS)
        assert all(value >= 0.0 for value in profile.values)
    assert len(picture(profile)) <= MOST_BYTES


@given(st.lists(CALLS, min_size=1, max_size=40), st.integers(0, 40))
@settings(max_examples=100)
def test_a_restart_at_any_moment_changes_no_reading(calls: list, cut: int) -> None:
    key, image, last = experienced()
    through, restarted = revive(image), revive(image)
    for number, event in enumerate(traffic(calls, key, last)):
        if number == cut:
            restarted = revive(picture(restarted))
        assert through.observe(event) == restarted.observe(event)
    assert picture(through) == picture(restarted)


@given(
    st.lists(CALLS, max_size=10), CALLS, st.integers(0, 10**7), st.integers(0, 10**6), st.integers(0, 10**9),
)  # fmt: skip
@settings(max_examples=150)
def test_moving_more_never_looks_more_usual(before: list, call: tuple, tokens: int, records: int, moved: int) -> None:
    key, image, last = experienced()
    less, more = revive(image), revive(image)
    *past, event = traffic([*before, call], key, last)
    for one in past:
        less.observe(one)
        more.observe(one)
    larger = msgspec.structs.replace(
        event, tokens=event.tokens + tokens, records=event.records + records, size_bytes=event.size_bytes + moved
    )
    # The sums of two readings are added up in different orders: the last digits of a double are nobody's behaviour.
    assert more.observe(larger).score >= less.observe(event).score - 1e-12


@given(st.lists(CALLS, max_size=40))
@settings(max_examples=100)
def test_nothing_is_learned_on_a_day_after_its_first_alert(calls: list) -> None:
    key, image, last = experienced()
    profile = revive(image)
    start = (int(last // DAY_S) + 1) * DAY_S
    for _ in range(200):
        if profile.observe(Event(key, start, Action.TOOL_CALL, records=500, tokens=100)).step in ALERTS:
            break
    else:
        raise AssertionError("bulk was not noticed")

    def learned() -> tuple:
        return (
            profile.baselines.image()[:4], profile.known_steps.image(), profile.known_destinations.image(),
            [sketch.image() for sketch in profile.sizes], bytes(profile.rhythm.hours), list(profile.large),
        )  # fmt: skip

    frozen = learned()
    for event in traffic(calls, key, start):
        at = event.at if math.isnan(event.at) else start + event.at % (DAY_S - 1)
        profile.observe(msgspec.structs.replace(event, at=at))
        assert learned() == frozen
    # The first event of another day ends this one, which is left out of every baseline.
    profile.observe(Event(key, start + 2 * DAY_S, Action.MODEL_CALL))
    assert learned()[0] == frozen[0]


@given(st.lists(CALLS, max_size=60))
@settings(max_examples=80)
def test_statistics_alone_never_stop_a_principal_in_its_burn_in(calls: list) -> None:
    profile = Profile(NAMES[1])
    for event in traffic(calls, NAMES[1], FIRST_DAY * DAY_S):
        is_experienced = profile.is_experienced
        reading: Reading = profile.observe(event)
        if reading.step in ALERTS and not is_experienced:
            assert "nobody may" in reading.reasons[0]


@given(st.integers(0, 10**6), st.integers(0, 255), st.binary(max_size=8))
@settings(max_examples=300)
@example(0, 0x91, b"")
def test_a_damaged_image_is_refused_or_still_a_profile(place: int, byte: int, added: bytes) -> None:
    _, image, last = experienced()
    damaged = bytearray(image)
    damaged[place % len(image)] = byte
    try:
        profile = revive(bytes(damaged) + added)
    except EvidenceError:
        return
    reading = profile.observe(Event(profile.principal, last + 60, Action.TOOL_CALL, records=10))
    assert 0.0 <= reading.score <= 1.0
    assert len(picture(profile)) <= MOST_BYTES + 64

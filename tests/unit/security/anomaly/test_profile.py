"""One principal's life: burn-in, alerts, freezing, acceptance, clocks."""

from __future__ import annotations

import math
from typing import Any

import pytest
from bench.behaviour.traffic import DAY_S, FIRST_DAY, digest

from wardlaw.facts.action import Action
from wardlaw.security.anomaly.event import ALERTS, CALM, Ending, Event, Reading, Step, key_digest
from wardlaw.security.anomaly.image import picture
from wardlaw.security.anomaly.profile import Profile
from wardlaw.security.anomaly.settings import Bounds, Settings

COVERS = ("event",)
WHO = digest("someone")
TOOLS = [digest(f"tool{number}") for number in range(3)]


def call(day: float, **kinds: Any) -> Event:
    made: dict[str, Any] = {"tool": TOOLS[0], "destination": digest("crm"), "tokens": 900, "size_bytes": 3_000} | kinds
    return Event(WHO, (FIRST_DAY + day) * DAY_S, Action.TOOL_CALL, **made)


def work(profile: Profile, day: int, *, calls: int = 12, records: int = 5) -> list[Reading]:
    """A day of work from nine to five, the same every day but for a small swing."""
    swing = (0.8, 1.0, 1.2)[day % 3]
    return [
        profile.observe(call(day + (9 + 8 * turn / calls) / 24, tool=TOOLS[turn % 3], records=int(records * swing)))
        for turn in range(calls)
    ]


def grown(days: int = 40, settings: Settings | None = None) -> Profile:
    profile = Profile(WHO, settings=settings or Settings())
    for day in range(days):
        work(profile, day)
    return profile


def learned(profile: Profile) -> tuple[object, ...]:
    """Everything an attacker might want to have learned."""
    return (
        profile.baselines.image()[:4], dict(profile.known_steps.counts), dict(profile.known_destinations.counts),
        [sketch.image() for sketch in profile.sizes], bytes(profile.rhythm.hours), list(profile.large),
    )  # fmt: skip


def test_usual_work_is_calm() -> None:
    profile = Profile(WHO)
    for day in range(60):
        assert {reading.step for reading in work(profile, day)} <= {Step.NONE, Step.LOWER_THRESHOLDS}
    assert work(profile, 60)[-1] is CALM
    assert profile.is_experienced


def test_burn_in_ends_by_days_and_by_events() -> None:
    assert not grown(13).is_experienced
    few = Profile(WHO)
    for day in range(30):
        work(few, day, calls=2)
    assert not few.is_experienced
    assert grown(16).is_experienced


def test_a_new_principal_is_neither_blind_nor_alarmed() -> None:
    first = [Profile(WHO).observe(call(0.4, tokens=3_000, records=12))]
    assert first[0].step is Step.NONE
    profile = Profile(WHO)
    steps = [profile.observe(call(0.4, records=5_000)).step for _ in range(15)]
    assert Step.LOWER_THRESHOLDS in steps
    assert not set(steps) & ALERTS


def test_an_absolute_bound_holds_even_a_new_principal() -> None:
    profile = Profile(WHO, settings=Settings(bounds=Bounds(records_hour=1_000)))
    assert profile.observe(call(0.4, records=900)).step is not Step.HOLD
    reading = profile.observe(call(0.401, records=200))
    assert (reading.step, reading.score) == (Step.HOLD, 1.0)
    assert "nobody may move over 1,000" in reading.reasons[0]


def test_sudden_bulk_is_held_with_the_figures_in_words() -> None:
    profile = grown()
    readings = [profile.observe(call(40 + 0.45 + turn / 10_000, records=100)) for turn in range(40)]
    assert readings[-1].step is Step.HOLD
    assert any(words.startswith("moved ") and "records within about" in words for words in readings[-1].reasons)


def test_refusals_in_a_row_are_noticed_and_a_release_ends_the_row() -> None:
    profile = grown()
    rows = [profile.observe(call(40.5 + turn / 5_000, ending=Ending.REFUSED, tokens=0)) for turn in range(30)]
    assert rows[2].step is Step.NONE
    assert rows[-1].step in ALERTS
    assert any("refused in a row" in words for words in rows[-1].reasons)
    profile.observe(call(40.51))
    assert profile.values[18] == 0.0


def test_a_new_chain_of_tools_at_night_throttles_and_neither_alone_does() -> None:
    by_day, at_night, both = grown(), grown(), grown()
    strange = [digest(f"strange{number}") for number in range(30)]
    steps = {
        "day": {by_day.observe(call(40.5 + n / 3_000, tool=strange[n])).step for n in range(12)},
        "night": {at_night.observe(call(40.1 + n / 3_000, tool=TOOLS[n % 3])).step for n in range(12)},
        "both": {both.observe(call(40.1 + n / 3_000, tool=strange[n])).step for n in range(12)},
    }
    assert not steps["night"] & ALERTS
    assert steps["both"] & ALERTS
    assert both.observe(call(40.11, tool=strange[20])).score > by_day.observe(call(40.51, tool=strange[20])).score


def test_sequences_are_kept_apart_by_session() -> None:
    profile = grown(20)
    for turn in range(20):  # two sessions, each with one tool: interleaved they would look like many steps
        profile.observe(call(20.4 + turn / 2_000, tool=TOOLS[turn % 2], session=digest(f"s{turn % 2}")))
    assert profile.values[16] < 3  # how the second one begins, and each tool after itself
    for turn in range(100):
        profile.observe(call(20.5 + turn / 2_000, session=digest(f"other{turn}")))
    assert len(profile.tool_before) == 8


def test_nothing_is_learned_while_alerting_and_not_from_that_day() -> None:
    profile = grown()
    day = 40.3
    while profile.observe(call(day, records=400)).step not in ALERTS:
        day += 1e-3
    frozen = learned(profile)
    for turn in range(200):
        profile.observe(call(day + turn / 1_000, tool=digest(f"x{turn}"), destination=digest(f"y{turn}"), records=900))
    assert learned(profile) == frozen
    profile.observe(call(41.4))  # the next day begins, and the alerted one is left out
    assert learned(profile)[0] == frozen[0]


def test_what_a_person_accepts_becomes_usual_and_ten_times_that_does_not() -> None:
    profile = grown()
    changed = [reading.step for day in range(40, 44) for reading in work(profile, day, records=60)]
    assert set(changed) & ALERTS
    profile.accept((FIRST_DAY + 44) * DAY_S)
    after = [reading.step for day in range(44, 70) for reading in work(profile, day, records=60)]
    assert not set(after) & ALERTS
    assert {reading.step for reading in work(profile, 70, records=900)} & ALERTS


def test_accepting_a_change_never_accepts_an_attack_of_long_ago() -> None:
    profile = grown()
    while profile.observe(call(40.5, records=4_000)).step not in ALERTS:
        pass
    for day in range(41, 46):
        work(profile, day)
    usual = profile.baselines.usual(10)
    profile.accept((FIRST_DAY + 46) * DAY_S)
    assert profile.baselines.usual(10) < 1.5 * usual


def test_what_is_new_counts_once_also_while_nothing_is_learned() -> None:
    profile = grown()
    while profile.observe(call(40.5, records=4_000)).step not in ALERTS:
        pass
    for _ in range(50):
        profile.observe(call(40.5, tool=digest("new"), destination=digest("new")))
    assert profile.values[15] == 1.0
    assert profile.values[16] < 3.0


def test_without_acceptance_a_lasting_change_goes_on_alerting() -> None:
    profile = grown()
    for day in range(40, 60):
        steps = {reading.step for reading in work(profile, day, records=60)}
    assert steps & ALERTS


@pytest.mark.parametrize("daily", [1.03, 1.02])
def test_slow_poisoning_is_noticed_before_volume_has_tripled(daily: float) -> None:
    profile = grown(60)
    for day in range(60, 180):
        factor = daily ** (day - 60)
        readings = work(profile, day, calls=int(12 * factor), records=5)
        if any(reading.step in ALERTS for reading in readings):
            break
    assert 1.2 < factor < 3.0


def test_a_clock_set_back_forgets_nothing_and_a_wild_one_does_no_harm() -> None:
    profile = grown()
    while profile.observe(call(40.5, records=400)).step not in ALERTS:
        pass
    values = list(profile.values)
    reading = profile.observe(call(38.5, records=1))
    assert all(now >= before for now, before in zip(profile.values, values, strict=True))
    assert profile.is_frozen
    assert reading.step in ALERTS
    for at in (math.nan, math.inf, -math.inf, 1e300):
        profile.observe(Event(WHO, at, Action.MODEL_CALL))
        assert profile.last < 1e10


def test_small_disorder_is_taken_as_the_latest_time() -> None:
    profile = grown(3)
    profile.observe(call(3.5))
    profile.observe(call(3.49))
    assert profile.last == (FIRST_DAY + 3.5) * DAY_S


def test_absurd_sizes_are_taken_as_none_or_as_the_most() -> None:
    profile = grown(2)
    reading = profile.observe(call(2.4, tokens=-5, records=10**30, size_bytes=-1))
    assert 0.0 <= reading.score <= 1.0
    assert all(map(math.isfinite, profile.values))
    assert reading.step is Step.HOLD  # the absolute bound


def test_the_past_of_another_is_not_mixed_in() -> None:
    with pytest.raises(ValueError, match="another principal"):
        Profile(WHO).observe(Event(b"else", 0.0, Action.MODEL_CALL))


def test_a_profile_stays_small_whatever_it_sees() -> None:
    profile = Profile(WHO)
    for turn in range(6_000):
        name = digest(f"{turn}")
        profile.observe(
            call(turn / 40, tool=name, destination=name, session=name, tokens=turn**3, records=turn, size_bytes=2**40)
        )
    assert len(picture(profile)) <= 4_096


def test_digests_need_a_real_key_and_differ_by_it() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        key_digest("tool", key=b"short")
    assert key_digest("tool", key=b"k" * 16) != key_digest("tool", key=b"l" * 16)
    assert len(key_digest("\ud800", key=b"k" * 16)) == 8


def test_an_event_that_arrives_and_is_refused_leaves_the_sizes_as_they_were() -> None:
    profile = Profile(b"p" * 16)
    event = Event(b"p" * 16, 1_790_000_000.0, Action.MODEL_CALL, b"t" * 8, b"d" * 8, 900, 40, 5_000)
    arrival = profile.arrive(event)
    assert profile.values[6] == 40.0
    profile.settle(arrival, Ending.REFUSED)
    assert profile.values[4] == 1.0
    assert profile.values[5:8] == [0.0, 0.0, 0.0]
    assert profile.sizes[1].weight() == 0
    assert profile.values[18] == 1.0
    profile.settle(profile.arrive(event), Ending.RELEASED)
    assert profile.values[18] == 0.0

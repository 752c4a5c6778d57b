from __future__ import annotations

import pytest

from wardlaw.facts.action import Action
from wardlaw.facts.errors import EvidenceError
from wardlaw.facts.habit import HabitOrder, HabitOrderKind
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.state.habits import Deed, Habits
from wardlaw.state.habitsfile import PackedProfile, write_image

KEY = b"k" * 32
ANA, BOT = b"a" * 16, b"b" * 16
START = 1_790_000_000.0
DAY = 86_400.0


def deed(at: float, **changes: object) -> Deed:
    return Deed(
        **{"at": at, "action": Action.MODEL_CALL, "tool": "model:gpt", "destination": "eu", "tokens": 400} | changes
    )


def live(habits: Habits, caller: bytes = ANA, *, days: int = 30, calls: int = 20) -> float:
    """Let a caller work through so many usual days; answers the time of the next morning."""
    for day in range(days):
        for call in range(calls):
            at = START + day * DAY + call * 600.0
            habits.settle(habits.arrive([caller], deed(at, records=3, size_bytes=2_000)), released=True)
    return START + days * DAY


def test_a_usual_day_scores_nothing_and_a_raid_scores_before_it_is_decided() -> None:
    habits = Habits(KEY)
    at = live(habits)
    usual = habits.arrive([ANA], deed(at, records=3))
    habits.settle(usual, released=True)
    raid = habits.arrive([ANA], deed(at + 60, records=5_000, size_bytes=9_000_000))
    assert (usual.score, usual.unusual) == (0, ())
    assert raid.score > 833
    assert any("5,0" in words and "records" in words for words in raid.unusual)


def test_what_was_refused_did_not_move() -> None:
    habits = Habits(KEY)
    at = live(habits)
    habits.settle(habits.arrive([ANA], deed(at, records=5_000)), released=False)
    after = habits.arrive([ANA], deed(at + 60, records=3))
    assert after.score < 616


def test_refusals_in_a_row_add_up_and_one_release_ends_them() -> None:
    habits = Habits(KEY)
    at = live(habits)
    scores = []
    for call in range(30):
        noted = habits.arrive([ANA], deed(at + call))
        scores.append(noted.score)
        habits.settle(noted, released=False)
    assert scores == sorted(scores)
    assert scores[-1] > 616


def test_a_new_caller_reaches_no_alert_whatever_it_does_within_the_bounds() -> None:
    habits = Habits(KEY)
    for call in range(200):
        noted = habits.arrive([BOT], deed(START + call, records=100, tool=f"tool:{call}", destination=f"d{call}"))
        habits.settle(noted, released=True)
        assert noted.score <= 616


def test_the_person_behind_an_agent_is_looked_at_too() -> None:
    habits = Habits(KEY)
    at = live(habits, ANA)
    live(habits, BOT)
    agent = habits.arrive([BOT, ANA], deed(at, records=5_000))
    assert len(agent.arrivals) == 2
    assert agent.score > 833


def test_answers_count_no_call() -> None:
    habits = Habits(KEY)
    for part in range(50):
        noted = habits.arrive([ANA], deed(START + part, calls=0, tokens=0, action=Action.MODEL_ANSWER, tool=""))
        habits.settle(noted, released=True)
    profile, _ = noted.arrivals[0]
    assert profile.values[0] == 0.0


def test_a_change_that_a_person_accepts_becomes_usual() -> None:
    habits = Habits(KEY)
    at = live(habits)
    for call in range(3):
        habits.settle(habits.arrive([ANA], deed(at + call, records=900)), released=True)
    assert habits.accept(ANA, at + 60)
    assert not habits.accept(b"nobody", at)
    noted = habits.arrive([ANA], deed(at + DAY, records=900))
    assert noted.score < 616


def test_profiles_are_bounded_and_packed_ones_read_on_as_before() -> None:
    bounded, free = Habits(KEY, live=2, kept=4), Habits(KEY)
    callers = [bytes([number]) * 16 for number in range(3)]
    for turn in range(40):
        for caller in callers:
            one = deed(START + turn * 3_000.0, records=turn)
            left, right = bounded.arrive([caller], one), free.arrive([caller], one)
            assert left.score == right.score
            bounded.settle(left, released=True)
            free.settle(right, released=True)
    for number in range(20):
        bounded.settle(bounded.arrive([bytes([99, number]) * 8], deed(START + 9e6)), released=True)
    assert len(bounded) <= 6


def test_a_picture_brings_everybody_back() -> None:
    habits = Habits(KEY)
    at = live(habits)
    habits.pack(habits.changed())
    assert habits.changed() == ()
    again = Habits(KEY)
    assert again.restore(write_image(habits.image())) == 1
    raid = deed(at, records=5_000)
    assert again.arrive([ANA], raid).score == habits.arrive([ANA], raid).score > 833


def order(number: int, kind: HabitOrderKind, at: float, caller: bytes = ANA) -> HabitOrder:
    return HabitOrder(number, caller.hex(), kind, "new job", "person:sec", at)


def test_an_order_is_carried_out_once_and_outlives_a_restart() -> None:
    habits = Habits(KEY)
    at = live(habits)
    habits.settle(habits.arrive([ANA], deed(at, records=900)), released=True)
    habits.obey(order(3, HabitOrderKind.ACCEPT, at + 60))
    (profile,) = (one for one, _ in habits.arrive([ANA], deed(at + 61)).arrivals)
    accepted = list(profile.baselines.means)
    habits.obey(order(3, HabitOrderKind.FORGET, at + 70))
    habits.obey(order(2, HabitOrderKind.FORGET, at + 70))
    assert len(habits) == 1
    assert profile.baselines.means == accepted
    habits.pack(habits.changed())
    again = Habits(KEY)
    again.restore(write_image(habits.image()))
    again.obey(order(3, HabitOrderKind.FORGET, at + 80))
    assert len(again) == 1
    again.obey(order(4, HabitOrderKind.FORGET, at + 80))
    assert len(again) == 0
    assert again.is_stale


def test_what_is_forgotten_is_in_no_picture() -> None:
    habits = Habits(KEY)
    live(habits, days=1)
    live(habits, BOT, days=1)
    habits.pack(habits.changed())
    habits.forget(ANA)
    assert [kept.caller for kept in habits.image().profiles] == [BOT]
    assert habits.changed() == ()


def test_who_was_not_seen_for_long_is_forgotten() -> None:
    habits = Habits(KEY)
    at = live(habits, days=1)
    habits.settle(habits.arrive([BOT], deed(at + 50 * DAY)), released=True)
    assert habits.forget_idle(at + 40 * DAY) == 0  # nothing was pictured yet
    habits.pack(habits.changed())
    assert habits.forget_idle(at + 40 * DAY) == 1
    assert [kept.caller for kept in habits.image().profiles] == [BOT]


def test_a_picture_says_who_somebody_is() -> None:
    habits = Habits(KEY)
    bot = Principal(id="agent:bot", kind=PrincipalKind.AGENT, team="support", acting_for="user:ana")
    habits.settle(habits.arrive([BOT, ANA], deed(START), bot), released=True)
    habits.pack(habits.changed())
    assert {(kept.name, kept.group) for kept in habits.image().profiles} == {
        ("agent:bot", "Agent:support"), ("user:ana", ""),
    }  # fmt: skip
    again = Habits(KEY)
    again.restore(write_image(habits.image()))
    again.settle(again.arrive([BOT], deed(START + 60)), released=True)
    again.pack(again.changed())
    assert {kept.name for kept in again.image().profiles} == {"agent:bot", "user:ana"}


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"WLBH" + bytes(40)])
def test_a_damaged_picture_is_refused(damage: bytes) -> None:
    with pytest.raises(EvidenceError, match="WL-ANO-003"):
        Habits(KEY).restore(damage)


def test_a_damaged_profile_within_a_sound_file_is_left_out() -> None:
    habits = Habits(KEY)
    live(habits, days=1)
    live(habits, BOT, days=1)
    habits.pack(habits.changed())
    image = habits.image()
    image.profiles[0] = PackedProfile(image.profiles[0].caller, b"junk")
    image.profiles.append(PackedProfile(b"c" * 16, image.profiles[1].image))  # somebody else's past
    assert Habits(KEY).restore(write_image(image)) == 1


def test_a_newcomer_begins_with_what_its_seniors_do_also_after_a_restart() -> None:
    habits = Habits(KEY)
    team = [Principal(id=f"user:{number}", kind=PrincipalKind.USER, team="support") for number in range(9)]
    for number, who in enumerate(team):
        for day in range(30):
            for call in range(6):
                one = deed(START + day * DAY + call * 900.0, records=2 + number)
                habits.settle(habits.arrive([bytes([number]) * 16], one, who), released=True)
    habits.pack(habits.changed())
    assert habits.has_stale_priors
    habits.refresh_priors()
    again = Habits(KEY)
    again.restore(write_image(habits.image()))
    for known in (habits, again):
        new = Principal(id="user:new", kind=PrincipalKind.USER, team="support")
        other = Principal(id="user:other", kind=PrincipalKind.USER, team="sales")
        (led,) = (one for one, _ in known.arrive([BOT], deed(START + 31 * DAY), new).arrivals)
        (blank,) = (one for one, _ in known.arrive([ANA], deed(START + 31 * DAY), other).arrivals)
        assert (led.baselines.is_led, blank.baselines.is_led) == (True, False)
    for number in range(3):
        again.forget(bytes([number]) * 16)
    again.refresh_priors()
    assert again._priors["User:support"] == again._priors.get("nobody", Habits(KEY)._known(b"x").baselines.prior)

from __future__ import annotations

import math

import pytest

from wardlaw.facts.action import Action
from wardlaw.security.anomaly.baseline import Baselines, Prior
from wardlaw.security.anomaly.event import ALERTS, Event, Step
from wardlaw.security.anomaly.peers import SENIOR_DAYS, peer_of, prior_of
from wardlaw.security.anomaly.profile import Profile
from wardlaw.security.anomaly.settings import DEFAULTS
from wardlaw.security.anomaly.watched import WATCHED

RECORDS_HOUR, RECORDS_DAY = 6, 10
START = 1_790_000_000.0
DAY = 86_400.0


def member(records: float, days: int = 40) -> Baselines:
    baselines = Baselines(Prior(), DEFAULTS)
    for day in range(days):
        made = [1.0 for _ in WATCHED]
        for place in (RECORDS_HOUR, RECORDS_DAY):
            made[place] = records * (1.2 if day % 2 else 0.8)
        baselines.learn(made, is_experienced=day >= DEFAULTS.burn_in_days)
    return baselines


def peers(*records: float, days: int = 40) -> list:
    return [peer for one in records if (peer := peer_of(member(one, days))) is not None]


def norm(*records: float) -> Prior:
    return prior_of(peers(*records))


HONEST = (100, 120, 140, 160, 180, 200, 220, 240, 260)


def test_newcomers_are_expected_to_do_what_their_peers_do() -> None:
    assert norm(*HONEST).means[RECORDS_DAY] == pytest.approx(math.log1p(180 / 25), abs=0.2)


def test_few_members_or_new_ones_tell_nothing() -> None:
    assert norm(*HONEST[:7]) == Prior()
    assert peers(*HONEST, days=SENIOR_DAYS - 1) == []


def test_a_minority_of_bad_seniors_does_not_set_the_norm() -> None:
    honest, bad = norm(*HONEST), norm(*HONEST, *[1e7] * 8)
    assert bad.means[RECORDS_DAY] - honest.means[RECORDS_DAY] < math.log(2.0)


def test_even_a_group_of_nothing_but_bad_ones_has_a_ceiling() -> None:
    lifted = norm(*[1e9] * 20).means[RECORDS_DAY] - Prior().means[RECORDS_DAY]
    assert lifted <= math.log(20.0) + 1e-9


def newcomer(prior: Prior | None, days: int, records: int = 2) -> Profile:
    profile = Profile(b"new", prior=prior)
    for day in range(days):
        for call in range(30):
            profile.observe(Event(b"new", START + day * DAY + call * 300, Action.TOOL_CALL, records=records))
    return profile


@pytest.mark.parametrize("days", [3, 10])
def test_a_raid_by_a_newcomer_is_seen_where_peers_speak_and_never_held(days: int) -> None:
    led, blank = newcomer(norm(*HONEST), days), newcomer(None, days)
    raid = [Event(b"new", START + days * DAY + call, Action.TOOL_CALL, records=900) for call in range(40)]
    steps = {led.observe(event).step for event in raid}
    assert Step.THROTTLE in steps
    assert Step.HOLD not in steps
    assert not {blank.observe(event).step for event in raid} & ALERTS
    assert not led.is_frozen  # it is told of, and still gets to know itself


def test_what_peers_do_is_heard_less_and_less_and_changes_nothing_that_is_learned() -> None:
    led, blank = newcomer(norm(*HONEST), DEFAULTS.burn_in_days + 1), newcomer(None, DEFAULTS.burn_in_days + 1)
    assert led.baselines.image() == blank.baselines.image()
    assert not led.baselines.is_led
    assert led.baselines.expected == blank.baselines.expected


def test_what_peers_do_can_be_heard_later_and_anew() -> None:
    prior = norm(*HONEST)
    early, late = newcomer(prior, 3), newcomer(None, 3)
    late.expect(prior)
    assert early.baselines.expected == late.baselines.expected
    late.expect(Prior())
    assert late.baselines.expected == newcomer(None, 3).baselines.expected

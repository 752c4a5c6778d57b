from __future__ import annotations

from bench.behaviour.traffic import ATTACKS, Actor

from wardlaw.security.anomaly.event import Step
from wardlaw.security.anomaly.profile import Profile
from wardlaw.security.anomaly.standing import MEASURES, standing
from wardlaw.security.anomaly.watched import WATCHED


def worked(days: int) -> tuple[Actor, Profile]:
    actor = Actor("office", 42)
    profile = Profile(actor.key)
    for day in range(days):
        for event in actor.day(day):
            profile.observe(event)
    return actor, profile


def test_every_statistic_has_a_name_of_its_own() -> None:
    assert len(set(MEASURES)) == len(MEASURES) == len(WATCHED)


def test_somebody_new_is_described_without_an_alarm() -> None:
    found = standing(Profile(b"new"))
    assert (found.events, found.active_days, found.last_at) == (0, 0, 0.0)
    assert (found.experienced, found.alerting, found.step) == (False, False, Step.NONE)


def test_a_raid_is_shown_with_its_figures_until_it_is_accepted() -> None:
    actor, profile = worked(60)
    assert not standing(profile).alerting
    for event in ATTACKS["bulk"](actor, 60, 30.0):
        profile.observe(event)
    found = standing(profile)
    assert found.alerting
    assert found.step in (Step.THROTTLE, Step.HOLD)
    assert any("records" in reason for reason in found.reasons)
    hour = found.measures[MEASURES.index("records within an hour")]
    assert hour.seen > hour.usual > hour.typical
    for event in actor.day(61):  # the next morning it still stands there
        profile.observe(event)
    assert standing(profile).alerting
    profile.accept(profile.last)
    assert not standing(profile).alerting

"""Each public incident is noticed at the first event that can show it, and with little noise around it."""

from __future__ import annotations

import msgspec
import pytest

from wardlaw.inventory.activity import Deed
from wardlaw.testing.saas.company import DAY, Cast
from wardlaw.testing.saas.companydays import CompanyDays
from wardlaw.testing.saas.incidents import REPLAYS, START, consumer_ai_suite
from wardlaw.testing.saas.watching import alarms_of, lookout_of, surroundings_of

COVERS = ("company", "companydays", "watching")


@pytest.mark.parametrize("name", REPLAYS)
def test_an_incident_is_noticed_at_its_first_observable_signal(name) -> None:
    replay = REPLAYS[name]()
    assert replay.id == name
    alarms = list(alarms_of(lookout_of(replay.world), replay.world.activities))
    own = [(one.kind, one.event) for one in alarms if one.app in replay.apps]
    for signal in replay.signals:
        assert signal in own
    assert {event for _, event in own} <= {event for _, event in replay.signals}  # and nothing before it began
    assert own[0][1] == replay.signals[0][1] == "x1"
    days = {(one.app, int(one.at // 86_400)) for one in replay.world.activities}
    assert len(alarms) - len(own) <= 4, [one for one in alarms if one.app not in replay.apps]
    assert len(days) > 900


def test_the_ai_suite_is_noticed_without_anybody_knowing_its_client_id() -> None:
    replay = consumer_ai_suite("some-other-client")
    alarms = list(alarms_of(lookout_of(replay.world), replay.world.activities))
    own = [(one.kind, one.event) for one in alarms if one.app in replay.apps]
    assert set(replay.signals) <= set(own)
    assert own[0] == replay.signals[0]
    assert not any("client id" in one.cause for one in alarms)


def test_a_campaign_is_one_alarm_that_grows() -> None:
    replay = REPLAYS["heroku-travis-2022"]()
    lookout = lookout_of(replay.world)
    alarms = [one for one in alarms_of(lookout, replay.world.activities) if one.app in replay.apps]
    assert len(alarms) <= 6
    grown = {one.key.split("\n")[0]: one.count for one in lookout.take_growth() if one.app == "heroku"}
    assert grown["new-network"] == 52
    assert lookout.take_growth() == []


def test_a_company_is_the_same_from_the_same_seed_and_full_of_life() -> None:
    worlds = []
    for _ in range(2):
        cast = Cast(people=120, apps=40, platform="entra", seed=3)
        world = cast.found(START)
        CompanyDays(cast, world, START).live(60)
        worlds.append(world)
    one, other = worlds
    assert one.activities == other.activities
    deeds = {activity.deed for activity in one.activities}
    assert {Deed.USE, Deed.EXPORT, Deed.CONSENT, Deed.CREDENTIAL_ADDED, Deed.ROLE_ASSIGNED} <= deeds
    days = {int((activity.at - START) // DAY) for activity in one.activities}
    assert set(range(59)) <= days
    ids = [activity.id for activity in one.activities]
    assert len(set(ids)) < len(ids)  # some come twice
    times = [activity.at for activity in one.activities]
    assert times != sorted(times)  # and some late


def test_what_was_decided_is_read_and_a_wrong_word_is_said_to_be_whose() -> None:
    world = Cast(people=12, apps=4, platform="google", seed=1).found(START)
    world.extras["app x"] = {
        "decided": {"approved": True, "addresses": ["20.0.0.0/8"]},
        "homepage": "https://x.example",
    }
    world.extras["account y"] = {"gone_at": 5.0}
    around = surroundings_of(world)
    assert around.facts["x"].addresses == ("20.0.0.0/8",)
    assert around.gone == {"y": 5.0}
    world.extras["app z"] = {"decided": {"approved": "perhaps"}}
    with pytest.raises(msgspec.ValidationError, match="app z"):
        surroundings_of(world)

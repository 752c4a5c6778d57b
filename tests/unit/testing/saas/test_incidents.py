"""Each public incident is noticed at the first event that can show it, and with little noise around it."""

from __future__ import annotations

import pytest

from wardlaw.testing.saas.incidents import REPLAYS, consumer_ai_suite
from wardlaw.testing.saas.watching import alarms_of, lookout_of


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

from __future__ import annotations

from wardlaw.inventory.model import Account, AccountState, Credential
from wardlaw.testing.saas.incidents import REPLAYS
from wardlaw.testing.saas.recorded import findings_of, ordinary, standing


def test_what_is_noticed_comes_in_order_and_once_for_each_cause() -> None:
    world = REPLAYS["heroku-travis-2022"]().world
    _, found = findings_of(world, world.activities)
    own = {(one.rule, one.event): one.count for one in found if one.event.startswith("x")}
    assert list(own)[:2] == [("new-network", "x1"), ("method-never-used", "x1")]
    assert own["new-network", "x1"] == 52  # each of its events came from there, and one finding grew
    assert len({one.id for one in found}) == len(found)


def test_the_organisation_as_it_stands_is_held_against_the_rules() -> None:
    world = ordinary(5, people=20, apps=8, days=3)
    lookout, _ = findings_of(world, world.activities)
    assert standing(world, lookout) == []
    world.put(Account("leaver", state=AccountState.SUSPENDED), Credential("key", "leaver", "key"))
    assert [one.rule for one in standing(world, lookout)] == ["owner-gone"]


def test_a_seed_draws_the_same_company_again() -> None:
    assert ordinary(5, people=20, apps=8, days=2).activities == ordinary(5, people=20, apps=8, days=2).activities

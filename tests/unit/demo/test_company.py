from __future__ import annotations

from pathlib import Path

import pytest

from wardlaw.demo.company import keep, live, replay
from wardlaw.testing.saas.incidents import REPLAYS
from wardlaw.testing.saas.world import load_world


def test_a_company_lives_and_is_looked_at(tmp_path: Path) -> None:
    said: list[float] = []
    world, life = live(lambda share, _word: said.append(share), seed=3, people=60, days=8)
    assert (life.people, life.grants, life.events) == (
        sum(1 for one in world.accounts.values() if one.acts_as.value == "human"),
        len(world.grants),
        len(world.activities),
    )
    assert life.events > 1_000
    assert said == sorted(said)
    keep(world, tmp_path / "company")
    assert load_world(tmp_path / "company", tmp_path / "company" / "events.jsonl").grants == world.grants


@pytest.mark.parametrize("name", sorted(REPLAYS))
def test_each_incident_is_noticed_at_its_first_event(name: str) -> None:
    _, found = replay(name)
    assert found.first is not None
    assert (found.first.event, found.late_s) == ("x1", 0.0)
    assert found.steps >= 2

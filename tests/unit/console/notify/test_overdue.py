from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.console_fakes import LIFE_KEY, START, TWO_CLAUSES, Api
from wardlaw.console.notify.overdue import KIND, OverdueReviews
from wardlaw.facts.person import Role
from wardlaw.store.database import reading, writing
from wardlaw.store.incidents import get_incident
from wardlaw.store.life import LifeStore
from wardlaw.store.notifications import Event, list_due


@pytest.fixture
def api(tmp_path: Path):
    made = Api(tmp_path)
    life = made.made.life
    life.is_on = True
    with writing(made.made.engine) as connection:
        life.keep(connection, life.adopt(connection, at=START), by="wardlaw", at=START, reason="", record="ctl_0")
    yield made
    made.close()


def overdue(api: Api) -> OverdueReviews:
    return OverdueReviews(api.made.engine, LifeStore(LIFE_KEY), channels=("mail", "hook"), clock=api.made.clock)


def queued(api: Api) -> list[tuple[str, str]]:
    with reading(api.made.engine) as connection:
        due = list_due(connection, now=api.made.clock.now)
    return sorted((one.channel, one.incident) for one in due if one.event is Event.OVERDUE)


def test_a_late_review_of_an_emergency_is_told_once_over_every_channel(api: Api) -> None:
    api.made.policies.files["one.yaml"] = TWO_CLAUSES["one.yaml"].replace("over: 1000", "over: 500")
    secops, legal, ciso = (api.person(one.value, one) for one in (Role.SECOPS, Role.LEGAL, Role.CISO))
    api.ok("POST", "/policy/clauses/GOV-20/emergency", {"reason": "it is being used now"}, uid=secops)
    watch = overdue(api)
    assert watch.run_once() == ()
    api.made.clock.now += 86_400
    (name,) = watch.run_once()
    assert watch.run_once() == ()
    assert overdue(api).run_once() == (name,)  # after a start anew: queued already, so told once
    assert queued(api) == [("hook", name), ("mail", name)]
    with reading(api.made.engine) as connection:
        incident = get_incident(connection, name)
    assert (incident.kind, incident.exchange) == (KIND, "GOV-20~2")
    digest = api.ok("GET", "/policy/clauses/GOV-20/text", uid=legal)["version"]["content"]["digest"]
    for uid in (legal, ciso):
        api.ok("POST", "/policy/clauses/GOV-20/approve", {"digest": digest}, uid=uid)
    assert overdue(api).run_once() == ()


def test_broken_glass_nobody_looked_at_is_told_by_its_own_incident(api: Api) -> None:
    secops = api.person("sec", Role.SECOPS)
    asked = {"reason": "outage", "minutes": 5, "principals": ["user:ben"]}
    glass = api.ok("POST", "/break-glass", asked, uid=secops)["glass"]
    api.made.clock.now = glass["review_by"]
    assert overdue(api).run_once() == (glass["incident"],)
    assert [name for _, name in queued(api)] == [glass["incident"]] * 2


def test_it_looks_in_the_background_until_it_is_stopped(api: Api) -> None:
    async def look() -> None:
        watch = overdue(api)
        await watch.stop()
        watch.start()
        await asyncio.sleep(0)
        await watch.stop()

    asyncio.run(look())

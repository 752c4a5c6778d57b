"""Coverage from a log on real stores: whose traffic it was, what was counted, and what never helps a clause."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from sqlalchemy import update
from tests.console_fakes import published
from tests.unit.console.desks.test_replay import asked, place

from wardlaw.console.desks.coverage import CoverageDesk
from wardlaw.console.desks.policies import Published
from wardlaw.evidence.coverage import State
from wardlaw.evidence.survey import Heard, Survey
from wardlaw.facts.effect import RouteMode
from wardlaw.facts.errors import ConfigError, InputError
from wardlaw.facts.exchange import Measures
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.facts.request import RequestFacts, Snapshot
from wardlaw.governance.shipped import starter_sources
from wardlaw.register.system import UNREGISTERED, System
from wardlaw.store.database import reading, writing
from wardlaw.store.systems import add_system
from wardlaw.store.tables import SEALED_PART
from wardlaw.testing.decisions import put_decisions

__all__ = ["place"]
AT = 1_790_000_000.0
PUBLISHED = published(msgspec.json.encode(starter_sources()))
BOT = Principal("agent:crm-1", PrincipalKind.AGENT)


@pytest.fixture
def desk(place: Any) -> SimpleNamespace:
    made = SimpleNamespace(now=AT + 1_000, heard=Heard(), published_at=AT - 10, readings={})

    def in_force() -> Published:
        return msgspec.structs.replace(PUBLISHED, published_at=made.published_at)

    made.desk = CoverageDesk(
        place.keyring, in_force, heard=lambda *_: made.heard, readings=made.readings, clock=lambda: made.now
    )
    made.place = place
    with writing(place.engine) as connection:
        crm = System("crm", "CRM", "person:ann", "answers", principals=("agent:crm-*",))
        add_system(connection, crm, by="person:ann", now=AT)
    return made


def put(place: Any, *requests: RequestFacts, first: int = 0) -> None:
    with writing(place.engine) as connection:
        moments = [(one, (), Snapshot()) for one in requests]
        put_decisions(connection, place.keyring, PUBLISHED.policies, moments, first=first)


def look(desk: SimpleNamespace) -> Survey:
    with reading(desk.place.engine) as connection:
        survey, counted = desk.desk.survey(connection)
    assert counted.end == counted.log_end
    return survey


def counts(desk: SimpleNamespace, system: str) -> Any:
    survey = look(desk)
    listed = next(one for one in survey.systems if one.system.id == system)
    running = max(survey.running, key=lambda one: survey.observed(one, listed).counts.seen)
    return survey.observed(running, listed).counts


def test_decisions_are_counted_once_and_for_the_system_whose_they_are(desk: SimpleNamespace) -> None:
    assert [one.system.id for one in look(desk).systems] == ["crm"]
    put(desk.place, asked(1, principal=BOT), asked(2, principal=BOT), asked(3))
    assert counts(desk, "crm").seen == 2
    assert counts(desk, UNREGISTERED).seen == 1
    put(desk.place, asked(4, principal=BOT), first=3)
    found = counts(desk, "crm")
    assert (found.seen, found.evaluated, found.stray_at) == (3, 3, 0.0)
    desk.desk.forget()
    assert counts(desk, "crm").seen == 3


def test_what_only_observes_was_unread_or_ran_under_another_set_is_told(desk: SimpleNamespace) -> None:
    put(desk.place, asked(1, principal=BOT, route_mode=RouteMode.OBSERVE), asked(2, principal=BOT))
    assert counts(desk, "crm").only_observed == 1
    unread = msgspec.structs.replace(asked(3, principal=BOT), measures=Measures(uninspected=("image",)))
    put(desk.place, unread, first=2)
    survey = look(desk)
    listed = survey.systems[0]
    content = [one for one in survey.running if one.reads_content and survey.observed(one, listed).counts.seen]
    assert all(survey.observed(one, listed).counts.uninspected for one in content)


def test_what_cannot_be_opened_is_nobodys_and_helps_nobody(desk: SimpleNamespace) -> None:
    put(desk.place, asked(1, principal=BOT), asked(2, principal=BOT))
    with writing(desk.place.engine) as connection:
        connection.execute(update(SEALED_PART).where(SEALED_PART.c.leaf_index == 0).values(ciphertext=b"\x01spoiled"))
    assert counts(desk, "crm").seen == 1
    assert counts(desk, UNREGISTERED).seen == 1


def test_old_traffic_falls_out_of_the_window(desk: SimpleNamespace) -> None:
    put(desk.place, asked(1, principal=BOT))
    assert counts(desk, "crm").seen == 1
    desk.now += 32 * 86_400
    assert counts(desk, "crm").seen == 0


def test_nothing_is_proven_where_nothing_else_speaks_for_it(desk: SimpleNamespace) -> None:
    put(desk.place, asked(1, principal=BOT))
    with reading(desk.place.engine) as connection:
        survey, _ = desk.desk.survey(connection, date(2030, 1, 1))
        states = {one.state for one in desk.desk.lines(connection, survey, "")}
        law = desk.desk.lines(connection, survey, "eu-ai-act")
        assert states <= {State.GAP, State.SHADOW, State.STALE, State.NOT_APPLICABLE}
        assert not [one for one in law if one.state in (State.PROVEN, State.ATTESTED)]
        with pytest.raises(InputError) as unknown:
            desk.desk.lines(connection, survey, "eu-ai-akt")
        assert unknown.value.code == "WL-FWK-003"


def test_a_reading_of_a_day_is_one_that_readers_know(desk: SimpleNamespace, place: Any) -> None:
    with reading(place.engine) as connection:
        frameworks = desk.desk.frameworks(connection)

    def ask(ref: str, day: date) -> Any:
        made = CoverageDesk(
            place.keyring, lambda: None, heard=lambda *_: Heard(), readings={ref: day}, clock=lambda: AT
        )
        return made.readings(frameworks)

    assert ask("eu-ai-act:art-49", date(2027, 12, 2)) == {"eu-ai-act:art-49": date(2027, 12, 2)}
    for ref, day in (
        ("eu-ai-act:art-49", date(2030, 1, 1)),
        ("eu-ai-act:art-4", date(2025, 2, 2)),
        ("x:y", date(2025, 2, 2)),
    ):
        with pytest.raises(ConfigError) as error:
            ask(ref, day)
        assert error.value.code == "WL-FWK-004"


def test_what_nobody_registered_is_told_with_its_newest_decision_until_it_is_registered(desk: SimpleNamespace) -> None:
    other = Principal("agent:shadow", PrincipalKind.AGENT)
    put(desk.place, asked(1, principal=BOT), asked(2, principal=other), asked(3, principal=other))

    def seen() -> list[tuple[str, int, str]]:
        with reading(desk.place.engine) as connection:
            found, counted = desk.desk.unclaimed(connection)
        assert counted.end == counted.log_end
        return [(one.principal, one.decisions, one.last) for one in found]

    assert seen() == [("agent:shadow", 2, asked(3).id)]
    with writing(desk.place.engine) as connection:
        add_system(
            connection, System("s", "S", "person:ann", "?", principals=("agent:shadow",)), by="person:ann", now=AT
        )
    assert seen() == []

from __future__ import annotations

import msgspec

from tests.unit.store.test_findingquery import BESIDE, keys
from tests.unit.store.test_grantlots import listed
from wardlaw.inventory.findings import accepted, closed
from wardlaw.inventory.rules import Weight
from wardlaw.store.database import writing
from wardlaw.store.doorseen import DOOR
from wardlaw.store.findings import list_findings, replace_finding
from wardlaw.store.settling import settle


def kept(connection) -> dict[str, tuple[str, float, float]]:
    return {one.about: (one.state.value, one.first_at, one.last_at) for one in list_findings(connection, "acme")}


def test_only_what_changed_is_written_and_what_is_still_so_was_seen_again(database) -> None:
    with writing(database) as connection:
        listed(connection, 1, *keys(2))
        settle(connection, "acme", (BESIDE,), now=10.0)
        listed(connection, 2, *keys(1))
        settle(connection, "acme", (), now=20.0)
        assert kept(connection) == {
            "credential k0": ("open", 10.0, 20.0),
            "credential k1": ("closed", 10.0, 10.0),
            "app a": ("closed", 10.0, 10.0),
        }
        listed(connection, 3, *keys(2))
        settle(connection, "acme", (BESIDE,), now=30.0)
        assert {state for state, _, _ in kept(connection).values()} == {"open", "reopened"}
        settle(connection, "other", (), now=40.0)
        settle(connection, DOOR, (), now=40.0)
        assert kept(connection)["credential k0"] == ("open", 10.0, 30.0)


def test_what_people_closed_opens_when_a_run_finds_it_and_what_they_accepted_when_its_day_has_passed(database) -> None:
    with writing(database) as connection:
        listed(connection, 1, *keys(2))
        settle(connection, "acme", (), now=10.0)
        first, second = list_findings(connection)
        replace_finding(connection, first, closed(first, by="person:a", reason="r", at=11.0))
        replace_finding(connection, second, accepted(second, by="person:a", reason="r", at=11.0, until=50.0))
        settle(connection, "acme", (), now=20.0)
        assert sorted(state for state, _, _ in kept(connection).values()) == ["acknowledged", "reopened"]
        settle(connection, "acme", (), now=60.0)
        assert sorted(state for state, _, _ in kept(connection).values()) == ["reopened", "reopened"]


def test_more_than_is_written_at_once_waits_for_the_next_run(database) -> None:
    with writing(database) as connection:
        listed(connection, 1, *keys(5))
        for count in (2, 4, 5, 5):
            settle(connection, "acme", (), now=10.0, most=2)
            assert len(list_findings(connection)) == count


def test_what_is_new_or_graver_is_told_and_what_is_still_so_is_not(database) -> None:
    with writing(database) as connection:
        listed(connection, 1, *keys(1))
        first = settle(connection, "acme", (BESIDE,), now=10.0)
        assert {(one.before, one.after.about) for one in first} == {(None, "credential k0"), (None, "app a")}
        known = next(one.after for one in first if one.after.about == "credential k0")
        assert settle(connection, "acme", (), now=20.0)[0].after.about == "app a"
        assert settle(connection, "acme", (), now=30.0) == []
        replace_finding(connection, known, msgspec.structs.replace(known, weight=Weight.LOW))
        graver = settle(connection, "acme", (), now=40.0)
        assert [(one.before and one.before.weight, one.after.weight) for one in graver] == [(Weight.LOW, known.weight)]
        replace_finding(connection, known, msgspec.structs.replace(known, weight=Weight.CRITICAL))
        milder = settle(connection, "acme", (), now=50.0)
        assert [one.after.weight for one in milder] == [known.weight]

from __future__ import annotations

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.inventory.findings import FindingState, accepted, closed
from wardlaw.inventory.rules import GrantFinding, Weight
from wardlaw.inventory.watching.alarm import Alarm, AlarmKind, Growth
from wardlaw.store.database import writing
from wardlaw.store.findings import (
    get_finding,
    list_findings,
    replace_finding,
    revive_overdue,
    settle_rules,
    take_alarms,
)


def rule(about: str, rule_: str = "credential-old") -> GrantFinding:
    return GrantFinding(rule_, Weight.LOW, "acme", about, "ada", "", ("old",), "rotate")


def alarm(event: str, at: float) -> Alarm:
    return Alarm(AlarmKind.NEW_NETWORK, Weight.HIGH, "app", "", "AS1", event, at, ("new",))


def states(connection) -> dict[str, str]:
    return {one.about: one.state.value for one in list_findings(connection, "acme")}


def test_what_rules_find_opens_closes_and_opens_again(database) -> None:
    with writing(database) as connection:
        settle_rules(connection, "acme", [rule("c1"), rule("c2")], now=10.0)
        settle_rules(connection, "acme", [rule("c1")], now=20.0)
        assert states(connection) == {"c1": "open", "c2": "closed"}
        settle_rules(connection, "acme", [rule("c1"), rule("c2")], now=30.0)
        assert states(connection) == {"c1": "open", "c2": "reopened"}
        settle_rules(connection, "other", [], now=40.0)
        assert states(connection) == {"c1": "open", "c2": "reopened"}
        first = next(one for one in list_findings(connection) if one.about == "c1")
        assert (first.first_at, first.last_at, first.count) == (10, 30, 1)


def test_an_acceptance_ends(database) -> None:
    with writing(database) as connection:
        settle_rules(connection, "acme", [rule("c1")], now=10.0)
        (known,) = list_findings(connection)
        replace_finding(connection, known, accepted(known, by="person:a", reason="known", at=20.0, until=50.0))
        settle_rules(connection, "acme", [rule("c1")], now=40.0)
        assert states(connection) == {"c1": "acknowledged"}
        settle_rules(connection, "acme", [rule("c1")], now=50.0)
        after = get_finding(connection, known.id)
        assert (after.state, after.until, after.decided_by) == (FindingState.REOPENED, 0, "person:a")


def test_an_alarm_grows_and_comes_back_after_it_was_closed(database) -> None:
    with writing(database) as connection:
        assert [one.before for one in take_alarms(connection, "acme", [alarm("e1", 10.0)], [], now=11.0)] == [None]
        (known,) = list_findings(connection)
        growth = Growth("app", alarm("e1", 10.0).key, 10.0, 15.0, 40)
        assert [one.after.count for one in take_alarms(connection, "acme", [], [growth], now=16.0)] == [40]
        grown = get_finding(connection, known.id)
        assert (grown.count, grown.last_at, grown.event, grown.owasp[0]) == (40, 15.0, "e1", "NHI3")
        done = closed(grown, by="person:a", reason="moved", at=20.0)
        replace_finding(connection, grown, done)
        with pytest.raises(InputError) as caught:
            closed(done, by="person:a", reason="again", at=21.0)
        assert caught.value.code == "WL-INV-061"
        take_alarms(connection, "acme", [], [growth], now=22.0)  # of before it was closed
        assert get_finding(connection, known.id).state is FindingState.CLOSED
        (change,) = take_alarms(connection, "acme", [alarm("e9", 30.0)], [], now=31.0)
        assert change.before is not None
        again = get_finding(connection, known.id)
        assert change.after == again
        assert (again.state, again.event, again.count) == (FindingState.REOPENED, "e1", 41)
        settle_rules(connection, "acme", [], now=40.0)  # rules say nothing about what was noticed
        assert get_finding(connection, known.id).state is FindingState.REOPENED
        with pytest.raises(InputError) as caught:
            get_finding(connection, "fnd_none")
        assert caught.value.code == "WL-INV-060"


def test_what_was_accepted_until_a_day_that_has_passed_waits_again_once(database) -> None:
    with writing(database) as connection:
        take_alarms(connection, "acme", [alarm("e1", 10.0)], [], now=11.0)
        (known,) = list_findings(connection)
        replace_finding(connection, known, accepted(known, by="person:a", reason="moved", at=20.0, until=50.0))
        assert revive_overdue(connection, "acme", now=49.0) == []
        (change,) = revive_overdue(connection, "acme", now=50.0)
        assert (change.before.state, change.after.state) == (FindingState.ACKNOWLEDGED, FindingState.REOPENED)
        assert revive_overdue(connection, "acme", now=51.0) == []

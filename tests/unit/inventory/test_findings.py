from __future__ import annotations

import msgspec
import pytest

from wardlaw.inventory.findings import (
    FindingChange,
    FindingState,
    TrackedFinding,
    come_again,
    finding_id,
    grown_by,
    is_news,
    no_longer,
    of_alarm,
    of_rule,
    revived,
)
from wardlaw.inventory.rules import RULES, GrantFinding, Weight
from wardlaw.inventory.watching.alarm import Alarm, AlarmKind, Growth

ALARM = Alarm(AlarmKind.NEW_NETWORK, Weight.HIGH, "app", "", "AS1", "e1", 10.0, ("said",))
RULE = GrantFinding("owner-gone", Weight.HIGH, "acme", "grant g", "ada", "app", ("gone",), "Revoke it.")


def test_the_same_cause_has_the_same_id_and_no_other() -> None:
    assert of_alarm("acme", ALARM).id == of_alarm("acme", msgspec.structs.replace(ALARM, event="e9", at=99.0)).id
    others = [
        of_alarm("other", ALARM), of_alarm("acme", msgspec.structs.replace(ALARM, cause="AS2")),
        of_alarm("acme", msgspec.structs.replace(ALARM, app="b")), of_rule(RULE, at=1.0),
    ]  # fmt: skip
    assert len({of_alarm("acme", ALARM).id, *(one.id for one in others)}) == 5
    assert finding_id("a", "b", "c") != finding_id("a", "bc", "")


def test_every_rule_stands_in_the_lists() -> None:
    for rule in RULES:
        found = of_rule(msgspec.structs.replace(RULE, rule=rule), at=1.0)
        assert found.owasp
        assert found.attack


def test_states() -> None:
    known = of_rule(RULE, at=1.0)
    assert revived(known, at=9.0) is known
    accepted = msgspec.structs.replace(known, state=FindingState.ACKNOWLEDGED, until=5.0, reason="r")
    assert revived(accepted, at=4.9) is accepted
    assert revived(accepted, at=5.0).state is FindingState.REOPENED
    closed = no_longer(accepted, at=7.0)
    assert (closed.state, closed.until, closed.decided_by) == (FindingState.CLOSED, 0, "")
    assert no_longer(closed, at=9.0) is closed
    again = come_again(closed, of_rule(msgspec.structs.replace(RULE, evidence=("now",)), at=11.0), at=11.0)
    assert (again.state, again.evidence, again.first_at, again.last_at, again.count) == (
        FindingState.REOPENED,
        ("now",),
        1,
        11,
        1,
    )
    noticed = msgspec.structs.replace(of_alarm("acme", ALARM), state=FindingState.CLOSED, decided_at=20.0)
    assert grown_by(noticed, Growth("app", ALARM.key, 10.0, 19.0, 7), at=30.0).state is FindingState.CLOSED
    grown = grown_by(noticed, Growth("app", ALARM.key, 10.0, 21.0, 7), at=30.0)
    assert (grown.state, grown.count, grown.last_at) == (FindingState.REOPENED, 7, 21.0)


CRITICAL = frozenset({Weight.CRITICAL})


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, {}, True),
        (None, {"weight": Weight.HIGH}, False),
        ({}, {"count": 9}, False),
        ({"state": FindingState.CLOSED}, {"state": FindingState.REOPENED}, True),
        ({"state": FindingState.ACKNOWLEDGED}, {"state": FindingState.REOPENED}, True),
        ({"state": FindingState.REOPENED}, {"state": FindingState.CLOSED}, False),
        ({"weight": Weight.HIGH}, {}, True),
    ],
)
def test_news_is_what_begins_to_wait_or_becomes_grave(before, after, told) -> None:
    kept = of_rule(GrantFinding("r", Weight.CRITICAL, "acme", "app a", "", "a", (), ""), at=1.0)

    def made(changes: dict) -> TrackedFinding:
        return msgspec.structs.replace(kept, **changes)

    change = FindingChange(None if before is None else made(before), made(after))
    assert is_news(change, CRITICAL) is told

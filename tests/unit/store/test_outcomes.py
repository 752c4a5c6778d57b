"""Live decisions in the table: counts alone, days apart, later labels, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine

from wardlaw.facts.errors import InputError
from wardlaw.register.bias.counts import Label, LiveOutcome
from wardlaw.register.bias.live import LiveRule, LiveWatch
from wardlaw.register.checks import CheckOutcome
from wardlaw.store.database import reading, writing
from wardlaw.store.outcomes import add_outcomes, counts_since, keep_watch, watch_of
from wardlaw.store.outcometables import OUTCOME_COUNT

TODAY = date(2026, 11, 28)
WOMAN = {"sex": "Female"}


def add(database: Engine, *outcomes: LiveOutcome) -> None:
    with writing(database) as connection:
        add_outcomes(connection, "crm", outcomes, today=TODAY)


def code(database: Engine, *outcomes: LiveOutcome) -> str:
    with pytest.raises(InputError) as caught:
        add(database, *outcomes)
    return caught.value.code


def test_decisions_are_counted_by_day_and_their_labels_may_come_later(database: Engine) -> None:
    before = TODAY - timedelta(days=3)
    add(database, LiveOutcome(WOMAN, predicted=True, on=before), LiveOutcome(WOMAN, predicted=True, on=before))
    add(database, LiveOutcome(WOMAN, predicted=True, label=Label.YES, settles=True, on=before))
    add(database, LiveOutcome({"sex": "Male"}, predicted=False, label=Label.NO))
    with reading(database) as connection:
        groups = {one.values: one.cells for one in counts_since(connection, "crm", before).groups}
        assert groups == {("Female",): (0, 0, 0, 1, 0, 1), ("Male",): (1, 0, 0, 0, 0, 0)}
        assert counts_since(connection, "crm", TODAY).total == 1
        assert counts_since(connection, "other", before).total == 0
        assert len(connection.execute(select(OUTCOME_COUNT)).all()) == 3


def test_what_cannot_be_is_refused_and_nothing_of_it_is_kept(database: Engine) -> None:
    add(database, LiveOutcome(WOMAN, predicted=True))
    assert code(database, LiveOutcome(WOMAN, predicted=False, label=Label.YES, settles=True)) == "WL-BIA-011"
    assert code(database, LiveOutcome({"race": "x"}, predicted=True)) == "WL-BIA-008"
    assert code(database, LiveOutcome({}, predicted=True)) == "WL-BIA-008"
    assert code(database, LiveOutcome({"sex": "x" * 101}, predicted=True)) == "WL-BIA-008"
    for day in (TODAY + timedelta(days=1), TODAY - timedelta(days=401)):
        assert code(database, LiveOutcome(WOMAN, predicted=True, on=day)) == "WL-BIA-009"
    names = [LiveOutcome({"sex": f"person {one}"}, predicted=True) for one in range(5_001)]
    assert code(database, *names) == "WL-BIA-010"
    with reading(database) as connection:
        assert counts_since(connection, "crm", TODAY).total == 1


def test_one_rule_watches_a_system(database: Engine) -> None:
    first = LiveWatch("crm", LiveRule(), "person:ann", 5.0)
    second = LiveWatch("crm", LiveRule(window_days=7), "person:ben", 6.0, CheckOutcome.FAIL, 7.0)
    with writing(database) as connection:
        keep_watch(connection, first)
        assert watch_of(connection, "crm") == first
        keep_watch(connection, second)
    with reading(database) as connection:
        assert watch_of(connection, "crm") == second
        assert watch_of(connection, "other") is None

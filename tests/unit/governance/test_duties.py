"""Deadlines, reports and appeals."""

from __future__ import annotations

import msgspec
import pytest

from wardlaw.facts.appeal import Appeal, AppealCount, AppealState
from wardlaw.facts.errors import InputError
from wardlaw.facts.serious import SeriousClass, SeriousIncident
from wardlaw.governance.duties import (
    answered_appeal,
    check_times,
    count_appeals,
    report_draft,
    report_due,
    reported,
    serious_standing,
)

DAY = 86_400.0
SERIOUS = SeriousIncident(
    "ser_1", "inc_1", SeriousClass.DEATH, False, "triage", "", "Somebody died.", 50.0, 100.0, 100.0 + 10 * DAY,
    "person:lex", 120.0, ("dec_1",), ("hld_1",), "wardlaw.example\n12\nAAAA\n",
)  # fmt: skip
APPEAL = Appeal("app_1", "dec_1", ("GOV-07", "ACC-05"), "deny", "person:ana", 100.0, "It was mine.")


def code(work: object, *args: object, **named: object) -> str:
    with pytest.raises(InputError) as caught:
        work(*args, **named)  # type: ignore[operator]
    assert caught.value.hint
    return caught.value.code


@pytest.mark.parametrize(
    ("kind", "widespread", "days"),
    [
        (SeriousClass.DEATH, False, 10),
        (SeriousClass.DEATH, True, 2),
        (SeriousClass.INFRASTRUCTURE, False, 2),
        (SeriousClass.INFRASTRUCTURE, True, 2),
        (SeriousClass.HEALTH, False, 15),
        (SeriousClass.RIGHTS, False, 15),
        (SeriousClass.RIGHTS, True, 2),
        (SeriousClass.PROPERTY, False, 15),
    ],
)
def test_the_clock_starts_with_awareness_and_the_shortest_deadline_counts(
    kind: SeriousClass, widespread: bool, days: int
) -> None:
    assert report_due(kind, 1_000.0, is_widespread=widespread) == 1_000.0 + days * DAY


def test_times_must_be_in_their_order() -> None:
    check_times(occurred_at=1.0, aware_at=1.0, now=1.0)
    assert code(check_times, occurred_at=2.0, aware_at=1.0, now=3.0) == "WL-DUE-002"
    assert code(check_times, occurred_at=1.0, aware_at=4.0, now=3.0) == "WL-DUE-002"


def test_it_is_overdue_the_moment_after_and_late_when_it_was_sent_late() -> None:
    assert [serious_standing(SERIOUS, now=at) for at in (SERIOUS.due_at, SERIOUS.due_at + 1)] == ["open", "overdue"]
    late = SERIOUS.due_at + 5
    for sent, standing in ((SERIOUS.due_at, "reported"), (late, "reported-late")):
        closed = reported(SERIOUS, by="person:lex", sent_at=sent, report_ref="B-7", now=late)
        assert serious_standing(closed, now=late) == standing
    assert code(reported, closed, by="x", sent_at=200.0, report_ref="y", now=late) == "WL-DUE-003"
    for sent in (99.0, late + 1):
        assert code(reported, SERIOUS, by="x", sent_at=sent, report_ref="y", now=late) == "WL-DUE-004"


def test_a_draft_says_what_is_known_and_what_is_missing() -> None:
    draft = report_draft(SERIOUS, now=500.0)
    for part in ("3(49)(a): the death", "Somebody died.", "1970-01-11 00:01Z", "dec_1", "hld_1", "    AAAA"):
        assert part in draft
    assert "**Member State:** MISSING" in draft
    assert "**Corrective actions:** MISSING" in draft
    assert "no checkpoint yet" in report_draft(msgspec.structs.replace(SERIOUS, checkpoint=""), now=500.0)


def test_an_appeal_is_answered_once_and_counted_for_each_clause() -> None:
    right = answered_appeal(APPEAL, by="person:lex", overturns=True, answer="It was.", now=200.0)
    assert (right.state, right.answered_by, right.version) == (AppealState.OVERTURNED, "person:lex", 2)
    assert code(answered_appeal, right, by="person:ris", overturns=False, answer="x", now=300.0) == "WL-DUE-013"
    wrong = answered_appeal(APPEAL, by="person:lex", overturns=False, answer="No.", now=200.0)
    other = msgspec.structs.replace(APPEAL, clauses=())
    assert count_appeals([right, wrong, APPEAL, other]) == (
        AppealCount("", 1, 0, 0),
        AppealCount("ACC-05", 1, 1, 1),
        AppealCount("GOV-07", 1, 1, 1),
    )

"""The rule: pass, fail and review by the interval; small groups, one answer for all, missing labels."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.register.bias.outcomes import counts_of, rows_of
from wardlaw.facts.errors import InputError
from wardlaw.register.bias.check import BiasRule, SmallGroups, check_bias, check_counts
from wardlaw.register.bias.counts import Label
from wardlaw.register.bias.rates import BiasMetric
from wardlaw.register.bias.reading import ReadDecisions
from wardlaw.register.checks import CheckOutcome

COVERS = ("check", "measure")

RATIO = BiasRule("dp")
ODDS = BiasRule("eo", BiasMetric.EQUALIZED_ODDS_DIFFERENCE)


def outcome(rows, rule=RATIO, **more):
    return check_counts(counts_of(rows), rule, seed=3, **more).result


def test_clearly_alike_passes_clearly_apart_fails_and_between_a_person_looks() -> None:
    alike = rows_of("a", kept=2_000, of=4_000) + rows_of("b", kept=1_980, of=4_000)
    assert outcome(alike).outcome is CheckOutcome.PASS
    apart = rows_of("a", kept=2_000, of=4_000) + rows_of("b", kept=900, of=4_000)
    failed = outcome(apart)
    assert failed.outcome is CheckOutcome.FAIL
    assert "by sex it is 0.450 (0." in failed.why
    assert failed.figures[0].limit == 0.8
    between = rows_of("a", kept=100, of=200) + rows_of("b", kept=82, of=200)
    looked = outcome(between)
    assert looked.outcome is CheckOutcome.REVIEW
    assert looked.figures[0].low < 0.8 < looked.figures[0].high


def test_groups_of_three_are_told_and_never_pass() -> None:
    rows = rows_of("a", kept=2_000, of=4_000) + rows_of("b", kept=1_980, of=4_000) + rows_of("c", kept=0, of=3)
    found = outcome(rows)
    assert found.outcome is CheckOutcome.REVIEW
    assert "c cannot be measured: fewer than 100" in found.why
    assert any("apart because smaller than 100: c (3)" in note for note in found.notes)
    set_apart = outcome(rows, BiasRule("dp", small_groups=SmallGroups.APART))
    assert set_apart.outcome is CheckOutcome.PASS
    assert any("c (3)" in note for note in set_apart.notes)
    assert any(figure.name == "selection rate of c (by sex)" for figure in set_apart.figures)


def test_one_group_alone_cannot_be_compared() -> None:
    found = outcome(rows_of("a", kept=500, of=1_000) + rows_of("b", kept=1, of=5))
    assert found.outcome is CheckOutcome.REVIEW
    assert "cannot be measured" in found.why


@pytest.mark.parametrize("kept", [0, 1_000])
def test_the_same_answer_for_everybody_is_no_pass(kept: int) -> None:
    found = outcome(rows_of("a", kept=kept, of=1_000) + rows_of("b", kept=kept, of=1_000))
    assert found.outcome is CheckOutcome.REVIEW


def test_labels_all_of_one_kind_or_unknown_are_no_pass() -> None:
    one_class = rows_of("a", kept=500, of=1_000) + rows_of("b", kept=500, of=1_000)
    found = outcome(one_class, ODDS)
    assert found.outcome is CheckOutcome.REVIEW
    assert any("too few labels of one kind are known of a, b" in note for note in found.notes)
    unknown = [(group, said, Label.UNKNOWN) for group, said, _ in one_class]
    assert outcome(unknown, ODDS).outcome is CheckOutcome.REVIEW
    assert outcome(unknown).outcome is CheckOutcome.PASS


def test_equal_odds_with_both_labels() -> None:
    rows = [row for group in "ab" for label, kept in ((Label.YES, 800), (Label.NO, 100))
            for row in rows_of(group, kept=kept, of=1_000, label=label)]  # fmt: skip
    assert outcome(rows, ODDS).outcome is CheckOutcome.PASS
    worse = (
        [row for row in rows if row[0] != ("b",)]
        + rows_of("b", kept=500, of=1_000)
        + rows_of("b", kept=100, of=1_000, label=Label.NO)
    )
    assert outcome(worse, ODDS).outcome is CheckOutcome.FAIL


def test_rows_without_an_answer_are_no_pass() -> None:
    counts = counts_of(rows_of("a", kept=2_000, of=4_000) + rows_of("b", kept=1_980, of=4_000))
    found = check_bias(ReadDecisions(counts, unanswered=12), RATIO, seed=3).result
    assert found.outcome is CheckOutcome.REVIEW
    assert found.why == "12 rows have no answer and are in no figure."


def test_a_rule_over_an_attribute_that_is_not_there() -> None:
    with pytest.raises(InputError) as caught:
        outcome(rows_of("a", kept=1, of=2), BiasRule("dp", groups=("sex x age",)))
    assert caught.value.code == "WL-BIA-005"


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 300), st.integers(1, 300))
def test_the_ratio_never_passes_below_its_limit(kept: int, other: int, more: int, rest: int) -> None:
    rows = rows_of("a", kept=kept, of=kept + more) + rows_of("b", kept=other, of=other + rest)
    found = outcome(rows)
    rates = sorted((kept / (kept + more), other / (other + rest)))
    if found.outcome is CheckOutcome.PASS:
        assert rates[0] / rates[1] >= 0.8
    if found.outcome is CheckOutcome.FAIL:
        assert rates[0] / rates[1] < 0.8


def test_everything_told_can_be_written_down() -> None:
    answer = check_counts(counts_of(rows_of("a", kept=50, of=100) + rows_of("b", kept=50, of=100)), RATIO, seed=3)
    assert answer.report.groupings[0].grouping == "sex"
    assert answer.report.groupings[0].groups[0].selection.is_known
    assert answer.result.next

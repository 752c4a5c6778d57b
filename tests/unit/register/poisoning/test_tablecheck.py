"""Tables: a clean version passes, a backdoor and flipped labels are found and named, what cannot be measured is no pass."""

from __future__ import annotations

import msgspec
import pytest

from tests.unit.register.poisoning.tables import backdoored, columns, flipped, rows
from wardlaw.facts.errors import DataError, InputError
from wardlaw.register.checks import CheckOutcome
from wardlaw.register.poisoning.baseline import read_baseline, signed_words, write_baseline
from wardlaw.register.poisoning.shift import ShiftTally, shifts, surprise, two_proportions
from wardlaw.register.poisoning.table import Encoder, plan_table
from wardlaw.register.poisoning.tablecheck import (
    PoisonLimits,
    TableReference,
    TableSample,
    check_table,
    ended,
    table_baseline,
    trusted_reference,
)

COVERS = ("tablecheck", "table", "shift", "neighbours", "labels", "baseline")

TRUSTED = columns(rows(900, seed=1))
PLAN = plan_table(TRUSTED, "income")
FIRST = rows(3_000, seed=2)


def sample(table, *, halves=False) -> TableSample:
    found = TableSample(PLAN)
    found.add(columns(table), halves=halves)
    return found


@pytest.fixture(scope="module")
def reference() -> TableReference:
    baseline = table_baseline(sample(FIRST, halves=True), name="v1.csv", data="0" * 64, trusted=TRUSTED)
    kept = read_baseline(write_baseline(baseline))
    assert kept == baseline
    return TableReference(kept, TRUSTED)


def outcomes(table, reference) -> dict[str, CheckOutcome]:
    found = check_table(sample(table), reference, limits=PoisonLimits())
    return {one.id.removeprefix("poisoning-"): one.outcome for one in found}


def test_a_clean_new_version_raises_nothing(reference) -> None:
    for seed in range(3, 7):
        version = FIRST[300:] + rows(400, seed=seed)
        assert set(outcomes(version, reference).values()) == {CheckOutcome.PASS}, seed


def test_a_backdoor_is_found_and_its_column_and_value_are_named(reference) -> None:
    found = check_table(sample(backdoored(FIRST, share=0.01, seed=5)), reference, limits=PoisonLimits())
    assert ended(found) is CheckOutcome.FAIL
    shift = next(one for one in found if one.id == "poisoning-shift")
    assert shift.outcome is CheckOutcome.FAIL
    assert "place = atlantis" in shift.why
    more = check_table(sample(backdoored(FIRST, share=0.05, seed=5)), reference, limits=PoisonLimits())
    trigger = next(one for one in more if one.id == "poisoning-trigger")
    assert trigger.outcome is CheckOutcome.FAIL
    assert "atlantis" in trigger.why


def test_flipped_labels_are_found_by_those_who_know_better(reference) -> None:
    found = outcomes(flipped(FIRST, share=0.08, seed=6), reference)
    assert found["label-doubts"] is CheckOutcome.FAIL
    assert found["neighbours"] is CheckOutcome.FAIL


def test_trusted_rows_alone_are_enough_for_much() -> None:
    alone = trusted_reference(TRUSTED, "income", name="t.csv", data="0" * 64)
    assert set(outcomes(FIRST, alone).values()) == {CheckOutcome.PASS}
    assert CheckOutcome.FAIL in outcomes(backdoored(FIRST, share=0.05, seed=7), alone).values()


def test_classes_nobody_knows_ask_for_a_person(reference) -> None:
    strange = [[*row[:3], "middling"] if at % 50 == 0 else row for at, row in enumerate(FIRST)]
    assert outcomes(strange, reference)["shift"] is CheckOutcome.REVIEW


def test_labels_all_of_one_class_are_no_pass(reference) -> None:
    alike = [[*row[:3], "high"] for row in FIRST]
    found = outcomes(alike, reference)
    assert found["label-doubts"] is CheckOutcome.REVIEW
    assert CheckOutcome.FAIL in found.values()


def test_columns_that_are_missing_and_labels_that_are_none() -> None:
    with pytest.raises(InputError) as caught:
        TableSample(PLAN).add({"age": ["1"], "income": ["low"]})
    assert caught.value.code == "WL-DAT-005"
    for given, label, code in (
        (TRUSTED, "wage", "WL-DAT-002"),
        ({"a": [], "y": []}, "y", "WL-DAT-001"),
        ({"a": ["1", "2"], "y": ["x", "x"]}, "y", "WL-DAT-003"),
        ({"a": ["1"] * 300, "y": [str(one) for one in range(300)]}, "y", "WL-DAT-003"),
    ):
        with pytest.raises(DataError) as wrong:
            plan_table(given, label)
        assert wrong.value.code == code


def test_numbers_words_and_gaps_in_one_column() -> None:
    mixed = {"x": ["1", "2.5", "", "nan", *map(str, range(60)), "many"], "y": ["a", "b"] * 32 + ["a"]}
    plan = plan_table(mixed, "y")
    assert plan.columns[0].numeric
    tally = ShiftTally(plan)
    tally.add(mixed)
    values = {value for _, value in tally.amounts()}
    assert {"(missing)", "(no number)"} <= values
    assert Encoder(mixed, plan).encode(mixed).shape == (65, 1)
    assert shifts(tally, tally.sketch()) == ()


def test_what_is_kept_holds_no_value() -> None:
    text = write_baseline(table_baseline(sample(FIRST, halves=True), name="v1", data="0" * 64)).decode()
    assert "town3" not in text
    assert "job1" not in text
    assert signed_words(text.encode()).startswith("wardlaw.baseline/v1\n")
    with pytest.raises(DataError):
        read_baseline(b'{"of":"table"}')


def test_every_nth_row_of_all_is_kept() -> None:
    plan = plan_table({"x": ["1", "2"], "y": ["a", "b"]}, "y")
    table = TableSample(plan)
    for begin in range(0, 100_000, 7_000):
        size = min(7_000, 100_000 - begin)
        table.add({"x": [str(begin + one) for one in range(size)], "y": ["a", "b"] * (size // 2)})
    kept = [int(one) for one in table.sample["x"]]
    assert len(kept) <= 20_000
    assert kept == sorted(kept)
    assert kept[0] == 0
    assert kept[-1] > 99_900
    assert msgspec.structs.asdict(plan)["label"] == "y"


def test_surprise_is_signed_and_nothing_for_the_same_share() -> None:
    assert surprise(5, 100, 5, 100) == pytest.approx(0, abs=1e-6)
    assert surprise(20, 100, 5, 100) > 3 > -3 > surprise(5, 100, 20, 100)
    assert surprise(300, 1_000, 270, 1_000) == pytest.approx(two_proportions(300, 1_000, 270, 1_000), abs=0.01)
    assert two_proportions(0, 0, 1, 2) == 0

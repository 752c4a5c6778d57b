"""Tables: a clean version passes, a backdoor and flipped labels are found and named, what cannot be measured is no pass."""

from __future__ import annotations

import math

import msgspec
import pytest

from tests.unit.register.poisoning.tables import backdoored, columns, flipped, rows
from wardlaw.facts.errors import DataError, InputError
from wardlaw.register.checks import CheckOutcome
from wardlaw.register.poisoning.baseline import read_baseline, signed_words, write_baseline
from wardlaw.register.poisoning.labels import LabelDoubts, label_doubts
from wardlaw.register.poisoning.lift import Lift, LiftTally
from wardlaw.register.poisoning.shift import ShiftTally, shifts, surprise, two_proportions
from wardlaw.register.poisoning.table import ColumnPlan, Encoder, TablePlan, plan_table
from wardlaw.register.poisoning.tablecheck import (
    PoisonLimits,
    TableMeasures,
    TableReference,
    TableSample,
    check_table,
    ended,
    judge_table,
    measure_table,
    table_baseline,
    trusted_reference,
)

COVERS = ("tablecheck", "table", "shift", "neighbours", "labels", "baseline", "lift")

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


def test_a_column_of_more_values_than_are_kept_raises_nothing_and_hides_no_trigger() -> None:
    plan = TablePlan("label", (ColumnPlan("id"),))

    def tallied(first: int, triggers: int) -> ShiftTally:
        tally = ShiftTally(plan, most_values=500)
        for begin in range(0, 6_000, 200):
            ids = [f"{first + (begin + at) % 3_000}" for at in range(200)]
            marked = max(0, min(200, triggers - begin))
            tally.add({"label": ["yes"] * 200, "id": ["trigger"] * marked + ids[marked:]})
        return tally

    before = tallied(0, 0).sketch()
    assert before.lost["id"] > 0
    clean, poisoned = shifts(tallied(1_500, 0), before), shifts(tallied(1_500, 400), before)
    assert not clean or clean[0].z < 4
    assert (poisoned[0].value, poisoned[0].z > 6) == ("trigger", True)


def test_a_new_value_in_half_a_percent_of_the_rows_is_found_and_named(reference) -> None:
    found = check_table(sample(backdoored(FIRST, share=0.005, seed=8)), reference, limits=PoisonLimits())
    rare = next(one for one in found if one.id == "poisoning-rare-values")
    assert rare.outcome is CheckOutcome.FAIL
    assert rare.why.startswith("place = atlantis stands in 1")
    assert "before in 0 of" in rare.why


def test_rare_values_are_judged_by_the_exact_test_and_only_where_it_could_tell() -> None:
    def one(count: int, before: int, value: str = "v") -> Lift:
        return Lift("c", value, "yes", 0.0, count, 1_000, before, 2_000)

    def nats(*found: Lift) -> list[float]:
        tally = LiftTally()
        for each in found:
            tally.add(each)
        return [each.nats for each in tally.read()]

    # Ten of ten marked rows among a third of all: a third to the power of ten, a little less without replacement.
    (alone,) = nats(one(10, 0))
    assert alone == pytest.approx(10 * math.log(3), abs=0.05)
    assert nats(*(one(1, 1, f"w{at}") for at in range(500)), one(10, 0)) == [pytest.approx(alone)]  # none could tell
    (many,) = nats(*(one(10, 20, f"w{at}") for at in range(500)), one(10, 0))
    assert many == pytest.approx(alone - math.log(501))  # each of those could have
    assert nats(one(4, 0)) == nats(one(10, 12)) == nats(one(0, 0)) == []


def test_classes_of_a_few_rows_are_left_out_and_named(reference) -> None:
    version = [[*row[:3], "recommend"] if at in (7, 900) else row for at, row in enumerate(FIRST)]
    found = check_table(sample(version), reference, limits=PoisonLimits())
    assert ended(found) is CheckOutcome.PASS
    doubts = next(one for one in found if one.id == "poisoning-label-doubts")
    assert doubts.notes == ("Classes of fewer than 10 rows, of which nothing can be said, were left out: recommend.",)
    counted = label_doubts(columns(version), PLAN)
    assert (counted.rows, counted.left_out, set(counted.classes)) == (2_998, ("recommend",), {"high", "low"})
    assert label_doubts(columns(FIRST[:9]), PLAN).rows == 0


def test_doubts_of_one_class_are_seen_although_they_are_few_of_all() -> None:
    def measured(now: tuple[int, int]) -> TableMeasures:
        others = {"a": (100, 4_000), "b": (90, 4_000)}
        before = LabelDoubts(195, 8_200, {**others, "c": (5, 200)})
        after = LabelDoubts(190 + now[0], 8_000 + now[1], {**others, "c": now})
        return TableMeasures((), 0.0, (), after, before)

    doubts = judge_table(measured((30, 220)), limits=PoisonLimits())[2]
    assert (doubts.id, doubts.outcome) == ("poisoning-label-doubts", CheckOutcome.FAIL)
    assert doubts.why.startswith("13.64% of the labels c are in doubt, 2.50% before")
    assert judge_table(measured((9, 220)), limits=PoisonLimits())[2].outcome is CheckOutcome.PASS


def test_labels_of_one_class_turned_into_another_show_in_that_class(reference) -> None:
    measured = measure_table(sample(flipped(FIRST, share=0.06, seed=3)), reference)
    assert {one.label for one in measured.class_doubts} == {"high", "low"}
    assert measured.class_doubts[0].grown > 0.02

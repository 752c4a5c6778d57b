"""Values of files as decisions: what means yes, what is missing, and what cannot be a group."""

from __future__ import annotations

import pytest

from wardlaw.facts.errors import DataError
from wardlaw.register.bias.counts import MISSING
from wardlaw.register.bias.reading import DecisionTally, Favourable


def read(columns, *, favourable=Favourable(), labelled=True):  # noqa: B008 (frozen)
    tally = DecisionTally(["sex"], favourable=favourable, labelled=labelled)
    tally.add(columns)
    return tally.read()


def code(columns, **more) -> str:
    with pytest.raises(DataError) as caught:
        read(columns, **more)
    assert caught.value.exit_code == 3
    return caught.value.code


def test_pairs_are_known_by_themselves_and_missing_values_are_kept_apart() -> None:
    found = read([["F", "", "NaN", "F"], ["1", "0", "1", "nan"], ["0", "1", "", "1"]])
    assert found.unanswered == 1
    assert {group.values: group.cells for group in found.counts.groups} == {
        ("F",): (0, 1, 0, 0, 0, 0),
        (MISSING,): (0, 0, 1, 0, 0, 1),
    }
    assert read([["F", "M"], ["True", "false"]], labelled=False).counts.total == 2


def test_other_values_need_their_meaning_told() -> None:
    columns = [["F", "M"], [">50K", "<=50K"], [">50K", ">50K"]]
    assert code(columns) == "WL-BIA-002"
    found = read(columns, favourable=Favourable(">50K"))
    assert {group.values: group.cells for group in found.counts.groups} == {
        ("F",): (0, 0, 0, 1, 0, 0),
        ("M",): (0, 0, 1, 0, 0, 0),
    }
    assert code(columns, favourable=Favourable("yes")) == "WL-BIA-002"


def test_scores_need_a_limit_and_numbers() -> None:
    columns = [["F", "M", "M"], ["0.7", "0.2", "nan"], ["1", "0", "1"]]
    assert code(columns) == "WL-BIA-002"
    found = read(columns, favourable=Favourable(from_score=0.5))
    assert (found.counts.total, found.unanswered) == (2, 1)
    assert code([["F"], ["high"], ["1"]], favourable=Favourable(from_score=0.5)) == "WL-BIA-004"


def test_nothing_and_too_many_groups() -> None:
    assert code([[], [], []]) == "WL-BIA-001"
    many = [str(number) for number in range(20_001)]
    assert code([many, ["1"] * len(many), ["0"] * len(many)]) == "WL-BIA-003"


def test_labels_of_one_kind_only_are_read() -> None:
    assert read([["F", "M"], ["1", "0"], ["0", "0"]]).counts.total == 2

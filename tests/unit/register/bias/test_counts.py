"""Decisions as counts: one at a time, later labels, days added up."""

from __future__ import annotations

import pytest

from tests.unit.register.bias.outcomes import counts_of, rows_of
from wardlaw.register.bias.counts import (
    MISSING,
    BiasCounts,
    Label,
    LiveOutcome,
    changes_of,
    counted,
    folding,
    matrix,
    merged,
)


def test_a_label_that_comes_later_takes_its_decision_out_of_the_open_ones() -> None:
    amounts: dict[tuple[tuple[str, ...], int], int] = {}
    told = LiveOutcome({"sex": "Female"}, predicted=True)
    settled = LiveOutcome({"sex": "Female"}, predicted=True, label=Label.NO, settles=True)
    for outcome in (told, told, settled):
        for values, place, by in changes_of(outcome, ("sex",)):
            amounts[values, place] = amounts.get((values, place), 0) + by
    (group,) = counted(("sex",), amounts).groups
    assert group.cells == (0, 1, 0, 0, 0, 1)
    assert group.total == 2


def test_who_did_not_say_is_a_group_of_their_own() -> None:
    assert [values for values, _, _ in changes_of(LiveOutcome({"race": " "}, predicted=True), ("sex", "race"))] == [
        (MISSING, MISSING)
    ]


def test_days_add_up_and_other_attributes_do_not() -> None:
    day = counts_of(rows_of("a", kept=2, of=5) + rows_of("b", kept=1, of=4))
    both = merged([day, day, BiasCounts(("sex",))])
    assert both.total == 18
    assert matrix(both).sum() == 18
    with pytest.raises(ValueError, match="cannot be added"):
        merged([day, counts_of([(("x", "y"), True, Label.YES)], ("sex", "race"))])


def test_intersections_fold_into_each_attribute() -> None:
    rows = [(("F", "B"), True, Label.YES), (("F", "W"), False, Label.NO), (("M", "W"), True, Label.UNKNOWN)]
    counts = counts_of(rows, ("sex", "race"))
    names, fold = folding(counts, ("race",))
    assert names == ("B", "W")
    assert (matrix(counts) @ fold.T).sum(axis=0).tolist() == [1, 2]
    assert folding(counts, ("sex", "race"))[0] == ("F x B", "F x W", "M x W")

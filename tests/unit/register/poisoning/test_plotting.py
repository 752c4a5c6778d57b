"""What is drawn of a poisoning check: changes with their limits, by class."""

from __future__ import annotations

from wardlaw.register.plotdata import MOST_NAME
from wardlaw.register.poisoning.neighbours import Trigger
from wardlaw.register.poisoning.plotting import runs_plot, shift_plot, trigger_plot
from wardlaw.register.poisoning.shift import Shift
from wardlaw.register.poisoning.texts import Stranger


def test_classes_stand_in_the_order_of_their_greatest_change_with_their_values_together() -> None:
    found = [
        Shift("a", one, label, z, 0.1, 0.0, 5)
        for one, label, z in (("x", "no", 9.0), ("y", "yes", 5.0), ("z", "no", 3.0))
    ]
    plot = shift_plot(found, 5.5)
    assert [(bar.section, bar.name, bar.beyond) for bar in plot.bars] == [
        ("with no", "a = x", True), ("with no", "a = z", False), ("with yes", "a = y", False)
    ]  # fmt: skip


def test_names_of_any_length_are_kept_short() -> None:
    plot = trigger_plot([Trigger("c" * 300, "v", "l", 9.0, 3, 4)], 8.0)
    assert len(plot.bars[0].name) == MOST_NAME
    assert (plot.bars[0].beyond, plot.bars[0].limit, plot.bars[0].count) == (True, 8.0, 4)


def test_runs_of_words_are_shares_of_the_documents() -> None:
    (bar,) = runs_plot([(5, Stranger("seven silver bridges", 40))], 1_000).bars
    assert (bar.value, bar.limit, bar.beyond) == (0.04, 0.005, True)

"""Drawings are whole XML, say in words what they show, fit a strict page, and hold nothing a name could run."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.register.bias.outcomes import counts_of, rows_of
from wardlaw.register.bias.check import BiasRule, check_counts
from wardlaw.register.bias.rates import BiasMetric
from wardlaw.register.checks import CheckResult, Figure
from wardlaw.register.plotdata import MOST_BARS, MOST_NAME, PlotBar, PlotData, PlotUnit, plotted
from wardlaw.register.plots import draw_plots, plot_of_figures, plots_of
from wardlaw.register.poisoning.neighbours import Trigger
from wardlaw.register.poisoning.plotting import runs_plot, shift_plot, trigger_plot
from wardlaw.register.poisoning.shift import Shift
from wardlaw.register.poisoning.texts import Stranger

COVERS = ("plots", "plotdata")
_SVG = "{http://www.w3.org/2000/svg}"
_EVIL = "<script>alert(1)</script>"
_numbers = st.floats(-1e6, 1e6).map(lambda number: round(number, 4))


def rates(metric: BiasMetric = BiasMetric.DEMOGRAPHIC_PARITY_RATIO) -> CheckResult:
    rows = rows_of(_EVIL, kept=60, of=200) + rows_of("other", kept=140, of=200) + rows_of("b\x00", kept=2, of=3)
    return check_counts(counts_of(rows), BiasRule(metric=metric), seed=1).result


def test_rates_stand_with_interval_and_the_line_of_the_rule_and_small_groups_apart() -> None:
    result = rates()
    (plot,) = result.plots
    assert [bar.apart for bar in plot.bars] == [False, False, True]
    assert plot.bars[0].name == "other"
    assert plot.bars[0].limit == plot.bars[1].limit == pytest.approx(0.7 * 0.8)
    assert [bar.beyond for bar in plot.bars] == [False, True, False]
    root = ET.fromstring(draw_plots(result.plots, title="bias"))
    assert root.find(f"{_SVG}title").text == "bias"
    said = root.find(f"{_SVG}desc").text
    assert "30.0 %" in said
    assert "limit 56.0 %, beyond it" in said
    assert len([one for one in root.iter(f"{_SVG}line") if one.get("stroke-dasharray")]) == 1


def test_of_odds_both_rates_are_drawn() -> None:
    assert len(rates(BiasMetric.EQUALIZED_ODDS_DIFFERENCE).plots) == 2


def test_it_runs_nothing_and_needs_no_style_on_a_page_with_a_strict_policy() -> None:
    alone, placed = (draw_plots(rates().plots, title=_EVIL, ident='a"b', on_page=on_page) for on_page in (False, True))
    for drawing in (alone, placed):
        ET.fromstring(drawing)
        assert "<script" not in drawing
        assert not re.search(r"\sstyle=|\son\w+=|href=|url\(", drawing)
    assert "prefers-color-scheme:dark" in alone
    assert "<style" not in placed
    # Every colour of the page's is one that words can be read in without it.
    assert all(one.get("fill") for one in ET.fromstring(placed).iter(f"{_SVG}text"))
    ids = re.findall(r'\bid="([^"]*)"', draw_plots((), title="", ident="one"))
    assert ids == ["one-title", "one-desc"]


def test_what_grew_stands_by_class_with_its_limit_and_nothing_is_a_drawing_too() -> None:
    found = [Shift("b", "y", "no", 9.0, 0.2, 0.1, 9), Shift("a", "x", "yes", 3.0, 0.1, 0.0, 5)]
    plot = shift_plot(found, 6.0)
    assert [(bar.section, bar.beyond) for bar in plot.bars] == [("with no", True), ("with yes", False)]
    root = ET.fromstring(draw_plots([plot], title="v2.csv"))
    bars = [float(one.get("width")) for one in root.iter(f"{_SVG}rect") if one.get("class") in ("pm", "po")]
    assert bars == sorted(bars, reverse=True)
    assert "b = y 9.0, limit 6.0, beyond it" in root.find(f"{_SVG}desc").text
    assert "nothing to draw" in draw_plots([shift_plot([], 6.0)], title="v2.csv")


def test_triggers_and_runs_of_words_are_drawn() -> None:
    trigger = trigger_plot([Trigger("place", "atlantis", "high", 20.0, 9, 12)], 9.0)
    words = runs_plot([(5, Stranger("seven silver bridges", 40))], 1_000)
    assert trigger.bars[0].beyond
    assert (words.bars[0].value, words.bars[0].limit) == (0.04, 0.005)
    drawing = draw_plots([trigger, words], title="both")
    assert drawing.count("<g transform") == 2


def test_a_plot_is_small_and_survives_being_kept() -> None:
    bars = tuple(PlotBar(f"group {at}", at / 200) for at in range(200))
    plot = plotted("t", "r" * 900, PlotUnit.SHARE, bars)
    assert (len(plot.bars), plot.left_out) == (MOST_BARS, 140)
    assert msgspec.json.decode(msgspec.json.encode(plot), type=PlotData) == plot
    too_many = {"title": "t", "reading": "r", "unit": "share", "bars": [{"name": "n" * (MOST_NAME + 1), "value": 1.0}]}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(too_many, PlotData)
    assert "and 180 more" in draw_plots([plot], title="t")


@pytest.mark.parametrize("most", [1e-7, 0.003, 0.04, 0.26, 0.97, 1.0])
def test_every_mark_lies_within_the_drawing_whatever_the_numbers(most: float) -> None:
    plot = plotted("t", "r", PlotUnit.SHARE, (PlotBar("a", most, most / 2, most, limit=most * 0.8), PlotBar("b", 0.0)))
    root = ET.fromstring(draw_plots([plot], title="t"))
    width = float(root.get("viewBox").split()[2])
    places = [float(one.get(name)) for one in root.iter() for name in ("x", "x1", "x2", "cx") if one.get(name)]
    assert all(0 <= place <= width for place in places)


def test_figures_of_a_check_that_kept_no_plot_are_drawn_and_one_alone_is_not() -> None:
    one, two = Figure("share of women", 0.4, 0.3, 0.5, 0.8, 40), Figure("share of men", 0.9, 0.8, 1.0, 0.8, 40)
    assert plot_of_figures((one,), "t") is None
    shares = plot_of_figures((one, two), "t")
    assert shares is not None
    assert shares.unit is PlotUnit.SHARE
    numbers = plot_of_figures((Figure("files", 3.0, limit=0.0), Figure("not judged", 1.0)), "t")
    assert numbers is not None
    assert numbers.unit is PlotUnit.NUMBER
    assert plots_of(rates(), "bias") == rates().plots
    ET.fromstring(draw_plots([numbers, shares], title="t"))


@given(st.lists(st.tuples(_numbers, _numbers, st.none() | _numbers), min_size=2, max_size=8))
def test_figures_below_nothing_stay_within_the_drawing_and_keep_their_order(found: list) -> None:
    figures = [Figure(f"f{at}", a, min(a, b), max(a, b), limit) for at, (a, b, limit) in enumerate(found)]
    plot = plot_of_figures(figures, "t")
    assert plot is not None
    root = ET.fromstring(draw_plots([plot], title="t"))
    dots = [float(one.get("cx")) for one in root.iter(f"{_SVG}circle")]
    assert len(dots) == len(found)
    assert all(272 <= dot <= 632 for dot in dots)
    pairs = sorted(zip((one.value for one in figures), dots, strict=True))
    assert [dot for _, dot in pairs] == sorted(dots)

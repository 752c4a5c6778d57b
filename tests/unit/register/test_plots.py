"""Drawings are whole XML, say in words what they show, and hold nothing a name could run."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from tests.unit.register.bias.outcomes import counts_of, rows_of
from wardlaw.register.bias.measure import measure_bias
from wardlaw.register.plots import plot_rates, plot_shifts
from wardlaw.register.poisoning.shift import Shift

_SVG = "{http://www.w3.org/2000/svg}"


def test_rates_with_intervals_and_a_hollow_mark_for_small_groups() -> None:
    counts = counts_of(rows_of("<script>alert(1)</script>", kept=60, of=200) + rows_of("b\x00", kept=2, of=3))
    drawing = plot_rates(measure_bias(counts, seed=1, rounds=50))
    root = ET.fromstring(drawing)
    assert root.find(f"{_SVG}title").text == "Selection rate by group, with 95 % intervals"
    assert "30.0% of 200" in root.find(f"{_SVG}desc").text
    assert [one.get("class") for one in root.iter(f"{_SVG}circle")] == ["m", "a"]
    assert "<script" not in drawing
    assert "prefers-color-scheme:dark" in drawing


def test_what_grew_most_stands_first_and_nothing_is_a_drawing_too() -> None:
    found = [Shift("a", "x", "yes", 3.0, 0.1, 0.0, 5), Shift("b", "y", "no", 9.0, 0.2, 0.1, 9)]
    root = ET.fromstring(plot_shifts(found, title="v2.csv"))
    widths = [float(one.get("width")) for one in root.iter(f"{_SVG}rect")]
    assert widths == sorted(widths, reverse=True)
    assert "b = y with no: z 9.0" in root.find(f"{_SVG}desc").text
    assert "nothing grew" in plot_shifts((), title="v2.csv")

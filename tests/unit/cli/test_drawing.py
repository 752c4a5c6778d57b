"""Drawings of checks are written where they were asked for, and nowhere else."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from wardlaw.cli.drawing import draw_results, draw_run
from wardlaw.facts.errors import InputError
from wardlaw.register.checks import CheckKind, CheckOutcome, CheckResult
from wardlaw.register.plotdata import PlotBar, PlotUnit, plotted

PLOT = plotted("Rates", "Marks.", PlotUnit.SHARE, (PlotBar("a", 0.5, 0.4, 0.6, limit=0.4),))


def result(check: str, *, drawn: bool = True) -> CheckResult:
    return CheckResult(check, CheckKind.BIAS, CheckOutcome.PASS, "why", plots=(PLOT,) if drawn else ())


def test_each_check_that_has_something_to_draw_becomes_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "drawn"
    files = draw_run(folder, (result("fair"), result("classified", drawn=False), result("../../etc/x")))
    assert sorted(path.name for path in files) == ["------etc-x.svg", "fair.svg"]
    assert sorted(folder.iterdir()) == sorted(files)
    assert ET.parse(folder / "fair.svg").getroot().tag.endswith("svg")


def test_several_checks_are_one_file_and_none_is_one_too(tmp_path: Path) -> None:
    draw_results(tmp_path / "two.svg", (result("a"), result("b")), title="both")
    assert (tmp_path / "two.svg").read_text().count(">Rates</text>") == 2
    draw_results(tmp_path / "none.svg", (), title="none")
    assert "nothing to draw" in (tmp_path / "none.svg").read_text()


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for wrong in (lambda: draw_run(tmp_path / "file", (result("a"),)),
                  lambda: draw_results(tmp_path / "none" / "x.svg", (result("a"),), title="x")):  # fmt: skip
        with pytest.raises(InputError) as refused:
            wrong()
        assert refused.value.code == "WL-GAT-013"

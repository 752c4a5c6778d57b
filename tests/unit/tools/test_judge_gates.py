"""The page's sections are written one by one, and each has its file."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from tools.judge_gates import large, limits, poisoning, rare, texts
from tools.judge_gates.__main__ import SECTIONS, main
from tools.judge_gates.draws import CLEAN, Draw, Told
from tools.judge_gates.realdata import DEVELOPMENT, JUDGED, RealTable
from tools.judge_gates.sections import PAGE, replace_section, table
from tools.judge_gates.tampering import KINDS, tampered

from wardlaw.register.poisoning.labels import LabelDoubts
from wardlaw.register.poisoning.neighbours import Denials, DenialSketch, Trigger
from wardlaw.register.poisoning.shift import Shift
from wardlaw.register.poisoning.tablecheck import TableMeasures


def test_a_section_takes_the_place_of_what_stood_there_and_of_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    begin = "<!-- {0}: written by python -m tools.judge_gates {0} -->\n"
    page.write_text(f"head\n{begin.format('a')}old\n<!-- end of a -->\nkept\n{begin.format('b')}b\n<!-- end of b -->\n")
    replace_section(page, "a", table(("x", "y"), [("1", "2")]))
    assert page.read_text() == (
        f"head\n{begin.format('a')}| x | y |\n| --- | --- |\n| 1 | 2 |\n<!-- end of a -->\nkept\n"
        f"{begin.format('b')}b\n<!-- end of b -->\n"
    )
    with pytest.raises(SystemExit):
        replace_section(page, "c", "")


def test_each_section_has_its_file_and_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    text = PAGE.read_text()
    for name in SECTIONS:
        assert callable(importlib.import_module(f"tools.judge_gates.{name}").section)
        assert f"<!-- end of {name} -->" in text
    monkeypatch.delenv("WARDLAW_TEST_GATEPEERS", raising=False)
    assert main([]) == 2


def table_of(size: int) -> RealTable:
    rows = [[str(at % 7), "rare" if at == 0 else f"job{at % 10}", "yes" if at % 3 else "no"] for at in range(size)]
    return RealTable("made", ("age", "job", "label"), "label", rows)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_tampers_with_so_many_rows_of_a_copy_and_with_no_other(kind: str) -> None:
    real = table_of(600)
    before = [list(row) for row in real.rows]
    found = tampered(real, real.rows, kind=kind, share=0.05, seed=3)
    assert real.rows == before
    changed = sum(one != two for one, two in zip(found, before, strict=True))
    assert 0 < changed <= 30
    assert found == tampered(real, real.rows, kind=kind, share=0.05, seed=3)
    if kind.startswith("labels"):
        assert all(one[:2] == two[:2] for one, two in zip(found, before, strict=True))
    if kind == "trigger, and no label is wrong":
        assert all(one[2] == two[2] for one, two in zip(found, before, strict=True))


def test_no_set_is_both_chosen_by_and_judged_on() -> None:
    assert not set(DEVELOPMENT) & set(JUDGED)
    assert not {draw.name for draw in limits.draws()} & {draw.name for draw in poisoning.draws()}
    assert not any(draw.tampering for draw in limits.draws())


def told_of(name: str, kind: str, share: float, *, z: float, surprise: float) -> Told:
    denied = DenialSketch(10, 100, {}, {})
    trigger = Trigger("a", "x", "yes", surprise, 5, 6)
    measured = TableMeasures(
        (Shift("a", "x", "yes", z, 0.1, 0.0, 5),), 1.0, (), LabelDoubts(5, 100), LabelDoubts(5, 100),
        Denials(denied, denied, (trigger,)), denied,
    )  # fmt: skip
    return Told(Draw(name, 1, True, False), kind, share, measured, 0.1)


def test_the_limits_are_those_of_the_rule_and_too_low_ones_are_refused() -> None:
    page = limits.tables([told_of("COMPAS", CLEAN, 0.0, z=4.0, surprise=5.0)])
    assert "| **limit by the rule** | 5 | 3 | 3 | 3 | 3 | 3 | 6.5 | 3 |" in page
    with pytest.raises(SystemExit, match="shift_z"):
        limits.tables([told_of("COMPAS", CLEAN, 0.0, z=5.0, surprise=5.0)])


def test_what_was_stopped_is_counted_with_its_interval() -> None:
    kind = next(iter(KINDS))
    found = [told_of("Adult", CLEAN, 0.0, z=1.0, surprise=1.0)] * 3
    found += [told_of("Adult", kind, 0.005, z=9.0, surprise=1.0), told_of("Adult", kind, 0.005, z=1.0, surprise=1.0)]
    page = poisoning.tables(found)
    assert "| Adult | 0/3 (0%–56%) |  |" in page
    assert f"| {kind} | 1/2 (9%–91%) |" in page


def test_rare_values_are_counted_by_their_own_limits() -> None:
    kind = next(iter(KINDS))
    page = rare.tables([
        rare.Rare("Adult", CLEAN, 0.0, (1.0, 1.0)), rare.Rare("digits", CLEAN, 0.0, (1.0, 99.0)),
        rare.Rare("Adult", kind, 0.005, (99.0, 1.0)), rare.Rare("Adult", kind, 0.005, (0.0, 99.0)),
    ])  # fmt: skip
    assert "| Adult | 0/1 (0%–79%) | 0/1 (0%–79%) |" in page
    assert "| all | 0/2 (0%–66%) | 1/2 (9%–91%) |" in page
    assert page.count(f"| {kind} | 1/2 (9%–91%) |") == 2


def test_a_table_is_drawn_clean_and_tampered_with_for_rare_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rare, "JUDGED", {"made": lambda _peers: table_of(900)})
    found = rare.measured((Path(), "made", 1))
    assert (found[0].kind, len(found)) == (CLEAN, 1 + 5 * 4)
    new = [one.nats[0] for one in found if one.kind == "trigger: a new value"]
    assert new[0] < new[2] < new[3]
    assert len(rare.measured((Path(), "made", rare.TAMPERED + 1))) == 1


def test_the_large_inputs_are_made_as_said(tmp_path: Path) -> None:
    large.write_table(tmp_path / "t.csv", 2_000, seed=1, triggered=0.1)
    lines = (tmp_path / "t.csv").read_text().splitlines()
    assert len(lines) == 2_001
    assert 100 < sum("town777777" in line for line in lines) < 300
    texts.write_texts(tmp_path / "x.csv", 500, seed=1, triggered=0.1)
    assert 20 < (tmp_path / "x.csv").read_text().count("seven silver bridges") < 90

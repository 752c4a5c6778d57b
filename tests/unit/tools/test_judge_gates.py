"""The page's sections are written one by one, and each has its file."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from tools.judge_gates.__main__ import SECTIONS, main
from tools.judge_gates.sections import PAGE, replace_section, table


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

"""Sections of a page between markers: each is written by itself, and leaves the others as they are."""

from __future__ import annotations

from pathlib import Path

from tests.house.sources import ROOT

PAGE = ROOT / "docs" / "gates.md"


def replace_section(page: Path, name: str, text: str) -> None:
    """Put a text in place of what stands between a section's markers."""
    begin, end = f"<!-- {name}: written by python -m tools.judge_gates {name} -->\n", f"<!-- end of {name} -->\n"
    before, found, rest = page.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"{page} has no section {name}")
    page.write_text(before + begin + text.strip() + "\n" + end + after, encoding="utf-8")


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)

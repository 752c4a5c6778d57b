"""The pages on clauses and their errors say everything the code knows, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from wardlaw.facts.attributes import ATTRIBUTES
from wardlaw.governance.clauses import CLAUSE_KEYS, COMPARISONS, parse_clauses

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "clauses.md").read_text(encoding="utf-8")


def test_every_code_has_its_section_and_no_section_is_left_over() -> None:
    used = {
        code
        for file in (ROOT / "src" / "wardlaw" / "governance").glob("*.py")
        for code in re.findall(r"WL-POL-[0-9]{3}", file.read_text(encoding="utf-8"))
    }
    page = (ROOT / "docs" / "errors" / "pol.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## (WL-POL-[0-9]{3})$", page, re.MULTILINE)) == used


def test_every_attribute_key_and_comparison_is_explained() -> None:
    for attribute in ATTRIBUTES:
        assert f"| `{attribute.name}` | {attribute.type.value} | {attribute.meaning} |" in PAGE
    for word in (*CLAUSE_KEYS, *COMPARISONS):
        assert f"`{word}`" in PAGE


def test_the_example_on_the_page_is_a_sound_clause() -> None:
    example = PAGE.partition("```yaml\n")[2].partition("```")[0]
    clauses, problems = parse_clauses(example, source="docs/clauses.md")
    assert problems == ()
    assert [clause.id for clause in clauses] == ["GOV-20"]

from __future__ import annotations

import json

import pytest

from tests.unit.governance.cases import BULK, WRITTEN, WRITTEN_EXAMPLES
from wardlaw.governance.clauses import parse_clauses, read_examples
from wardlaw.governance.fmt import WIDTH, format_clauses, format_source

MESSY = """\
# head of the file
- effect: deny   # because it is bulk
  id: GOV-20     # twenty
  text: |
    # not a comment
    second line
  # above the title
  title: 'A: b # c'
  owner: "legal"
  wing: governance
  risk: high
  actions: ToolCall
  valid_from: 2026-01-01
  when:
    # before any
    any:
      - {over: 1000, attribute: requestedRows}  # a thousand
      # and the team
      - attribute: team
        one_of: [a, 'no', "true", '12']
  # at the end of the first
- id: GOV-21
  title: Second
  text: x
  owner: legal
  wing: governance
  risk: high
  effect: deny
  actions: [ToolCall]
  when: {}
# the very end
"""


def fmt(text: str) -> str:
    formatted, problems = format_clauses(text, source="x.yaml")
    assert problems == ()
    return formatted


def test_a_messy_file_becomes_canonical_with_its_comments() -> None:
    assert (
        fmt(MESSY)
        == """\
# head of the file
# twenty
- id: GOV-20
  # above the title
  title: "A: b # c"
  text: "# not a comment\\nsecond line"
  owner: legal
  wing: governance
  risk: high
  mode: enforce
  # because it is bulk
  effect: deny
  actions: [ToolCall]
  valid_from: 2026-01-01
  when:
    # before any
    any:
      # a thousand
      - {attribute: requestedRows, over: 1_000}
      # and the team
      - {attribute: team, one_of: [a, "no", "true", "12"]}

# at the end of the first
- id: GOV-21
  title: Second
  text: x
  owner: legal
  wing: governance
  risk: high
  mode: enforce
  effect: deny
  actions: [ToolCall]
  when: {}
# the very end
"""
    )


def test_formatting_is_idempotent_and_keeps_the_meaning() -> None:
    for text in (MESSY, BULK):
        once = fmt(text)
        assert fmt(once) == once
        assert parse_clauses(once, source="x") == parse_clauses(text, source="x")


def test_numbers_of_a_clause_are_kept() -> None:
    text = BULK.replace("effect: deny", "effect: hold").replace(
        "when:", "approvers: 2\nexpires_minutes: 1440\nwhen:", 1
    )
    formatted = fmt(text)
    assert "approvers: 2\nexpires_minutes: 1_440\n" in formatted
    assert parse_clauses(formatted, source="x") == parse_clauses(text, source="x")


def test_one_clause_stays_one_clause() -> None:
    assert fmt(BULK).startswith("id: GOV-20\n")


def test_long_texts_and_lists_are_wrapped() -> None:
    words = " ".join(["word"] * 60)
    refs = ", ".join(f'"gdpr:{n}"' for n in range(30))
    text = BULK.replace("Nobody moves the data of many.", words).replace('"gdpr:32"', refs)
    formatted = fmt(text)
    assert "text: >-\n  word" in formatted
    assert 'refs:\n  - "gdpr:0"\n' in formatted
    assert all(len(line) <= WIDTH for line in formatted.split("\n"))
    assert parse_clauses(formatted, source="x") == parse_clauses(text, source="x")


@pytest.mark.parametrize(
    "title", ["yes", "1", "a: b", "- a", "#x", "'q'", '"', "@x", "a #b", "{a}", "é", "true", "~", "x,", "a, b"]
)
def test_any_title_survives(title: str) -> None:
    text = BULK.replace("title: No bulk", f"title: {json.dumps(title)}")
    formatted = fmt(text)
    (clause,), _ = parse_clauses(formatted, source="x")
    assert clause.title == title
    assert fmt(formatted) == formatted


def test_a_file_with_problems_is_left_alone() -> None:
    bad = BULK.replace("owner", "ownr")
    formatted, problems = format_clauses(bad, source="x.yaml")
    assert formatted == bad
    assert problems


def test_cedar_files_are_formatted_with_their_comments() -> None:
    formatted, problems = format_source(WRITTEN, source="w.cedar")
    assert problems == ()
    assert formatted.startswith("// why this is written by hand\n")
    assert format_source(formatted, source="w.cedar") == (formatted, ())
    broken, (problem,) = format_source("forbid(", source="w.cedar")
    assert (broken, problem.code) == ("forbid(", "WL-POL-023")


def test_example_files_are_formatted() -> None:
    commented = "# top\n" + WRITTEN_EXAMPLES.replace("    action: ToolCall\n", "    action: ToolCall  # why\n", 1)
    formatted, problems = format_source(commented, source="w.examples.yaml")
    assert problems == ()
    assert formatted.startswith("# top\nGOV-30:\n  - name: an agent that writes at night\n")
    assert "    # why\n    action: ToolCall\n" in formatted
    assert format_source(formatted, source="w.examples.yaml") == (formatted, ())
    assert read_examples(formatted, source="w")[0] == read_examples(commented, source="w")[0]
    assert format_source("- x", source="w.examples.yaml")[1]

from __future__ import annotations

import pytest

from wardlaw.governance.tree import MAX_CHARACTERS, MAX_DEPTH, Node, NodeKind, read_tree


def read(text: str) -> Node:
    root, problems = read_tree(text, source="x.yaml")
    assert problems == ()
    assert root is not None
    return root


def refused(text: str) -> tuple[str, int, int]:
    root, (problem,) = read_tree(text, source="x.yaml")
    assert root is None
    assert problem.source == "x.yaml"
    return problem.code, problem.line, problem.column


def test_nodes_know_where_they_stand() -> None:
    root = read("a: 1\nb:\n  - x\n  - {c: d}\n")
    assert root.kind is NodeKind.MAPPING
    (_, one), (key, items) = root.entries
    assert (one.line, one.column) == (1, 4)
    assert (key.line, key.column) == (2, 1)
    assert (items.items[1].line, items.items[1].column) == (4, 5)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-3", -3),
        ("1_000_000", 1_000_000),
        ("true", True),
        ("false", False),
        ("~", None),
        ("null", None),
        ("'12'", "12"),
        ("'true'", "true"),
        # what YAML 1.1 would turn into something else stays what it looks like
        ("no", "no"),
        ("on", "on"),
        ("010", "010"),
        ("0x10", "0x10"),
        ("1:30", "1:30"),
        ("1e3", "1e3"),
        ("2026-01-01", "2026-01-01"),
        ("1_0", "1_0"),
    ],
)
def test_scalars_are_what_they_look_like(text: str, value: object) -> None:
    assert read(f"k: {text}").entries[0][1].value() == value


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: &x 1\nb: *x", "WL-POL-002", 1),
        ("a: 1\nb: *x", "WL-POL-002", 2),
        ("a: !!python/object:os.system 1", "WL-POL-002", 1),
        ("a: !x 1", "WL-POL-002", 1),
        ("a: 1\n---\nb: 2", "WL-POL-002", 2),
        ("? {a: 1}\n: 2", "WL-POL-002", 1),
        ("a: 1\nb: 2\na: 3", "WL-POL-003", 3),
        ("x:\n  a: 1\n  'a': 3", "WL-POL-003", 3),
        ("a: [1, 2", "WL-POL-001", 1),
        ("a: 1\n  b: 2", "WL-POL-001", 2),
        ("a: 1\nb: \x01", "WL-POL-001", 2),
        ("a: \t\t- {", "WL-POL-001", 1),
    ],
)
def test_what_is_outside_our_part_of_yaml_is_refused_with_its_line(text: str, code: str, line: int) -> None:
    found = refused(text)
    assert found[:2] == (code, line)


def test_nested_aliases_are_refused_before_they_can_grow() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True))
    assert refused(bomb)[0] == "WL-POL-002"


def test_deep_nesting_ends_with_a_problem_and_not_with_the_stack() -> None:
    assert refused("[" * 100_000)[0] == "WL-POL-002"
    assert read("[" * MAX_DEPTH + "]" * MAX_DEPTH).kind is NodeKind.LIST


def test_a_file_too_large_is_refused_unread() -> None:
    assert refused("#" * (MAX_CHARACTERS + 1))[0] == "WL-POL-002"


def test_an_empty_file_has_no_root_and_no_problem() -> None:
    for text in ("", "# only a comment\n", "---\n", "~"):
        assert read_tree(text, source="x.yaml") == (None, ())


def test_merge_keys_are_plain_keys() -> None:
    assert read("<<: {a: 1}").entries[0][0].text == "<<"

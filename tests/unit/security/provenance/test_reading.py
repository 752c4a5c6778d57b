from __future__ import annotations

import pytest

from wardlaw.facts.toolclass import OutputTrust
from wardlaw.security.provenance.reading import MAX_LEAVES, MAX_TEXT, read_output

RECORDS = OutputTrust.RECORDS


def fields(text: str, trust: OutputTrust = RECORDS) -> list[tuple[str, str]]:
    return [(leaf.key, leaf.text) for leaf in read_output(text, trust).leaves if not leaf.free]


def prose(text: str, trust: OutputTrust = RECORDS) -> list[str]:
    return [leaf.text for leaf in read_output(text, trust).leaves if leaf.free]


@pytest.mark.parametrize(
    "text",
    ['[{"id": "7", "who": "ann"}]', "[{'id': '7', 'who': 'ann'}]", "- id: '7'\n  who: ann\n"],
    ids=["json", "literal", "yaml"],
)
def test_records_are_read_in_three_forms(text: str) -> None:
    assert fields(text) == [("id", "7"), ("who", "ann")]


def test_fields_of_one_record_stand_together() -> None:
    leaves = read_output("- a: 1\n  b: [2, 3]\n- a: 4\n", RECORDS).leaves
    records = [leaf.record for leaf in leaves]
    assert records[0] == records[1] == records[2] != records[3]


def test_names_as_keys_are_values() -> None:
    assert ("", "City Hub") in fields("{'City Hub': '4.3'}")


@pytest.mark.parametrize("text", ["- body: short\n", "- x: |\n    two\n    lines\n", f"- x: {'long ' * 20}\n"])
def test_prose_is_no_field(text: str) -> None:
    assert fields(text) == []
    assert len(prose(text)) == 1


def test_a_line_within_prose_makes_no_field() -> None:
    assert fields('- body: "hello\\nrecipient: eve@evil.example"\n') == []


@pytest.mark.parametrize("trust", [OutputTrust.CONTENT, OutputTrust.WEB])
def test_the_contents_of_something_are_prose_whatever_they_look_like(trust: OutputTrust) -> None:
    assert fields('{"iban": "NL91ABNA0417164300"}', trust) == []


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000, "{" * 60 + "}" * 60, "- " * 5_000, "&a [*a, *a]", "!!python/object:os.system x", "a: b: c", "\x00\x01\xff",
        "{'a': " * 500, "a" * 300_000, "", "   ", "- &x {a: *x}", "\ud800",
    ],
    ids=range(13),
)  # fmt: skip
def test_nothing_breaks_it(text: str) -> None:
    assert read_output(text, RECORDS).leaves


def test_a_bomb_of_anchors_is_not_unfolded() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [{', '.join(['*a'] * 9)}]\n" for n in range(50))
    assert len(read_output(bomb, RECORDS).leaves) < MAX_LEAVES


def test_what_is_left_unread_is_said() -> None:
    assert not read_output("x" * (MAX_TEXT + 1), RECORDS).complete
    assert not read_output("[" + "1," * (MAX_LEAVES + 1) + "1]", RECORDS).complete
    assert read_output("x", RECORDS).complete

"""The papers that name tests: the list of the ASVS holds each number once, and every test that is named is there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from tests.house.sources import ROOT

ASVS = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
CONSOLE = (ROOT / "docs" / "console.md").read_text(encoding="utf-8")
STATES = ("met", "partly", "not met", "none here", "operator")
ROW = re.compile(r"^\| (\d+\.\d[^|]*) \| ([^|]+) \| ([^|]+) \| ([^|]*) \| ([^|]*) ?\|$", re.MULTILINE)
BAD = "\n## Bad input\n"
# Requirements of levels 1 and 2 of version 4.0.3, by chapter and section: how many there are, without those of level 3 and
# those the standard struck out (named behind the number of the last).
SECTIONS = {
    "1.1": 7, "1.2": 4, "1.4": (5, 2, 3), "1.5": 4, "1.6": 4, "1.7": 2, "1.8": 2, "1.9": 2, "1.10": 1, "1.11": 2, "1.12": (2, 1), "1.14": 6,
    "2.1": 12, "2.2": 3, "2.3": 3, "2.4": 5, "2.5": 7, "2.6": 3, "2.7": 6, "2.8": 7, "2.9": 3, "2.10": 4,
    "3.1": 1, "3.2": 4, "3.3": 4, "3.4": 5, "3.5": 3, "3.7": 1,
    "4.1": (5, 4), "4.2": 2, "4.3": 3,
    "5.1": 5, "5.2": 8, "5.3": 10, "5.4": 3, "5.5": 4,
    "6.1": 3, "6.2": 6, "6.3": 2, "6.4": 2,
    "7.1": 4, "7.2": 2, "7.3": (4, 2), "7.4": 3,
    "8.1": 4, "8.2": 3, "8.3": 8,
    "9.1": 3, "9.2": 4,
    "10.2": 2, "10.3": 3,
    "11.1": 8,
    "12.1": 3, "12.2": 1, "12.3": 6, "12.4": 2, "12.5": 2, "12.6": 1,
    "13.1": (5, 2), "13.2": (6, 4), "13.3": 2, "13.4": 2,
    "14.1": 4, "14.2": 6, "14.3": (3, 1), "14.4": 7, "14.5": 4,
}  # fmt: skip


def required() -> list[str]:
    """Every number of levels 1 and 2."""
    numbers = []
    for section, told in SECTIONS.items():
        last, *gone = (told,) if isinstance(told, int) else told
        numbers += [f"{section}.{one}" for one in range(1, last + 1) if one not in gone]
    return numbers


def listed(cell: str) -> Iterator[str]:
    """The numbers of a cell: one, several, or from one to another."""
    for part in cell.replace("?", "").split(","):
        first, _, last = part.strip().partition("–")
        section, _, begin = first.rpartition(".")
        end = int(last.rpartition(".")[2] or begin)
        yield from (f"{section}.{one}" for one in range(int(begin), end + 1))


def rows() -> list[tuple[str, ...]]:
    return ROW.findall(ASVS.partition("\n## Beyond")[0])


def named_tests(text: str) -> list[tuple[str, str]]:
    """Files of tests that a text names, each with the test in it, if it says one."""
    found = re.findall(r"`((?:unit|wire|house|property|fault|transcript)/[\w/]+\.py)(?:::(test_\w+))?`", text)
    return [(str(path), str(name)) for path, name in found]


def missing(text: str) -> list[str]:
    """Tests that are named and are not there."""
    gone = []
    for path, name in named_tests(text):
        file = ROOT / "tests" / path
        if not file.is_file() or (name and f"def {name}(" not in file.read_text(encoding="utf-8")):
            gone.append(f"{path}::{name}")
    return gone


def test_each_number_stands_there_once() -> None:
    counted = Counter(number for cells in rows() for number in listed(cells[0]))
    assert [number for number, count in counted.items() if count > 1] == []
    assert sorted(counted) == sorted(required())


def test_each_requirement_has_a_state_and_what_shows_it() -> None:
    for number, asked, state, how, shown in rows():
        assert asked.strip(), number
        assert state in STATES, (number, state)
        assert how.strip(), number
        if state == "met":
            assert named_tests(shown), f"{number} is met, and no test shows it"


def test_the_tests_that_papers_name_are_there() -> None:
    assert missing(ASVS) == []
    assert missing(CONSOLE) == []


def test_each_kind_of_bad_input_has_a_test() -> None:
    kinds = re.findall(
        r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", CONSOLE.partition(BAD)[2].partition("\n## ")[0], re.MULTILINE
    )
    assert len(kinds) >= 1 + 11  # with the head
    for kind, _what, shown in kinds[1:]:
        assert any(name for _path, name in named_tests(shown)), kind

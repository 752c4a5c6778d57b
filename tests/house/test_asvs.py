"""The papers that name tests: the list of the ASVS holds each number once, and every test that is named is there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from tests.house.sources import ROOT

ASVS = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
CONSOLE = (ROOT / "docs" / "console.md").read_text(encoding="utf-8")
STATES = ("met", "partly", "not met", "none here", "operator")
ROW = re.compile(r"^\| (\d+\.\d[^|]*) L([12]) \| ([^|]+) \| ([^|]+) \| ([^|]*) \| ([^|]*) ?\|$", re.MULTILINE)
SUM = re.compile(r"^\| (V\d+ [^|]+|all|level 1 alone) ((?:\| \d+ )+)\|$", re.MULTILINE)
BAD = "\n## Bad input\n"
# Requirements of levels 1 and 2 of version 5.0.0 by section, from the text of the standard: how many there are of level 1,
# and how many of both. In each section those of level 1 come first and those of level 3 last; sections of level 3 alone
# (3.1, 3.6, 6.7, 11.7, 15.4) are left out.
SECTIONS = {
    "1.1": (0, 2), "1.2": (5, 9), "1.3": (2, 11), "1.4": (0, 3), "1.5": (1, 2),
    "2.1": (1, 3), "2.2": (2, 3), "2.3": (1, 4), "2.4": (0, 1),
    "3.2": (2, 2), "3.3": (1, 4), "3.4": (2, 6), "3.5": (3, 5), "3.7": (0, 2),
    "4.1": (1, 3), "4.2": (0, 1), "4.3": (0, 2), "4.4": (1, 4),
    "5.1": (0, 1), "5.2": (2, 3), "5.3": (2, 2), "5.4": (0, 3),
    "6.1": (1, 3), "6.2": (8, 12), "6.3": (2, 4), "6.4": (2, 4), "6.5": (0, 5), "6.6": (0, 3), "6.8": (0, 4),
    "7.1": (0, 3), "7.2": (4, 4), "7.3": (0, 2), "7.4": (2, 5), "7.5": (0, 2), "7.6": (0, 2),
    "8.1": (1, 2), "8.2": (2, 3), "8.3": (1, 1), "8.4": (0, 1),
    "9.1": (3, 3), "9.2": (1, 4),
    "10.1": (0, 2), "10.2": (0, 2), "10.3": (0, 4), "10.4": (5, 11), "10.5": (0, 5), "10.6": (0, 2), "10.7": (0, 3),
    "11.1": (0, 2), "11.2": (0, 3), "11.3": (2, 3), "11.4": (1, 4), "11.5": (0, 1), "11.6": (0, 1),
    "12.1": (1, 3), "12.2": (2, 2), "12.3": (0, 4),
    "13.1": (0, 1), "13.2": (0, 5), "13.3": (0, 2), "13.4": (1, 5),
    "14.1": (0, 2), "14.2": (1, 4), "14.3": (1, 3),
    "15.1": (1, 3), "15.2": (1, 3), "15.3": (1, 7),
    "16.1": (0, 1), "16.2": (0, 5), "16.3": (0, 4), "16.4": (0, 3), "16.5": (0, 3),
    "17.1": (0, 1), "17.2": (0, 4), "17.3": (0, 2),
}  # fmt: skip
OF_LEVEL_1, OF_BOTH = 70, 253


def required() -> dict[str, str]:
    """Every number of levels 1 and 2, with its level."""
    return {
        f"{section}.{one}": "1" if one <= first else "2"
        for section, (first, both) in SECTIONS.items()
        for one in range(1, both + 1)
    }


def listed(cell: str) -> Iterator[str]:
    """The numbers of a cell: one, several, or from one to another."""
    for part in cell.split(","):
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


def test_each_number_stands_there_once_with_its_level() -> None:
    wanted = required()
    assert (list(wanted.values()).count("1"), len(wanted)) == (OF_LEVEL_1, OF_BOTH)
    told = [(number, level) for cell, level, *_ in rows() for number in listed(cell)]
    assert [number for number, count in Counter(number for number, _ in told).items() if count > 1] == []
    assert dict(told) == wanted


def test_each_requirement_has_a_state_and_what_shows_it() -> None:
    for number, _, asked, state, how, shown in rows():
        assert asked.strip(), number
        assert state in STATES, (number, state)
        assert how.strip(), number
        if state == "met":
            assert named_tests(shown), f"{number} is met, and no test shows it"


def test_the_sums_are_those_of_the_rows() -> None:
    told = {name: [int(one) for one in cells.split("|")[1:]] for name, cells in SUM.findall(ASVS)}
    counted: dict[str, Counter[str]] = {name: Counter() for name in told}
    chapters = {name.split(" ")[0].removeprefix("V"): name for name in told if name.startswith("V")}
    for cell, level, _, state, *_ in rows():
        for number in listed(cell):
            names = (chapters[number.partition(".")[0]], "all", *(["level 1 alone"] if level == "1" else []))
            for name in names:
                counted[name][state] += 1
    assert told == {name: [found.total(), *(found[state] for state in STATES)] for name, found in counted.items()}


def test_what_is_not_met_stands_on_top() -> None:
    top = ASVS.partition("\n## What is not met\n")[2].partition("\n## ")[0]
    first = [number for found in re.findall(r"^- \*\*([^*]+)\*\*", top, re.MULTILINE) for number in listed(found)]
    assert sorted(first) == sorted(
        one for cell, _, _, state, *_ in rows() if state == "not met" for one in listed(cell)
    )
    assert (ASVS.find("\n## ") + 1) == ASVS.find("## What is not met")
    half = {one for cell, level, _, state, *_ in rows() if (level, state) == ("1", "partly") for one in listed(cell)}
    assert half == set(re.findall(r"\d+\.\d+\.\d+", top.partition("Of level 1")[2].partition("\n\n")[0]))


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

"""Sizes of files and functions, and names that hide what a file is for."""

from __future__ import annotations

import re

from tests.house.sources import SRC, TESTS, functions, name_of, python_files, ratchet, unlisted

FILE_LINES, TEST_LINES, FUNCTION_LINES, PARAMETERS, BY_PLACE = 600, 900, 80, 6, 2
HIDING = re.compile(r"^(utils?|helpers?|common|misc|base|manager|managers|.*_utils?|.*_helpers?|.*_manager|.*_base)$")


def test_files_are_short() -> None:
    source = {name_of(path): _lines(path) for path in python_files(SRC)}
    assert unlisted(source, ratchet()["file_lines"], limit=FILE_LINES) == []
    assert {name_of(path): _lines(path) for path in python_files(TESTS) if _lines(path) > TEST_LINES} == {}


def test_functions_are_short() -> None:
    found = {}
    for path in python_files(SRC):
        for name, node in functions(path):
            found[f"{name_of(path)}::{name}"] = (node.end_lineno or node.lineno) - node.lineno + 1
    assert unlisted(found, ratchet()["function_lines"], limit=FUNCTION_LINES) == []


def test_functions_take_few_parameters_and_most_by_name() -> None:
    found, by_place = {}, []
    for path in python_files(SRC):
        for name, node in functions(path):
            arguments = node.args
            places = [one.arg for one in arguments.posonlyargs + arguments.args if one.arg not in ("self", "cls")]
            found[f"{name_of(path)}::{name}"] = len(places) + len(arguments.kwonlyargs)
            if len(places) > BY_PLACE + 4:
                by_place.append(name)
    assert unlisted(found, ratchet()["parameters"], limit=PARAMETERS) == []
    assert by_place == []


def test_file_names_say_what_is_inside() -> None:
    assert [name_of(path) for path in python_files(SRC) + python_files(TESTS) if HIDING.match(path.stem)] == []


def _lines(path: object) -> int:
    return path.read_text(encoding="utf-8").count("\n")  # type: ignore[attr-defined]

"""Documentation that is held against what it documents."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.house.cli_page import MARK, PAGE, generated
from tests.house.detector_table import detector_table
from tests.house.sources import ROOT
from wardlaw.cli.table import COMMANDS
from wardlaw.config.parse import parse_config
from wardlaw.config.reference import key_reference

PAGES = sorted({ROOT / "README.md", *(ROOT / "docs").rglob("*.md")})
NAMED = re.compile(r"`(tests/[^`\s]+|test_\w+(?:\.py)?)`")
FUNCTION = re.compile(r"^(?:async )?def (test_\w+)\(", re.MULTILINE)
HELP_BLOCK = re.compile(r"^```console\n\$ (?:\./)?wardlaw ([^\n]*--help)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_configuration_page_holds_the_reference_of_all_keys() -> None:
    assert key_reference() in (ROOT / "docs" / "configuration.md").read_text()


def test_scanning_page_holds_the_record_of_each_detector() -> None:
    assert detector_table() in (ROOT / "docs" / "scanning.md").read_text()


def test_the_configuration_shown_is_one() -> None:
    for page in PAGES:
        for text in re.findall(r"^```yaml\n(version: 1\n.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL):
            parse_config(text, source=str(page))


def test_every_command_is_documented_with_its_own_help() -> None:
    page = PAGE.read_text()
    assert [command.name for command in COMMANDS if f"\n## wardlaw {command.name}\n" not in page] == []
    assert page.partition(MARK)[2].strip() == generated().strip(), "run: python -m tests.house.cli_page"


def help_blocks() -> list[tuple[str, str, str]]:
    return [
        (page.relative_to(ROOT).as_posix(), arguments, text)
        for page in PAGES
        for arguments, text in HELP_BLOCK.findall(page.read_text())
    ]


@pytest.mark.parametrize(("page", "arguments", "text"), help_blocks(), ids=lambda value: value[:40])
def test_help_in_the_papers_is_the_help_of_the_program(page: str, arguments: str, text: str) -> None:
    env = {"PATH": "/usr/bin:/bin", "NO_COLOR": "1", "COLUMNS": "100", "TERM": "dumb", "LANG": "C.UTF-8"}
    shown = subprocess.run(
        [sys.executable, "-m", "wardlaw", *arguments.split()], capture_output=True, text=True, env=env, check=True
    )
    assert shown.stdout.strip() == text.strip(), f"{page} shows another help for: {arguments}"


def test_the_papers_show_help() -> None:
    assert {arguments for _, arguments, _ in help_blocks()} >= {"--help"}


def test_links_between_papers_lead_somewhere() -> None:
    broken = []
    for page in PAGES:
        targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
        broken += [f"{page.relative_to(ROOT)} -> {target}" for target in targets if not (page.parent / target).exists()]
    assert broken == []


def test_tests_that_the_papers_name_are_there() -> None:
    tests = [path for path in (ROOT / "tests").rglob("*") if "__pycache__" not in path.parts]
    paths = {path.relative_to(ROOT).as_posix() for path in tests}
    files = {path.name for path in tests}
    functions = {
        name for path in tests if path.suffix == ".py" for name in FUNCTION.findall(path.read_text(encoding="utf-8"))
    }
    lost = []
    for page in PAGES:
        for word in (found.rstrip("/") for found in NAMED.findall(page.read_text())):
            known = paths if "/" in word else files if word.endswith(".py") else functions
            lost += [f"{page.relative_to(ROOT)} -> {word}"] if word not in known else []
    assert lost == []


def test_the_first_screen_is_short() -> None:
    text = (ROOT / "README.md").read_text()
    first_screen = text.partition("\n<!-- end of first screen -->\n")[0]
    assert first_screen != text
    assert first_screen.count("\n") < 40

"""Every command the console tells people to give is one there is."""

from __future__ import annotations

import re
from pathlib import Path

from wardlaw.console.pages.rendering import TEMPLATES

SAID = re.compile(r"<code>wardlaw ((?:[a-z]+(?:-[a-z]+)*)(?: [a-z]+(?:-[a-z]+)*)?)")
DOCUMENTED = (Path(__file__).parents[4] / "docs" / "cli.md").read_text(encoding="utf-8")


def test_every_command_that_a_page_tells_is_documented() -> None:
    told = {one for path in TEMPLATES.glob("*.html") for one in SAID.findall(path.read_text(encoding="utf-8"))}
    assert len(told) > 10
    assert {one for one in told if not is_documented(one)} == set()


def is_documented(command: str) -> bool:
    """As it is, or as a command with an argument."""
    return any(f"Usage: wardlaw {one} " in DOCUMENTED for one in (command, command.partition(" ")[0]) if is_leaf(one))


def is_leaf(command: str) -> bool:
    """Not a group of commands, which does nothing by itself."""
    return f"Usage: wardlaw {command} COMMAND" not in DOCUMENTED

"""The page of all commands: ``python -m tests.house.cli_page`` writes it, a test compares it."""

from __future__ import annotations

import io
from collections.abc import Iterator

from rich.console import Console

from tests.house.sources import ROOT
from wardlaw.cli.run import build_app
from wardlaw.cli.table import COMMANDS, help_text

PAGE = ROOT / "docs" / "cli.md"
MARK = "<!-- written by python -m tests.house.cli_page; do not edit below -->\n"
WIDTH = 100


def generated() -> str:
    """Everything below the mark."""
    parts = [f"```console\n$ wardlaw --help\n{help_text()}```\n"]
    for entry in COMMANDS:
        parts.append(f"## wardlaw {entry.name}\n")
        parts += [f"```text\n{text}\n```\n" for text in _helps((entry.name,))]
    return "\n".join(parts)


def _helps(words: tuple[str, ...]) -> Iterator[str]:
    """The help of a command and of all below it, without the options that all commands share."""
    console = Console(file=io.StringIO(), width=WIDTH, no_color=True, force_terminal=False)
    build_app().help_print(list(words), console=console)
    lines = [line.rstrip() for line in console.file.getvalue().strip().splitlines()]  # type: ignore[attr-defined]
    yield "\n".join(_without_panel(lines, "Everywhere")).strip()
    for name in _names(lines):
        yield from _helps((*words, name))


def _without_panel(lines: list[str], title: str) -> Iterator[str]:
    skipping = False
    for line in lines:
        if line.startswith(f"╭─ {title} "):
            skipping = True
        if not skipping:
            yield line
        if line.startswith("╰"):
            skipping = False


def _names(lines: list[str]) -> Iterator[str]:
    """The subcommands a help lists."""
    inside = False
    for line in lines:
        if line.startswith("╭─ Commands "):
            inside = True
        elif line.startswith("╰"):
            inside = False
        elif inside and line[:2] == "│ " and line[2] != " ":
            yield line[2:].split()[0]


if __name__ == "__main__":
    head = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    PAGE.write_text(head + MARK + "\n" + generated(), encoding="utf-8")

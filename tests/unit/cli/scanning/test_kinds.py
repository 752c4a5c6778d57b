from __future__ import annotations

from pathlib import PurePath

import pytest

from wardlaw.cli.scanning.kinds import CHANNELS, FileKind, kind_of


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("AGENTS.md", FileKind.SKILL),
        ("a/SKILL.md", FileKind.SKILL),
        (".cursorrules", FileKind.SKILL),
        (".cursor/rules/a.mdc", FileKind.SKILL),
        ("skills/x/extra.txt", FileKind.SKILL),
        ("skills/x/run.py", FileKind.CODE),
        ("mcp.json", FileKind.AGENT_CONFIG),
        (".vscode/mcp.json", FileKind.AGENT_CONFIG),
        ("claude_desktop_config.json", FileKind.AGENT_CONFIG),
        ("a.prompt", FileKind.PROMPT),
        ("prompts/system.md", FileKind.PROMPT),
        ("prompts/build.py", FileKind.CODE),
        ("rows.jsonl", FileKind.DATASET),
        ("rows.CSV", FileKind.DATASET),
        ("answers.json", FileKind.DATASET),
        ("package.json", FileKind.CODE),
        ("main.go", FileKind.CODE),
        (".env", FileKind.CODE),
        (".env.local", FileKind.CODE),
        ("Dockerfile", FileKind.CODE),
        ("go.sum", FileKind.CODE),
        ("requirements-dev.txt", FileKind.CODE),
        ("requirements/notes.txt", FileKind.TEXT),
        ("README.md", FileKind.TEXT),
        ("page.html", FileKind.TEXT),
        ("what.ever", FileKind.TEXT),
        ("skills/x/Paper.PDF", FileKind.DOCUMENT),
        ("plan.xlsx", FileKind.DOCUMENT),
    ],
)
def test_a_file_is_known_by_its_name(name: str, kind: FileKind) -> None:
    assert kind_of(PurePath(name)) is kind


def test_every_kind_has_a_channel() -> None:
    assert set(CHANNELS) == set(FileKind)

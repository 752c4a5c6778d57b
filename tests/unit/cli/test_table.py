"""The table of commands."""

from __future__ import annotations

import importlib

from wardlaw.cli.table import COMMANDS, find_command, help_text


def test_every_target_is_there() -> None:
    for entry in COMMANDS:
        module, _, name = entry.target.partition(":")
        assert getattr(importlib.import_module(module), name) is not None


def test_names_are_unique_and_groups_stand_together() -> None:
    assert len({entry.name for entry in COMMANDS}) == len(COMMANDS)
    groups = [entry.group for entry in COMMANDS]
    starts = [group for place, group in enumerate(groups) if place == 0 or groups[place - 1] != group]
    assert len(starts) == len(set(starts))


def test_find_command() -> None:
    found = find_command("scan")
    assert found is not None
    assert found.name == "scan"
    assert find_command("nope") is None


def test_help_fits_a_terminal_and_names_all() -> None:
    text = help_text()
    assert all(f"\n  {entry.name} " in text for entry in COMMANDS)
    assert max(map(len, text.splitlines())) <= 100

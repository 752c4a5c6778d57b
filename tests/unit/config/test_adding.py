from __future__ import annotations

import pytest

from wardlaw.config.adding import directory_line, with_directory
from wardlaw.config.parse import parse_config
from wardlaw.config.problem import ConfigProblemsError
from wardlaw.facts.errors import WardlawError

ENTRY = {"name": "acme", "platform": "github", "credential": "env:TOKEN", "organisation": "acme: {x}"}
OTHER = "    - {name: other, platform: github, credential: env:T, organisation: o}\n"


def directories(text: str) -> list[tuple[str, str]]:
    found = parse_config(text, source="w.yaml").inventory.directories
    return [(one.name, one.organisation) for one in found]


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\n",
        "version: 1\ndata_dir: data",
        "version: 1\ninventory:\n  directories:\n" + OTHER + "gateway:\n  listen: 127.0.0.1:1\n",
        "version: 1\ninventory: # what is connected\n  directories:   # all\n" + OTHER.replace("    -", "  -"),
    ],
)
def test_an_entry_is_added_and_every_line_stays(text: str) -> None:
    changed = with_directory(text, ENTRY, source="w.yaml")
    assert ("acme", "acme: {x}") in directories(changed)
    assert len(directories(changed)) == 1 + ("other" in text)
    assert [line for line in changed.splitlines() if line in text.splitlines()] == text.splitlines()


@pytest.mark.parametrize(
    "text", ["version: 1\ninventory: {directories: []}\n", "version: 1\ninventory:\n  directories: []\n"]
)
def test_another_style_is_refused_and_nothing_lost(text: str) -> None:
    with pytest.raises(WardlawError):
        with_directory(text, ENTRY, source="w.yaml")


def test_what_would_be_wrong_is_told() -> None:
    with pytest.raises(ConfigProblemsError, match="organisation"):
        with_directory("version: 1\n", {"name": "a", "platform": "github", "credential": "env:T"}, source="w.yaml")


def test_values_that_yaml_would_read_as_something_else_are_quoted() -> None:
    assert directory_line({"a": "on", "b": "12", "c": "x-1", "d": 'q"\n'}) == r'{a: "on", b: "12", c: x-1, d: "q\"\n"}'

from __future__ import annotations

import pytest

from wardlaw.config.connected import Directory, InventorySettings, Platform
from wardlaw.config.directories import directory_faults
from wardlaw.config.parse import parse_config
from wardlaw.config.problem import ConfigProblemsError
from wardlaw.config.secretref import SecretRef

SECRET = SecretRef("env", "T")


def faults(*directories: Directory) -> list[str]:
    return [f"{code} {path}" for code, path, _, _ in directory_faults(InventorySettings(directories))]


GOOD = Directory("a", Platform.GITHUB, SECRET, organisation="acme")


def test_good_ones() -> None:
    assert faults(GOOD, Directory("b", Platform.GOOGLE, SECRET, subject="a@b", url="http://127.0.0.1:1")) == []


@pytest.mark.parametrize(("directory", "fault"), [
    (Directory("a", Platform.GITHUB, SECRET), "WL-CFG-005 inventory.directories[0].organisation"),
    (Directory("a", Platform.GOOGLE, SECRET), "WL-CFG-005 inventory.directories[0].subject"),
    (Directory("a", Platform.GITHUB, SecretRef(), organisation="x"), "WL-CFG-005 inventory.directories[0].credential"),
    (Directory("a", Platform.GITHUB, SECRET, organisation="x", url="http://x.example"), "WL-CFG-008 inventory.directories[0].url"),
])  # fmt: skip
def test_bad_ones(directory, fault) -> None:
    assert faults(directory) == [fault]
    assert faults(GOOD, GOOD) == ["WL-CFG-010 inventory.directories[1]"]


def test_it_is_read_from_the_file() -> None:
    text = """version: 1
inventory:
  directories:
    - {name: acme, platform: github, organisation: acme, credential: "file:gh"}
"""
    config = parse_config(text, source="x.yaml")
    assert config.inventory.directories[0].credential.name.endswith("gh")


@pytest.mark.parametrize("word", ["off", "shadow", "on", '"on"'])
def test_a_word_of_a_closed_set_needs_no_quotes(word: str) -> None:
    text = f"version: 1\ninventory: {{revoke_automatically: {word}}}\n"
    assert parse_config(text, source="w.yaml").inventory.revoke_automatically.value == word.strip('"')
    env = {"WARDLAW_INVENTORY_REVOKE_AUTOMATICALLY": word.strip('"')}
    assert parse_config("version: 1\n", source="w.yaml", env=env).inventory.revoke_automatically.value == word.strip(
        '"'
    )


def test_other_words_are_refused_and_the_default_takes_nothing_away() -> None:
    for word in ("yes", "maybe", "12"):
        with pytest.raises(ConfigProblemsError):
            parse_config(f"version: 1\ninventory: {{revoke_automatically: {word}}}\n", source="w.yaml")
    settings = parse_config("version: 1\n", source="w.yaml").inventory
    assert (settings.revoke_automatically.value, settings.revoke_per_hour, settings.protected_apps) == ("off", 10, ())

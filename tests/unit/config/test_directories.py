from __future__ import annotations

import pytest

from wardlaw.config.connected import Directory, InventorySettings, Platform
from wardlaw.config.directories import directory_faults
from wardlaw.config.parse import parse_config
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
    (Directory("a", Platform.OAUTH, SECRET, tokens="t"), "WL-CFG-005 inventory.directories[0].url"),
    (Directory("a", Platform.OAUTH, SECRET, url="https://x.example"), "WL-CFG-005 inventory.directories[0].tokens"),
    (Directory("a", Platform.SALESFORCE, SECRET), "WL-CFG-005 inventory.directories[0].url"),
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

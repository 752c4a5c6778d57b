from __future__ import annotations

import pytest

from wardlaw.config.connected import DecidedApp, Directory, InventorySettings, Platform
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


def test_apps() -> None:
    good = DecidedApp("acme", "a", addresses=("203.0.113.0/24", "198.51.100.7", "2001:db8::/32"))
    assert list(directory_faults(InventorySettings(apps=(good, DecidedApp("other", "a"))))) == []
    bad = DecidedApp("acme", "a", addresses=("203.0.113.1/24", "everywhere", "10.0.0.0/99"))
    found = [f"{code} {path}" for code, path, _, _ in directory_faults(InventorySettings(apps=(good, bad)))]
    assert found == [
        "WL-CFG-010 inventory.apps[1]",
        *(f"WL-CFG-005 inventory.apps[1].addresses[{n}]" for n in range(3)),
    ]
    text = "version: 1\ninventory: {apps: [{directory: acme, app: x, approved: true, scopes: [s]}]}\n"
    assert parse_config(text, source="x.yaml").inventory.apps == (
        DecidedApp("acme", "x", approved=True, scopes=("s",)),
    )

from __future__ import annotations

import pytest

from wardlaw.config.connected import DecidedApp, Directory, InventorySettings, Platform
from wardlaw.config.directories import directory_faults
from wardlaw.config.parse import parse_config
from wardlaw.config.problem import ConfigProblemsError
from wardlaw.config.secretref import SecretRef

SECRET = SecretRef("env", "T")
TENANT = "11111111-2222-3333-4444-555555555555"


def faults(*directories: Directory) -> list[str]:
    return [f"{code} {path}" for code, path, _, _ in directory_faults(InventorySettings(directories))]


GOOD = Directory("a", Platform.GITHUB, SECRET, organisation="acme")


def test_good_ones() -> None:
    entra = Directory(
        "c", Platform.ENTRA, SECRET, SECRET, tenant=TENANT, client="r", write_client="w", login="http://127.0.0.1:1"
    )
    okta = Directory("d", Platform.OKTA, SECRET, url="https://acme.okta.com")
    assert faults(entra, okta) == []
    assert faults(GOOD, Directory("b", Platform.GOOGLE, SECRET, subject="a@b", url="http://127.0.0.1:1")) == []


@pytest.mark.parametrize(("directory", "fault"), [
    (Directory("a", Platform.GITHUB, SECRET), "WL-CFG-005 inventory.directories[0].organisation"),
    (Directory("a", Platform.GOOGLE, SECRET), "WL-CFG-005 inventory.directories[0].subject"),
    (Directory("a", Platform.GITHUB, SecretRef(), organisation="x"), "WL-CFG-005 inventory.directories[0].credential"),
    (Directory("a", Platform.OAUTH, SECRET, tokens="t"), "WL-CFG-005 inventory.directories[0].url"),
    (Directory("a", Platform.OAUTH, SECRET, url="https://x.example"), "WL-CFG-005 inventory.directories[0].tokens"),
    (Directory("a", Platform.SALESFORCE, SECRET), "WL-CFG-005 inventory.directories[0].url"),
    (Directory("a", Platform.OKTA, SECRET), "WL-CFG-005 inventory.directories[0].url"),
    (Directory("a", Platform.ENTRA, SECRET, tenant="acme.example", client="r"), "WL-CFG-005 inventory.directories[0].tenant"),
    (Directory("a", Platform.ENTRA, SECRET, tenant=TENANT), "WL-CFG-005 inventory.directories[0].client"),
    (Directory("a", Platform.ENTRA, SECRET, SECRET, tenant=TENANT, client="r"), "WL-CFG-005 inventory.directories[0].write_client"),
    (Directory("a", Platform.ENTRA, SECRET, tenant=TENANT, client="r", login="http://x.example"), "WL-CFG-008 inventory.directories[0].login"),
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


def test_the_file_of_a_write_credential_lies_beside_the_configuration() -> None:
    text = """version: 1
inventory:
  directories:
    - {name: acme, platform: github, organisation: acme, credential: "file:gh", write_credential: "file:gh-write"}
"""
    config = parse_config(text, source="/etc/wardlaw/x.yaml")
    read, write = config.inventory.directories[0].credential, config.inventory.directories[0].write_credential
    assert write.name == f"{read.name}-write"


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

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from wardlaw.cli.providing import identity_provider, provider_desk
from wardlaw.config.model import Config, Console
from wardlaw.config.provider import Provider
from wardlaw.config.secretref import SecretRef
from wardlaw.facts.errors import ConfigError


def config(**settings) -> Config:
    return Config(console=Console(oidc=Provider(issuer="https://login.example", client_id="w", **settings)))


def test_there_is_one_where_one_is_set() -> None:
    assert identity_provider(Config(), {}) is None
    assert provider_desk(Config(), {}) is None
    desk = provider_desk(config(client_secret=SecretRef("env", "OIDC")), {"OIDC": "x"})
    assert desk is not None
    assert desk.settings.issuer == "https://login.example"
    asyncio.run(desk.close())


def test_what_it_needs_must_be_readable(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        identity_provider(config(client_secret=SecretRef("env", "OIDC")), {})
    assert caught.value.code == "WL-CFG-013"
    with pytest.raises(ConfigError) as caught:
        provider_desk(config(ca=str(tmp_path / "missing.pem")), {})
    assert caught.value.code == "WL-OID-018"

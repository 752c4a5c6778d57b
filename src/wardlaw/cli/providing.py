"""The identity provider people sign in to the console through, from its settings."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

from wardlaw.adapters.identityprovider import IdentityProvider
from wardlaw.config.check import console_address
from wardlaw.config.load import read_secret
from wardlaw.config.model import Config
from wardlaw.console.desks.provider import ProviderDesk
from wardlaw.facts.errors import ConfigError


def identity_provider(config: Config, env: Mapping[str, str]) -> IdentityProvider | None:
    """What asks the provider; None where there is none.

    Raises:
        ConfigError: Its secret or its certificates cannot be read (WL-CFG-013, WL-OID-018).
    """
    settings = config.console.oidc
    if not settings:
        return None
    secret = ""
    if settings.client_secret:
        secret = read_secret(settings.client_secret, env=env, what="console.oidc.client_secret")
    try:
        authority = Path(settings.ca).read_bytes() if settings.ca else b""
    except OSError as error:
        raise ConfigError(
            "WL-OID-018", f"{settings.ca} cannot be read: {error.strerror}.", "Mend console.oidc.ca."
        ) from error
    return IdentityProvider(settings, secret=secret, clock=time.time, authority=authority)


def provider_desk(config: Config, env: Mapping[str, str]) -> ProviderDesk | None:
    """What signs people in through it; None where there is none.

    Raises:
        ConfigError: As ``identity_provider``.
    """
    provider = identity_provider(config, env)
    if provider is None:
        return None
    return ProviderDesk(provider, address=console_address(config), clock=time.time, entropy=os.urandom)

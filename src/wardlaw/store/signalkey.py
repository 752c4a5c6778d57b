"""The key that signs our signals: a file beside the other keys, its public half in a file that the listener publishes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from wardlaw.facts.errors import ConfigError
from wardlaw.store.keyring_kek import read_secret, write_secret
from wardlaw.store.keyring_signing import replace_file

KEY, PUBLIC = "signals.key", "signals.jwks.json"
Sign = Callable[[Mapping[str, Any]], str]


def signal_signer(keys: Path) -> Sign:
    """Signs claims as a security event token (RFC 8417), ES256; the key is made where there is none yet.

    Raises:
        ConfigError: It cannot be read or written, or is none (WL-LSN-008).
    """
    path = keys / KEY
    if not path.exists():
        write_secret(path, ECKey.generate_key("P-256").as_pem(private=True))
    try:
        key = ECKey.import_key(read_secret(path))
        kid = key.thumbprint()
    except (JoseError, ValueError, TypeError) as error:
        raise ConfigError(
            "WL-LSN-008", f"There is no key for signals in {path}.", "Remove the file and start again: one is made."
        ) from error
    public = key.as_dict(private=False) | {"kid": kid, "use": "sig", "alg": "ES256"}
    replace_file(keys / PUBLIC, msgspec.json.encode({"keys": [public]}), mode=0o644)

    def sign(claims: Mapping[str, Any]) -> str:
        header = {"alg": "ES256", "kid": kid, "typ": "secevent+jwt"}
        return jws.serialize_compact(header, msgspec.json.encode(claims), key, algorithms=["ES256"])

    return sign


def unsigned(claims: Mapping[str, Any]) -> str:
    """For an installation that signals nobody: it has no key to sign with.

    Raises:
        ConfigError: Always (WL-LSN-008).
    """
    raise ConfigError(
        "WL-LSN-008", f"There is no key to sign {len(claims)} claims with.", "Name receivers under inventory.sending."
    )


def published_keys(keys: Path) -> bytes:
    """The key set that receivers verify with; empty where no signal was ever to be sent."""
    path = keys / PUBLIC
    return path.read_bytes() if os.access(path, os.R_OK) else b'{"keys":[]}'

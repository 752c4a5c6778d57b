"""Tokens by which processes of the installation show themselves to the management API: a file each, beside the keys."""

from __future__ import annotations

import os
from pathlib import Path

from wardlaw.facts.errors import ConfigError
from wardlaw.facts.keytext import SECRET_BYTES, Prefix, make_key_text, read_prefix
from wardlaw.governance.operations import Service
from wardlaw.store.keyring_kek import Random, read_secret, write_secret


def token_path(keys: Path, service: Service) -> Path:
    """Where the token of a process lies; whoever removes the file gets another one with the next start of control."""
    return keys / f"{service}.token"


def make_service_token(keys: Path, service: Service, *, random: Random = os.urandom) -> str:
    """The token of a process, made where there is none yet.

    Raises:
        ConfigError: Its file cannot be written or read.
    """
    path = token_path(keys, service)
    if not path.exists():
        write_secret(path, make_key_text(Prefix.API_TOKEN, random(SECRET_BYTES)).encode() + b"\n")
    return read_service_token(keys, service)


def read_service_token(keys: Path, service: Service) -> str:
    """The token of a process.

    Raises:
        ConfigError: There is none yet, others may read it (WL-KEY-005), or it is none (WL-LSN-007).
    """
    text = read_secret(token_path(keys, service)).decode("ascii", errors="replace").strip()
    if read_prefix(text) is not Prefix.API_TOKEN:
        path = token_path(keys, service)
        raise ConfigError(
            "WL-LSN-007", f"There is no token in {path}.", "Remove the file and start the control process again."
        )
    return text

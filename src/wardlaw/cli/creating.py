"""Making an installation: what is missing is made, what is there stays as it is."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from wardlaw.config.load import FILE_NAME, read_config
from wardlaw.config.model import Config
from wardlaw.facts.errors import ConfigError
from wardlaw.governance.bundle import bundle_payload
from wardlaw.governance.check import check
from wardlaw.governance.shipped import starter_sources
from wardlaw.store.bundle import write_bundle
from wardlaw.store.database import open_database, reading, writing
from wardlaw.store.installation import Installation
from wardlaw.store.keyring_kek import create_kek
from wardlaw.store.keyring_signing import create_signing_key
from wardlaw.store.migrate import upgrade
from wardlaw.store.people import count_admins
from wardlaw.store.tokens import create_first_admin_token

ADMIN_TOKEN_S = 86_400.0
"""Life of the first admin's token, in seconds: a day, so that a terminal's history is worth nothing later."""

_TOKEN_BYTES = 32
_LIFE_OFF, _LIFE_ON = "  # life: on  ", "  life: on  "


class Created(NamedTuple):
    """What was made.

    Attributes:
        made: Paths that are new.
        kept: Paths that were there.
        admin_token: Text of the first admin's one-time token; ``""`` when there is an admin already.
    """

    config_path: Path
    config: Config
    made: list[str]
    kept: list[str]
    admin_token: str


def console_address(config: Config) -> str:
    """Where a browser finds the console; empty where no address is set.

    On this machine by its name: passkeys know no addresses.
    """
    if not config.control.listen:
        return ""
    scheme = "https" if config.control.tls else "http"
    return f"{scheme}://{config.control.listen.replace('127.0.0.1', 'localhost')}"


def create_installation(folder: Path, *, sign_off: bool = False) -> Created:
    """Make configuration, clauses, keys, database and the first policy bundle in a folder.

    Args:
        sign_off: Clauses have a life: a configuration that is made here says so; one that is there stays as it is.

    Raises:
        ConfigError: Something that is there cannot be used, or the folder cannot be written.
    """
    made: list[str] = []
    kept: list[str] = []

    def once(path: Path, make: Callable[[], object]) -> None:
        if path.exists():
            kept.append(str(path))
            return
        make()
        made.append(str(path))

    try:
        folder.mkdir(parents=True, exist_ok=True)
        config_path = folder.absolute() / FILE_NAME
        once(config_path, lambda: _write_new(config_path, _template(sign_off=sign_off), mode=0o644))
        config = read_config(config_path, env=os.environ).config
        places = Installation(config)
        _refuse_orphans(config, places)
        policies = Path(config.policies.dir)
        once(policies, lambda: _copy_starter(policies))
        for private in (Path(config.keys.dir), places.data_dir):
            once(private, lambda private=private: private.mkdir(mode=0o700, parents=True))  # type: ignore[misc]
        _make_keys(config, places, once)
        once(places.bundle_path, lambda: _first_bundle(policies, places))
    except OSError as error:
        raise ConfigError(
            "WL-CLI-011",
            f"{folder} cannot be set up: {error.strerror} ({error.filename}).",
            "Check path and permissions.",
        ) from error
    return Created(config_path, config, made, kept, _prepare_database(places))


def _template(*, sign_off: bool) -> str:
    text = (resources.files("wardlaw.cli") / "data" / FILE_NAME).read_text(encoding="utf-8")
    return text.replace(_LIFE_OFF, _LIFE_ON, 1) if sign_off else text


def _copy_starter(folder: Path) -> None:
    """All clauses or none: an interrupted copy must not look like a whole one."""
    beside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    for name, text in starter_sources().items():
        _write_new(beside / name, text, mode=0o644)
    beside.rename(folder)


def _refuse_orphans(config: Config, places: Installation) -> None:
    """A new key for old data would lock the data out, or fork the log, and look like success.

    Raises:
        ConfigError: Data is there whose key is not.
    """
    kek = Path(config.keys.kek.name) if config.keys.kek.kind == "file" else None
    pairs = (
        (places.data_dir / "deks.db", kek),
        (Path(config.audit.log) / "checkpoint", places.log_key_path),
        (places.bundle_path, places.bundle_key_path),
    )
    for data, key in pairs:
        if key is not None and data.exists() and not key.exists():
            raise ConfigError(
                "WL-CLI-012",
                f"{data} is there, but the key it needs is not: {key}.",
                "Restore the key from its backup. Only for a new start: move the data directory away.",
            )


def _make_keys(config: Config, places: Installation, once: Callable[[Path, Callable[[], object]], None]) -> None:
    """The key-encryption key (unless the environment has it) and the three signing keys."""
    if config.keys.kek.kind == "file":
        path = Path(config.keys.kek.name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        once(path, lambda: create_kek(path, data_dir=places.data_dir))
    for key, role in (
        (places.log_key_path, "log"),
        (places.gateway_key_path, "gateway"),
        (places.bundle_key_path, "bundle"),
    ):
        once(key, lambda key=key, role=role: create_signing_key(key, places.key_name(role)))  # type: ignore[misc]


def _first_bundle(policies: Path, places: Installation) -> None:
    """Publish the clauses, so that the gateway never starts without any."""
    sources = {
        str(path.relative_to(policies)): path.read_text(encoding="utf-8")
        for path in sorted(policies.rglob("*"))
        if path.suffix in (".yaml", ".cedar")
    }
    checked = check(sources, today=datetime.now(UTC).date())
    payload = bundle_payload(checked)
    places.bundle_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_bundle(places.bundle_path, payload, places.bundle_signer().sign, version=1)


def _prepare_database(places: Installation) -> str:
    """Bring the schema up, make the keyring's root, and a token for the first admin where there is none."""
    places.open_keyring(os.environ).close()
    engine = open_database(places.database_url(os.environ))
    try:
        upgrade(engine)
        with reading(engine) as connection:
            if count_admins(connection):
                return ""
        with writing(engine) as connection:
            secret = os.urandom(_TOKEN_BYTES)
            return create_first_admin_token(connection, secret=secret, now=time.time(), lifetime_s=ADMIN_TOKEN_S)
    finally:
        engine.dispose()


def _write_new(path: Path, text: str, *, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)

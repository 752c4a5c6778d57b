"""What the sequencer of an installation works with, from its configuration."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy.engine import Engine

from wardlaw.audit.note import SignerKey, parse_signer_key, parse_verifier_key
from wardlaw.config.load import read_reference
from wardlaw.config.model import Audit
from wardlaw.facts.errors import ConfigError
from wardlaw.store.installation import Installation
from wardlaw.store.keyring_kek import read_secret
from wardlaw.store.keyring_signing import trusted_keys
from wardlaw.store.logdir import LogDirectory
from wardlaw.store.secondplace import SecondPlace, SyslogPlace, WitnessPlace, WriteOncePlace
from wardlaw.store.sequencer import LogParts

KEEP_FILE = "keep-from"
"""File in a gateway's spool: first position its state still needs after a restart, ``epoch seq``."""


def log_parts(places: Installation, engine: Engine) -> LogParts:
    """Everything the sequencer needs.

    Raises:
        ConfigError: A key is missing or a second place cannot be used.
    """
    audit = places.config.audit
    return LogParts(
        engine=engine,
        directory=LogDirectory(Path(audit.log)),
        spool_root=Path(audit.spool),
        key=log_signer_key(places.log_key_path),
        places=second_places(audit),
        former_keys=tuple(one.verifier for one in trusted_keys(places.log_key_path)[:-1]),
        keep_from=read_keep_from,
    )


def log_signer_key(path: Path) -> SignerKey:
    """The key that signs checkpoints.

    Raises:
        ConfigError: It is missing, open to others, or not a key.
    """
    return parse_signer_key(read_secret(path).decode("ascii", errors="replace"))


def second_places(audit: Audit) -> tuple[SecondPlace, ...]:
    """Where checkpoints also go.

    Raises:
        ConfigError: A place cannot be used as it is set up.
    """
    found: list[SecondPlace] = []
    if audit.witness.url:
        line = read_witness_key(audit.witness.public_key)
        found.append(WitnessPlace(audit.witness.url, parse_verifier_key(line)))
    if audit.write_once:
        found.append(WriteOncePlace(Path(audit.write_once), now=time.time))
    if audit.syslog:
        found.append(SyslogPlace(audit.syslog, now=time.time))
    return tuple(found)


def read_witness_key(text: str) -> str:
    """A public key line, or the content of the ``file:`` that holds it; public, so it may be readable by all.

    Raises:
        ConfigError: The file cannot be read.
    """
    if not text.startswith("file:"):
        return read_reference(text, env={}, what="audit.witness.public_key")
    path = Path(text.removeprefix("file:"))
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            "WL-CFG-013",
            f"audit.witness.public_key: {path} cannot be read: {error}.",
            "Put the witness's key line there.",
        ) from error


def read_keep_from(spool: Path) -> tuple[int, int] | None:
    """First position in a spool that its gateway's state still needs; None when it needs none."""
    try:
        epoch, seq = (spool / KEEP_FILE).read_text(encoding="ascii").split()
        return int(epoch), int(seq)
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return (0, 0)  # it cannot be told: keep everything

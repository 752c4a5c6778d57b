"""What a pipeline does while the installation cannot be reached.

A pull request fails open, and that it did is written down; a release fails closed, unless a signed statement of the last
24 hours says that its verdict stands.
"""

from __future__ import annotations

import base64
import binascii
import json
from pathlib import Path

import msgspec

from wardlaw.audit.note import parse_verifier_key
from wardlaw.facts.errors import ConfigError, EvidenceError, WardlawError
from wardlaw.register.gates.statement import Statement, believable, statement_message

RECORD = Path("wardlaw-gate-unreachable.jsonl")
"""Where it is written down that a gate was passed unseen, when nothing else is said."""


class KeptStatement(msgspec.Struct, frozen=True):
    """A statement as ``wardlaw gate verdict --out`` writes it."""

    statement: Statement
    key: str
    signature: str


def check_kept(path: Path, trusted: Path, *, system: str, model: str, at: float) -> Statement:
    """The statement in a file, when it lets this release pass.

    Args:
        trusted: File of public keys, one a line, that the release believes; the statement's own word counts for nothing.
        model: SHA-256 of the model that is released; ``""`` for none.
        at: Unix seconds.

    Raises:
        EvidenceError: It lets nothing pass (WL-GAT-011).
        ConfigError: The public keys cannot be read (WL-GAT-011).
    """
    try:
        keys = [parse_verifier_key(line) for line in trusted.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, WardlawError) as error:
        raise ConfigError(
            "WL-GAT-011", f"{trusted} cannot be read as public keys: {error}", "Give --trust FILE."
        ) from error
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=KeptStatement)
        signature = base64.b64decode(kept.signature, validate=True)
    except (OSError, msgspec.MsgspecError, binascii.Error, ValueError) as error:
        raise _refused(f"{path} cannot be read: {error}") from error
    message = statement_message(kept.statement)
    if not any(key.verify(message, signature) for key in keys):
        raise _refused(f"{path} is not signed by a key of {trusted}")
    if why := believable(kept.statement, system=system, model=model, at=at):
        raise _refused(why)
    return kept.statement


def write_down(path: Path, *, system: str, gate: str, mode: str, why: str, at: float) -> None:
    """Write down that a gate was passed unseen: one JSON line.

    Raises:
        OSError: It cannot be written; then nothing passes.
    """
    line = {"at": at, "system": system, "gate": gate, "mode": mode, "why": why, "passed": "unseen"}
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")


def _refused(why: str) -> EvidenceError:
    return EvidenceError(
        "WL-GAT-011", f"The statement lets nothing pass: {why}.", "Reach the installation, or fetch a new statement."
    )

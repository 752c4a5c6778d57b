"""Witness cosignatures: a second key's dated statement that it saw this head of the log.

Source: C2SP tlog-cosignature, version 1 with Ed25519.
"""

from __future__ import annotations

from wardlaw.audit.checkpoint import MAX_SIZE
from wardlaw.audit.note import KeyType, Note, NoteSignature, SignerKey, VerifierKey
from wardlaw.facts.errors import ConfigError, EvidenceError

_TIME_BYTES = 8
_SIGNATURE_BYTES = 64


def cosign(note: Note, key: SignerKey, *, at: int) -> NoteSignature:
    """A cosignature over the text of a checkpoint.

    Args:
        note: The checkpoint; the caller has verified it.
        key: A key of type ``COSIGNATURE``.
        at: Unix time in seconds.

    Raises:
        ConfigError: The key is of another type; a log's key must never cosign.
    """
    if key.type is not KeyType.COSIGNATURE:
        raise ConfigError("WL-AUD-012", f"The key {key.name} is not a witness key.", "Make one for the witness.")
    signature = key.sign(_message(note, at))
    return NoteSignature(key.name, key.verifier.key_id, at.to_bytes(_TIME_BYTES, "big") + signature)


def cosigned_at(note: Note, key: VerifierKey) -> int | None:
    """When a witness cosigned the note.

    Returns:
        Unix time in seconds; None when the note has no line of this key.

    Raises:
        EvidenceError: There is a line of this key and it does not verify.
    """
    line = note.find(key)
    if line is None:
        return None
    if key.type is KeyType.COSIGNATURE and len(line.signature) == _TIME_BYTES + _SIGNATURE_BYTES:
        at = int.from_bytes(line.signature[:_TIME_BYTES], "big")
        if at <= MAX_SIZE and key.verify(_message(note, at), line.signature[_TIME_BYTES:]):
            return at
    raise EvidenceError(
        "WL-AUD-011",
        f"The cosignature of {key.name} does not verify.",
        "Compare the witness's public key with the one kept at set-up.",
    )


def _message(note: Note, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{note.text}".encode()

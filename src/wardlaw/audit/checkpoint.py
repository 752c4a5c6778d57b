"""Checkpoints: the signed head of the tree. Source: C2SP tlog-checkpoint."""

from __future__ import annotations

from base64 import b64encode

import msgspec

from wardlaw.audit.merkle import EMPTY_ROOT, HASH_BYTES
from wardlaw.audit.note import Note, SignerKey, VerifierKey, parse_note, sign_note, strict_base64, verify_note
from wardlaw.facts.errors import EvidenceError

MAX_SIZE = (1 << 63) - 1  # a signed 64-bit number, as every implementation holds it


class Checkpoint(msgspec.Struct, frozen=True):
    """Head of a log: its name (origin), number of records and root hash."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed: three lines, each with its newline."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


class SignedCheckpoint(msgspec.Struct, frozen=True):
    """A checkpoint with the note that carries it; made only by ``open_checkpoint`` and ``sign_checkpoint``."""

    checkpoint: Checkpoint
    note: Note


def sign_checkpoint(checkpoint: Checkpoint, key: SignerKey) -> SignedCheckpoint:
    """Sign the head of a log with the log's key."""
    return SignedCheckpoint(checkpoint, sign_note(checkpoint.text, key))


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint; extension lines are refused, because no monitor can check them.

    Raises:
        EvidenceError: Not three lines, a number that is not canonical, or a root that is not a hash.
    """
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise _malformed("it has not exactly three lines")
    origin, size_text, root_text = lines[:3]
    if not origin:
        raise _malformed("it names no log")
    size = parse_decimal(size_text)
    root = strict_base64(root_text)
    if size is None:
        raise _malformed("its size is not a decimal number")
    if root is None or len(root) != HASH_BYTES:
        raise _malformed("its root is not a SHA-256 hash")
    if size == 0 and root != EMPTY_ROOT:
        raise _malformed("an empty log has another root")
    return Checkpoint(origin, size, root)


def open_checkpoint(data: bytes, *keys: VerifierKey) -> SignedCheckpoint:
    """Parse a checkpoint and verify the log's signature on it.

    Args:
        keys: The log's key and its former ones; one of them must have signed.

    Raises:
        EvidenceError: Malformed, not signed by the key, or of a log with another name than the key's.
    """
    note = parse_note(data)
    signers = verify_note(note, keys)
    checkpoint = parse_checkpoint(note.text)
    if all(key.name != checkpoint.origin for key in signers):
        raise _malformed(f"it is of the log {checkpoint.origin}, the key is of {signers[0].name}")
    return SignedCheckpoint(checkpoint, note)


def parse_decimal(text: str) -> int | None:
    """A number from 0 to 2**63 - 1 in ASCII digits without leading zeros; None for anything else."""
    if not text or len(text) > len(str(MAX_SIZE)) or not text.isascii() or not text.isdigit():
        return None
    number = int(text)
    return number if str(number) == text and number <= MAX_SIZE else None


def _malformed(why: str) -> EvidenceError:
    return EvidenceError("WL-AUD-013", f"A checkpoint is malformed: {why}.", "Fetch it again from its source.")

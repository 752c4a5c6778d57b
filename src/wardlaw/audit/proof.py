"""Proof files: one record's place in the log in a form anybody can check offline. Source: C2SP tlog-proof."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

import msgspec

from wardlaw.audit.checkpoint import Checkpoint, open_checkpoint, parse_decimal
from wardlaw.audit.cosignature import cosigned_at
from wardlaw.audit.merkle import HASH_BYTES, HashReader, inclusion_proof, leaf_hash, verify_inclusion
from wardlaw.audit.note import MAX_NOTE_BYTES, Note, VerifierKey, parse_note, strict_base64
from wardlaw.facts.errors import EvidenceError

_HEADER = "c2sp.org/tlog-proof@v1"
_MAX_HASHES = 63  # a tree of 2**63 leaves has no longer path


class Proof(msgspec.Struct, frozen=True):
    """A parsed proof; nothing in it is trusted before ``verify_proof``. ``extra`` is not authenticated at all."""

    index: int
    hashes: tuple[bytes, ...]
    note: Note
    extra: bytes = b""


class ProofFacts(msgspec.Struct, frozen=True):
    """What a verified proof says: the record's place, the log's head, and who else saw that head and when.

    Attributes:
        witnessed: Name of each witness and the Unix time (seconds) of its cosignature.
    """

    index: int
    checkpoint: Checkpoint
    witnessed: tuple[tuple[str, int], ...]


def make_proof(index: int, *, size: int, note: Note, read: HashReader) -> Proof:
    """Proof that record ``index`` stands in the log whose checkpoint of ``size`` records is ``note``.

    Raises:
        InputError: The record is not in a log of that size.
    """
    return Proof(index, tuple(inclusion_proof(index, size, read)), note)


def format_proof(proof: Proof) -> str:
    """The proof as the text of a ``.tlog-proof`` file."""
    lines = [_HEADER]
    if proof.extra:
        lines.append(f"extra {b64encode(proof.extra).decode()}")
    lines.append(f"index {proof.index}")
    lines.extend(b64encode(digest).decode() for digest in proof.hashes)
    return "\n".join(lines) + "\n\n" + proof.note.encode().decode()


def parse_proof(data: bytes) -> Proof:
    """Read a proof strictly: only the text ``format_proof`` writes is accepted.

    Raises:
        EvidenceError: Anything about the form is wrong.
    """
    if len(data) > 2 * MAX_NOTE_BYTES:
        raise _malformed("it is too long")
    head, separator, rest = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise _malformed("its head is not ASCII") from None
    if not separator or lines.pop(0) != _HEADER:
        raise _malformed("it does not begin as a tlog-proof")
    extra = b""
    if lines and lines[0].startswith("extra "):
        decoded = strict_base64(lines.pop(0).removeprefix("extra "))
        if not decoded:
            raise _malformed("its extra data is not base64")
        extra = decoded
    index = parse_decimal(lines.pop(0).removeprefix("index ")) if lines and lines[0].startswith("index ") else None
    if index is None:
        raise _malformed("it has no index")
    hashes = tuple(strict_base64(line) or b"" for line in lines)
    if len(hashes) > _MAX_HASHES or any(len(digest) != HASH_BYTES for digest in hashes):
        raise _malformed("a hash is not base64 of 32 bytes")
    return Proof(index, hashes, parse_note(rest), extra)


def verify_proof(
    proof: Proof, entry: bytes, *, log_key: VerifierKey, witness_keys: Sequence[VerifierKey] = (), quorum: int = 0
) -> ProofFacts:
    """Check that the entry stands in the log, offline.

    Args:
        entry: The record's envelope, byte for byte.
        witness_keys: Keys of the witnesses that are trusted.
        quorum: How many of them must have cosigned.

    Raises:
        EvidenceError: A signature, the path, or the quorum does not hold.
    """
    signed = open_checkpoint(proof.note.encode(), log_key)
    head = signed.checkpoint
    if not verify_inclusion(leaf_hash(entry), index=proof.index, size=head.size, proof=proof.hashes, root=head.root):
        raise EvidenceError(
            "WL-AUD-015",
            f"The proof does not lead from this record to the log of {head.size} records.",
            "The record was changed, or the proof belongs to another one.",
        )
    witnessed = tuple((key.name, at) for key in witness_keys if (at := cosigned_at(proof.note, key)) is not None)
    if len(witnessed) < quorum:
        raise EvidenceError(
            "WL-AUD-015",
            f"{len(witnessed)} of the trusted witnesses cosigned the checkpoint, {quorum} are asked for.",
            "Ask for a proof on a later checkpoint, or for the public keys of further witnesses.",
        )
    return ProofFacts(proof.index, head, witnessed)


def _malformed(why: str) -> EvidenceError:
    return EvidenceError("WL-AUD-014", f"A proof file is malformed: {why}.", "Make it anew with `wardlaw audit prove`.")

"""Checking a proof one step at a time, in words: what was looked at, whether it holds, and by which figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256

import msgspec

from wardlaw.audit.checkpoint import SignedCheckpoint, open_checkpoint
from wardlaw.audit.cosignature import cosigned_at
from wardlaw.audit.merkle import leaf_hash, verify_inclusion
from wardlaw.audit.note import VerifierKey
from wardlaw.audit.proof import parse_proof
from wardlaw.facts.errors import EvidenceError


class ProofStep(msgspec.Struct, frozen=True):
    """One step: ``name`` is what was looked at, ``detail`` the figures it rests on."""

    name: str
    holds: bool
    detail: str


def proof_steps(
    text: str, entry: bytes, *, log_keys: Sequence[VerifierKey], witness_keys: Sequence[VerifierKey] = ()
) -> tuple[ProofStep, ...]:
    """Every step from a record to the signed head of its log; after one that does not hold nothing more is claimed.

    Args:
        text: The proof, as its file holds it.
        entry: The record's envelope, byte for byte.
        log_keys: Keys of the log that are trusted, the newest first.
        witness_keys: Keys of witnesses that are trusted.
    """
    steps = [ProofStep("record", holds=True, detail=f"{len(entry):,} bytes, SHA-256 {sha256(entry).hexdigest()}")]
    try:
        proof = parse_proof(text.encode())
    except EvidenceError as error:
        return (*steps, ProofStep("proof", holds=False, detail=error.message))
    leaf = leaf_hash(entry)
    steps.append(ProofStep("leaf", holds=True, detail=f"entry {proof.index:,} of the log has the hash {leaf.hex()}"))
    signed, why = _opened(proof.note.encode(), log_keys)
    if signed is None:
        return (*steps, ProofStep("checkpoint", holds=False, detail=why))
    head = signed.checkpoint
    holds = verify_inclusion(leaf, index=proof.index, size=head.size, proof=proof.hashes, root=head.root)
    led = f"{len(proof.hashes)} hashes lead from there to the root {head.root.hex()} of {head.size:,} entries"
    steps.append(ProofStep("path", holds=holds, detail=led if holds else f"{led}: they do not"))
    if not holds:
        return tuple(steps)
    steps.append(ProofStep("checkpoint", holds=True, detail=f"that root is signed by the key of the log {head.origin}"))
    for key in witness_keys:
        at = cosigned_at(proof.note, key)
        seen = (
            f"{key.name} signed the same root at {_when(at)}" if at is not None else f"{key.name} has not signed it yet"
        )
        steps.append(ProofStep("witness", holds=at is not None, detail=seen))
    return tuple(steps)


def _opened(note: bytes, keys: Sequence[VerifierKey]) -> tuple[SignedCheckpoint | None, str]:
    why = "There is no key of the log to check it with."
    for key in keys:
        try:
            return open_checkpoint(note, key), ""
        except EvidenceError as error:
            why = error.message
    return None, why


def _when(at: int) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%d %H:%M:%SZ")

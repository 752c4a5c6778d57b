"""The envelope: one record of the log as its Merkle leaf holds it, without any personal data.

The same value always gives the same bytes: keys sorted, no spaces, every field present. The texts that were judged
and the inputs of the decision stay outside, sealed; the envelope commits to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from hashlib import sha256
from hmac import digest as hmac_digest

import msgspec

from wardlaw.audit.tiles import MAX_ENTRY_BYTES
from wardlaw.facts.errors import EvidenceError, Fault

VERSION = 1
_BLOCK_BYTES = 64  # SHA-256's block
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))
SALT_BYTES = 32  # as many bits as the commitment: guessing the salt is no cheaper than breaking the hash


class RecordKind(StrEnum):
    """What one record of the log tells."""

    DECISION = "decision"  # the door decided
    OUTCOME = "outcome"  # how an exchange ended
    CONTROL = "control"  # somebody changed or read Wardlaw itself
    ERASURE = "erasure"  # keys of a subject were destroyed
    GAP = "gap"  # records are known to be missing, and why
    START = "start"  # a gateway began a new epoch


class SealedPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """What the log commits to for one part that is encrypted beside it.

    The fields stand in alphabetical order: the encoder writes them as declared.

    Attributes:
        bytes: Size of the ciphertext.
        klass: Class of the part: ``inputs``, ``content``.
        commit: ``commitment`` over the plaintext, hex; its salt stands inside the plaintext.
        ct_sha256: SHA-256 of the ciphertext, hex.
        month: Month of the data key, ``YYYY-MM``.
    """

    bytes: int
    klass: str = msgspec.field(name="class")
    commit: str
    ct_sha256: str
    month: str


class Envelope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One record. The fields stand in alphabetical order: the encoder writes them as declared.

    Attributes:
        action: Action judged (``ModelCall`` …); ``""`` where none was.
        at: Unix time in milliseconds, UTC; advisory, the order of the log is the order of ``seq``.
        clauses: Ids of the clauses the reasons rest on.
        code: Code of the first reason; ``""`` when allowed.
        demanded: Effect the clauses demanded; differs from ``effect`` only in observe mode.
        effect: Effect carried out; ``""`` on records that decide nothing.
        epoch: The gateway's epoch, one more with every start.
        exchange: Id of the exchange, ``exc_…``.
        facts: Small countable facts (status, bytes, tokens); never personal data.
        gateway: Id of the gateway that wrote the record.
        id: Id of the record (a decision's ``dec_…``).
        policies: SHA-256 of the policy set that decided, hex.
        seq: Number of the record in its epoch, from 0 without gaps.
        subject: Rotating keyed pseudonym of the subject, hex; ``""`` where there is none.
        v: Version of this format.
    """

    action: str = ""
    at: int
    clauses: tuple[str, ...] = ()
    code: str = ""
    demanded: str = ""
    effect: str = ""
    epoch: int
    exchange: str = ""
    facts: dict[str, str | int] = {}
    gateway: str
    id: str
    kind: RecordKind
    policies: str = ""
    route: str = ""
    sealed: tuple[SealedPart, ...] = ()
    seq: int
    subject: str = ""
    v: int = VERSION


class Position(msgspec.Struct, frozen=True, gc=False):
    """Where a record stands in its gateway's count; all that the verifier reads of an envelope."""

    gateway: str
    epoch: int
    seq: int


# Encoders and decoders hold no state between calls; "deterministic" sorts the keys of ``facts``.
_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Envelope)
_position_decoder = msgspec.json.Decoder(Position)


def encode(envelope: Envelope) -> bytes:
    """Canonical JSON of the envelope: the data of its Merkle leaf.

    Raises:
        Fault: More than 65,535 bytes, which no entry bundle can hold.
    """
    data = _encoder.encode(envelope)
    if len(data) > MAX_ENTRY_BYTES:
        raise Fault(
            "WL-AUD-002",
            f"The record {envelope.id} has {len(data)} bytes, the log holds at most {MAX_ENTRY_BYTES}.",
            "Too many clauses or facts in one record; report it.",
        )
    return data


def decode(data: bytes) -> Envelope:
    """Read an envelope; only its canonical encoding is accepted.

    Raises:
        EvidenceError: Not an envelope of this version, or not its canonical encoding.
    """
    try:
        envelope = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _not_an_envelope("it is not an envelope") from None
    if envelope.v != VERSION:
        raise _not_an_envelope(f"it is of version {envelope.v}, this program reads version {VERSION}")
    if _encoder.encode(envelope) != data:
        raise _not_an_envelope("it is not in canonical form")
    return envelope


def position(data: bytes) -> Position:
    """Gateway, epoch and seq of an encoded envelope, without reading the rest (about a microsecond).

    Raises:
        EvidenceError: The bytes are no envelope.
    """
    try:
        return _position_decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _not_an_envelope("it is not an envelope") from None


def positions(entries: Sequence[bytes]) -> list[Position] | None:
    """``position`` of many encoded envelopes; None when one of them is no envelope."""
    decode_one = _position_decoder.decode
    try:
        return [decode_one(entry) for entry in entries]
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def commitment(salt: bytes, plaintext: bytes) -> str:
    """HMAC-SHA256 of the plaintext under a salt of 32 random bytes, hex.

    The salt is kept only inside the encrypted plaintext, so that after erasure nobody can try out texts.
    """
    if len(salt) > _BLOCK_BYTES:
        return hmac_digest(salt, plaintext, "sha256").hex()
    # RFC 2104 written out: through OpenSSL one HMAC costs several times the two hashes it consists of,
    # and it stands twice in every record.
    padded = salt.ljust(_BLOCK_BYTES, b"\0")
    inner = sha256(padded.translate(_INNER) + plaintext).digest()
    return sha256(padded.translate(_OUTER) + inner).hexdigest()


def _not_an_envelope(why: str) -> EvidenceError:
    return EvidenceError("WL-AUD-001", f"A record cannot be read: {why}.", "Run `wardlaw audit verify`.")

"""Deltas: every change of the state as a small command that makes the same change again.

A delta is the msgpack array of one or more commands, each with the life (epoch) of the authority that
made it and its number in that life. A snapshot of the state names the last number it holds, so a
command is never applied twice, in whatever order frames became durable.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from wardlaw.facts.errors import EvidenceError


class Reserved(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="r"):
    """A reservation; ``subjects`` holds only those that were not settled for every holder before."""

    epoch: int
    number: int
    principal: bytes
    person: bytes
    session: bytes
    at: float
    calls: int
    tokens: int
    subjects: tuple[bytes, ...]
    result_bytes: int


class Settled(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="s"):
    """The end of reservation ``(ticket_epoch, ticket_number)``; ``tokens`` -1 when not known."""

    epoch: int
    number: int
    ticket_epoch: int
    ticket_number: int
    released: bool
    tokens: int


class Corrected(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="c"):
    """Tokens added or taken back."""

    epoch: int
    number: int
    principal: bytes
    person: bytes
    at: float
    change: int


class Probed(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="p"):
    """A request stopped by security."""

    epoch: int
    number: int
    principal: bytes
    person: bytes
    session: bytes
    at: float
    weight: int


class Tainted(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="t"):
    """Labels put on session, principal and person."""

    epoch: int
    number: int
    principal: bytes
    person: bytes
    session: bytes
    at: float
    labels: tuple[str, ...]


class Quarantined(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="q"):
    """Keys locked out."""

    epoch: int
    number: int
    keys: tuple[bytes, ...]
    reason: str
    until: float
    at: float


class Freed(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="f"):
    """Quarantines ended."""

    epoch: int
    number: int
    keys: tuple[bytes, ...]


class Used(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="u"):
    """A single-use token used."""

    epoch: int
    number: int
    token: bytes
    until: float
    at: float


class Remembered(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="m"):
    """Tool calls released to a principal: digest of the id, digest of name and arguments."""

    epoch: int
    number: int
    principal: bytes
    at: float
    calls: tuple[tuple[bytes, bytes], ...]


Change = Reserved | Settled | Corrected | Probed | Tainted | Quarantined | Freed | Used | Remembered

_FIXARRAY = 0x90
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Change])
_raw_decoder = msgspec.msgpack.Decoder(list[msgspec.Raw])


def encode_delta(*changes: Change) -> bytes:
    """The delta of these changes, in order."""
    return _encoder.encode(changes)


def decode_delta(delta: bytes) -> list[Change]:
    """The changes of a delta; none for an empty one.

    Raises:
        EvidenceError: The bytes are not a delta (WL-STA-002).
    """
    if not delta:
        return []
    try:
        return _decoder.decode(delta)
    except msgspec.MsgspecError as error:
        raise EvidenceError(
            "WL-STA-002",
            "A state delta in the spool cannot be read.",
            "Verify the spool (`wardlaw audit verify`); it was written by a newer version or is damaged.",
        ) from error


def join(deltas: Iterable[bytes]) -> bytes:
    """One delta out of several, in order; empty ones are left out."""
    filled = [delta for delta in deltas if delta]
    if len(filled) < 2:
        return filled[0] if filled else b""
    # Arrays of up to 15 elements begin with one byte, 0x90 and their length (MessagePack, format fixarray): they are
    # joined without being read.
    count = 0
    for delta in filled:
        if delta[0] & 0xF0 != _FIXARRAY:
            break
        count += delta[0] & 0x0F
    else:
        if count < 16:
            return bytes((_FIXARRAY | count,)) + b"".join([delta[1:] for delta in filled])
    return _encoder.encode([change for delta in filled for change in _raw_decoder.decode(delta)])

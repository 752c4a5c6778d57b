"""The ledger across a restart: a snapshot file, and the deltas that came after it.

The file is ``magic · version · CRC-32 · length · msgpack``, written beside its place, synced and
renamed over it. A file that cannot be read is never taken for an empty state: the ledger is then
rebuilt from every delta the spool still has, and where those do not reach back to the first change
of a life, the start is refused until somebody says that the loss is accepted.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from wardlaw.facts.errors import EvidenceError, Fault
from wardlaw.state.account import (
    AccountImage,
    SessionImage,
    picture_account,
    picture_session,
    revive_account,
    revive_session,
)
from wardlaw.state.authority import Limits
from wardlaw.state.deltas import decode_delta
from wardlaw.state.ledger import Holding, Ledger, Packed

Position = tuple[int, int]
"""(epoch, seq) of a spool frame."""

BEFORE_ALL: Position = (-1, -1)
"""Before the first frame of a spool."""

Frames = Callable[[Position], Iterable[tuple[Position, bytes]]]
"""Gives (position, delta) of every spool frame after a position, in order; ``BEFORE_ALL`` means all."""

_MAGIC = b"WLST"
_VERSION = 1
_HEAD = struct.Struct(">4sHIQ")


class LedgerImage(msgspec.Struct, frozen=True, array_like=True):
    """The whole ledger at rest."""

    position: Position
    seen: Position
    high: float
    subjects_total: int
    used_floor: float
    accounts: list[tuple[bytes, AccountImage]]
    packed: list[tuple[bytes, Packed]]
    sessions: list[tuple[bytes, SessionImage]]
    quarantines: dict[bytes, tuple[str, float]]
    open: list[tuple[int, int, Holding]]
    used: dict[bytes, float]
    calls: list[tuple[bytes, bytes, bytes, float]]


class Restored(msgspec.Struct, frozen=True):
    """A ledger brought back.

    Attributes:
        position: Last spool frame it holds.
        replayed: Frames replayed after the snapshot.
        warning: What was wrong with the snapshot file, in plain words; ``""`` when nothing was.
    """

    ledger: Ledger
    position: Position
    replayed: int
    warning: str = ""


def picture(ledger: Ledger, position: Position) -> bytes:
    """The snapshot file's bytes: the ledger now, which holds every spool frame up to ``position``."""
    image = LedgerImage(
        position,
        (ledger.epoch, ledger.number),
        ledger.high,
        ledger.subjects_total,
        ledger.used_floor,
        [(key, picture_account(account)) for key, account in ledger.accounts.items()],
        list(ledger.packed.items()),
        [(key, picture_session(session)) for key, session in ledger.sessions.items()],
        ledger.quarantines,
        [(epoch, number, holding) for (epoch, number), holding in ledger.open.items()],
        ledger.used,
        [(principal, call, digest, at) for (principal, call), (digest, at) in ledger.calls.items()],
    )
    body = msgspec.msgpack.encode(image)
    return _HEAD.pack(_MAGIC, _VERSION, zlib.crc32(body), len(body)) + body


def write_snapshot(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path`` so that a crash leaves either the old file or the new one.

    Raises:
        Fault: The file cannot be written (WL-STA-003); the old one still stands.
    """
    beside = path.with_name(path.name + ".new")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise Fault(
            "WL-STA-003",
            f"The state snapshot {path.name} cannot be written: {error.strerror}.",
            "Make room or mend the permissions of the data directory; the spool keeps what is needed until then.",
        ) from error


def save_snapshot(ledger: Ledger, path: Path, position: Position) -> None:
    """``picture`` and ``write_snapshot`` in one; frames up to ``position`` may be pruned afterwards.

    Raises:
        Fault: The file cannot be written (WL-STA-003).
    """
    write_snapshot(path, picture(ledger, position))


def load_snapshot(path: Path, *, limits: Limits | None = None) -> tuple[Ledger, Position] | None:
    """The ledger of a snapshot file and the spool position it holds; None when there is no file.

    Raises:
        EvidenceError: The file is damaged or of another version (WL-STA-001).
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _damaged(f"it cannot be read ({error.strerror})") from error
    if len(content) < _HEAD.size:
        raise _damaged("it is too short")
    magic, version, crc, length = _HEAD.unpack_from(content)
    body = content[_HEAD.size :]
    if magic != _MAGIC or version != _VERSION:
        raise _damaged("it is not a state snapshot of this version")
    if len(body) != length or zlib.crc32(body) != crc:
        raise _damaged("its checksum is wrong")
    try:
        image = msgspec.msgpack.decode(body, type=LedgerImage)
    except msgspec.MsgspecError as error:
        raise _damaged("its content is malformed") from error
    return _revive(image, limits or Limits()), image.position


def rebuild(ledger: Ledger, frames: Iterable[tuple[Position, bytes]]) -> int:
    """Replay deltas into the ledger, in order; those it holds are passed over. Returns how many frames came.

    Raises:
        EvidenceError: A delta cannot be read (WL-STA-002).
    """
    count = 0
    for position, delta in frames:
        ledger.replay(position, delta)
        count += 1
    return count


def restore(
    path: Path, frames: Frames, *, epoch: int, limits: Limits | None = None, accept_loss: bool = False
) -> Restored:
    """The ledger as it stood, ready for a new life ``epoch``; a new snapshot is written at once.

    A damaged file is kept beside it as ``<name>.damaged``.

    Args:
        epoch: The new life; greater than every earlier one.
        accept_loss: Start even when neither snapshot nor spool tells the whole state.

    Raises:
        EvidenceError: A delta cannot be read (WL-STA-002), or the state cannot be told and
            ``accept_loss`` is not set (WL-STA-004).
        Fault: The new snapshot cannot be written (WL-STA-003).
    """
    warning, loaded = "", None
    try:
        loaded = load_snapshot(path, limits=limits)
    except EvidenceError as error:
        warning = error.message
    ledger, position = loaded if loaded is not None else (Ledger(epoch=-1, limits=limits), BEFORE_ALL)
    after = list(frames(position))
    untouched = not warning and not after
    if loaded is None and not accept_loss and not untouched and not _reaches_back(after):
        raise EvidenceError(
            "WL-STA-004",
            f"Counters and quarantines cannot be told: {warning or 'the snapshot is missing.'}"
            " The spool no longer holds the first changes.",
            "Restore the data directory from a backup, or accept the loss: wardlaw audit accept-loss.",
        )
    replayed = rebuild(ledger, after)
    position = after[-1][0] if after else position
    ledger.begin(epoch, fresh=loaded is None and untouched)
    ledger.replayed = position
    if warning:
        path.replace(path.with_name(path.name + ".damaged"))
    save_snapshot(ledger, path, position)
    return Restored(ledger, position, replayed, warning)


def is_told(path: Path, frames: Frames, *, limits: Limits | None = None) -> bool:
    """Whether ``restore`` can tell the state without a loss being accepted; changes nothing."""
    damaged = False
    try:
        if load_snapshot(path, limits=limits) is not None:
            return True
    except EvidenceError:
        damaged = True
    after = list(frames(BEFORE_ALL))
    return (not damaged and not after) or _reaches_back(after)


def _reaches_back(frames: list[tuple[Position, bytes]]) -> bool:
    """The frames hold the first change ever made: only a ledger without a past numbers one of its changes 1."""
    return any(change.number == 1 for _, delta in frames for change in decode_delta(delta))


def _revive(image: LedgerImage, limits: Limits) -> Ledger:
    ledger = Ledger(epoch=image.seen[0], limits=limits)
    ledger.number = image.seen[1]
    ledger.seen = image.seen
    ledger.replayed = image.position
    ledger.high, ledger.subjects_total, ledger.used_floor = image.high, image.subjects_total, image.used_floor
    ledger.accounts.update((key, revive_account(account, limits)) for key, account in image.accounts)
    ledger.packed.update(image.packed)
    ledger.sessions.update((key, revive_session(session, limits)) for key, session in image.sessions)
    ledger.quarantines.update(image.quarantines)
    ledger.open.update(((epoch, number), holding) for epoch, number, holding in image.open)
    ledger.used.update(image.used)
    ledger.calls.update(((principal, call), (digest, at)) for principal, call, digest, at in image.calls)
    return ledger


def _damaged(why: str) -> EvidenceError:
    return EvidenceError(
        "WL-STA-001",
        f"The state snapshot is damaged: {why}.",
        "Counters and quarantines are rebuilt from the spool; if that is not possible, the start is refused.",
    )

"""The file of a worker's behaviour profiles: ``magic · version · CRC-32 · length · msgpack``."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import msgspec

from wardlaw.facts.errors import EvidenceError
from wardlaw.security.anomaly.image import revive
from wardlaw.security.anomaly.profile import Profile
from wardlaw.security.anomaly.settings import Settings

FILE_PREFIX, FILE_SUFFIX = "habits-", ".state"
_MAGIC, _VERSION = b"WLBH", 2
_READ = (1, _VERSION)  # version 1 had no names, groups and times; what it lacks is learned with the next event
_HEAD = struct.Struct(">4sHIQ")


class PackedProfile(msgspec.Struct, frozen=True, array_like=True):
    """One profile at rest.

    Attributes:
        caller: State key of the caller.
        image: The profile's picture.
        name: Id of the principal, for people; ``""`` when only its key is known.
        group: Whom it is compared with while it is new; ``""`` for nobody.
        last: Unix seconds of the last event; 0 when not noted.
    """

    caller: bytes
    image: bytes
    name: str = ""
    group: str = ""
    last: float = 0.0


class HabitsImage(msgspec.Struct, frozen=True, array_like=True):
    """All profiles of a worker at rest.

    Attributes:
        shares: Into how many shares the traffic was split when these were learned: 1, each knows all of it.
        orders: Number of the last order that was carried out.
        heard: Place in the exchange between workers up to which others were heard; ``""`` for none.
    """

    shares: int
    profiles: list[PackedProfile]
    orders: int = 0
    heard: str = ""


def write_image(image: HabitsImage) -> bytes:
    """The file's bytes."""
    body = msgspec.msgpack.encode(image)
    return _HEAD.pack(_MAGIC, _VERSION, zlib.crc32(body), len(body)) + body


def read_image(content: bytes) -> HabitsImage:
    """What stands in a file.

    Raises:
        EvidenceError: It is damaged or of another version (WL-ANO-003).
    """
    body = content[_HEAD.size :]
    heads = [_HEAD.pack(_MAGIC, version, zlib.crc32(body), len(body)) for version in _READ]
    try:
        if content[: _HEAD.size] in heads:
            return msgspec.msgpack.decode(body, type=HabitsImage)
    except msgspec.MsgspecError as error:
        raise _damaged() from error
    raise _damaged()


def sound_profiles(image: HabitsImage, settings: Settings) -> Iterator[tuple[PackedProfile, Profile]]:
    """The profiles that can be revived, revived: one that is damaged must not stop its caller later."""
    for kept in image.profiles:
        try:
            profile = revive(kept.image, settings=settings)
        except EvidenceError:
            continue
        if profile.principal == kept.caller:
            yield kept, profile


def _damaged() -> EvidenceError:
    return EvidenceError(
        "WL-ANO-003",
        "The file of behaviour profiles cannot be read: it is damaged or of another version.",
        "Restore it from a backup; otherwise every caller's behaviour is learned anew, with a burn-in.",
    )

from __future__ import annotations

import struct
import zlib

import msgspec
import pytest

from wardlaw.facts.errors import EvidenceError
from wardlaw.security.anomaly.image import picture
from wardlaw.security.anomaly.profile import Profile
from wardlaw.security.anomaly.settings import DEFAULTS
from wardlaw.state.habitsfile import HabitsImage, PackedProfile, read_image, sound_profiles, write_image

ANA = b"a" * 16
KEPT = PackedProfile(ANA, picture(Profile(ANA)), "user:ana", "User:support", 5.0)


def test_what_is_written_is_read() -> None:
    image = HabitsImage(1, [KEPT], orders=7, heard="5-1")
    assert read_image(write_image(image)) == image


def test_a_file_of_the_first_version_is_read_without_names() -> None:
    body = msgspec.msgpack.encode([1, [[ANA, KEPT.image]]])
    content = struct.pack(">4sHIQ", b"WLBH", 1, zlib.crc32(body), len(body)) + body
    assert read_image(content) == HabitsImage(1, [PackedProfile(ANA, KEPT.image)])


@pytest.mark.parametrize("place", [0, 5, 8, 12, 40])
def test_a_flipped_byte_anywhere_is_noticed(place: int) -> None:
    content = bytearray(write_image(HabitsImage(1, [KEPT])))
    content[place] ^= 1
    with pytest.raises(EvidenceError, match="WL-ANO-003"):
        read_image(bytes(content))


def test_only_sound_profiles_are_taken_over() -> None:
    image = HabitsImage(1, [PackedProfile(b"b" * 16, b"junk"), PackedProfile(b"c" * 16, KEPT.image), KEPT])
    assert [kept for kept, _ in sound_profiles(image, DEFAULTS)] == [KEPT]

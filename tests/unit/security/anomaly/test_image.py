from __future__ import annotations

import msgspec
import pytest
from bench.behaviour.traffic import Actor

from wardlaw.facts.errors import EvidenceError
from wardlaw.security.anomaly.image import MOST_BYTES, VERSION, picture, revive
from wardlaw.security.anomaly.profile import Profile


@pytest.mark.parametrize("kind", ["office", "batch", "agent"])
@pytest.mark.parametrize("days", [0, 1, 9, 35])
def test_a_profile_brought_back_reads_on_exactly_as_before(kind: str, days: int) -> None:
    actor = Actor(kind, 3)
    profile = Profile(actor.key)
    for day in range(days):
        for event in actor.day(day):
            profile.observe(event)
    image = picture(profile)
    assert len(image) <= MOST_BYTES
    other = revive(image)
    assert picture(other) == image
    for day in range(days, days + 4):
        for event in actor.day(day, factor=4.0):
            assert other.observe(event) == profile.observe(event)
    assert picture(other) == picture(profile)


def test_an_unknown_version_is_refused_by_its_own_name() -> None:
    later = msgspec.msgpack.encode((VERSION + 1, {"anything": "else"}))
    with pytest.raises(EvidenceError, match=r"WL-ANO-001.*version 2"):
        revive(later)


@pytest.mark.parametrize("image", [b"", b"\x00", b"\x93\x01\x02\x03", msgspec.msgpack.encode((VERSION, [1, 2, 3]))])
def test_what_is_no_profile_is_refused(image: bytes) -> None:
    with pytest.raises(EvidenceError, match="WL-ANO-002"):
        revive(image)


def test_every_cut_of_an_image_is_refused() -> None:
    image = picture(Profile(b"someone"))
    for length in range(len(image)):
        with pytest.raises(EvidenceError):
            revive(image[:length])


def test_a_profile_with_everything_full_still_fits() -> None:
    profile = Profile(b"p" * 16)
    profile.values = profile.peaks = profile.alert_peaks = [1.23456789e15 for _ in profile.values]
    profile.large = [1.23456789e15, 1.23456789e15, 1.23456789e15]
    for table in (profile.known_steps, profile.known_destinations, profile.alert_keys):
        table.counts = {4_000_000_000 + key: 255 for key in range(table.bound)}
    for sketch in profile.sizes:
        sketch.levels = [[840] * 23 for _ in range(8)]
        sketch.turns = 255
    for counter in (profile.tools, profile.destinations):
        counter.exact = {4_000_000_000 + key for key in range(32)}
    profile.tool_before = {2**63 + key: 2**63 for key in range(8)}
    profile.last, profile.events = 1.8e9, 2**40
    image = picture(profile)
    assert 3_500 < len(image) <= MOST_BYTES
    assert picture(revive(image)) == image

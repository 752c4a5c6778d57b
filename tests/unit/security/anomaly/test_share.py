from __future__ import annotations

import msgspec
import pytest
from bench.behaviour.traffic import ATTACKS, Actor

from wardlaw.security.anomaly.event import ALERTS, Ending, Event
from wardlaw.security.anomaly.profile import Profile
from wardlaw.security.anomaly.share import MOST_KEYS, MOST_SIZES, Share, Told, gather, is_sound
from wardlaw.security.anomaly.watched import LARGE, REFUSED_ROW


class Replica:
    """A worker's profile of one principal, with what it has not told yet."""

    def __init__(self, key: bytes) -> None:
        self.profile = Profile(key)
        self.untold: list[Told] = []

    def judge(self, event: Event) -> float:
        arrival = self.profile.arrive(event)
        self.profile.settle(arrival, event.ending)
        is_released = event.ending is Ending.RELEASED
        self.untold.append(Told(event.at, arrival, event.calls, is_released, self.profile.is_frozen))
        return arrival.reading.score

    def tell(self) -> Share | None:
        told, self.untold = self.untold, []
        return gather(self.profile.principal, told) if told else None


def exchange(replicas: list[Replica]) -> None:
    shares = [replica.tell() for replica in replicas]
    for number, share in enumerate(shares):
        for other, replica in enumerate(replicas):
            if share is not None and other != number:
                replica.profile.absorb(share)


def spread(events: list[Event], replicas: list[Replica], every_s: float = 2.0) -> list[float]:
    """Deal events out in turn, with an exchange at least every so many seconds."""
    scores, last = [], 0.0
    for number, event in enumerate(events):
        if event.at - last >= every_s:
            exchange(replicas)
            last = event.at
        scores.append(replicas[number % len(replicas)].judge(event))
    exchange(replicas)
    return scores


def test_replicas_of_one_principal_stay_alike_and_like_a_single_profile() -> None:
    actor = Actor("office", 42)
    single, replicas = Profile(actor.key), [Replica(actor.key) for _ in range(4)]
    for day in range(45):
        events = actor.day(day)
        for event in events:
            single.observe(event)
        spread(events, replicas)
    for replica in replicas:
        profile = replica.profile
        assert profile.events == single.events
        assert profile.baselines.days == single.baselines.days
        assert profile.is_frozen == single.is_frozen
        assert profile.known_destinations.counts.keys() == single.known_destinations.counts.keys()
        for place, (mean, alone) in enumerate(zip(profile.baselines.means, single.baselines.means, strict=True)):
            if place not in (LARGE, REFUSED_ROW, 16):  # what depends on the order within two seconds
                assert mean == pytest.approx(alone, abs=0.08), place


@pytest.mark.parametrize("attack", ["bulk", "probing"])
def test_an_attack_spread_over_workers_is_seen_by_each_as_by_one(attack: str) -> None:
    actor = Actor("office", 42)
    replicas = [Replica(actor.key) for _ in range(4)]
    for day in range(45):
        spread(actor.day(day), replicas)
    made = ATTACKS[attack](actor, 45, 60.0)
    scores = spread(made, replicas)
    assert max(scores) > 0.62
    assert all(replica.profile.is_frozen for replica in replicas)
    first = next(number for number, score in enumerate(scores) if score > 0.62)
    single = Profile(actor.key)
    again = Actor("office", 42)
    for day in range(45):
        for event in again.day(day):
            single.observe(event)
    alone = next(number for number, event in enumerate(made) if single.observe(event).step in ALERTS)
    assert first <= alone + 8


def test_refusals_in_a_row_add_up_over_workers_and_a_release_ends_them() -> None:
    one, other = Profile(b"k"), Profile(b"k")
    one.absorb(Share(b"k", 1_000.0, events=6, calls=6, refused=6, row=6))
    one.absorb(Share(b"k", 1_001.0, events=5, calls=5, refused=5, row=5))
    assert one.values[REFUSED_ROW] == 11.0
    one.absorb(Share(b"k", 1_002.0, events=2, calls=2, refused=1, row=1, released=True))
    assert one.values[REFUSED_ROW] == 1.0
    assert one.peaks[REFUSED_ROW] == 11.0
    with pytest.raises(ValueError, match="another"):
        other.absorb(Share(b"x", 1_000.0))


def test_a_share_that_comes_late_has_faded() -> None:
    profile = Profile(b"k")
    profile.absorb(Share(b"k", 10_000.0, events=1, calls=10))
    profile.absorb(Share(b"k", 9_940.0, events=1, calls=10))
    assert profile.values[0] == pytest.approx(10 + 10 * 0.3679, abs=0.01)
    assert profile.last == 10_000.0


def test_a_share_is_bounded_and_survives_the_wire() -> None:
    profile = Profile(b"k")
    told = []
    for number in range(300):
        tool = number.to_bytes(8, "little", signed=False)[::-1]
        event = Event(b"k", 1_000.0 + number, "ToolCall", tool=tool, destination=tool, tokens=5)  # type: ignore[arg-type]
        arrival = profile.arrive(event)
        profile.settle(arrival, event.ending)
        told.append(Told(event.at, arrival, 1, True, False))
    share = gather(b"k", told)
    assert is_sound(share)
    assert (share.events, share.calls, share.tokens) == (300, 300, 1_500)
    assert (len(share.tools) <= MOST_KEYS, len(share.sizes)) == (True, MOST_SIZES)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(share), type=Share) == share


@pytest.mark.parametrize(
    "share",
    [Share(b"k", -1.0), Share(b"k", 1.0, calls=-5), Share(b"k", 1.0, tools=[1] * 65), Share(b"k", float("nan"))],
)
def test_a_share_no_worker_tells_is_not_taken(share: Share) -> None:
    assert not is_sound(share)

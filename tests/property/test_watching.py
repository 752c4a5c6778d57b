"""Whatever comes, in whatever order and however often: the same is noticed, and little is remembered."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import Consent
from wardlaw.inventory.watching.lookout import Lookout
from wardlaw.inventory.watching.memory import MOST_NETWORKS, MOST_OBJECTS, MOST_OPEN, AppMemory, DirectoryMemory
from wardlaw.inventory.watching.ordering import REACH_S, Ordering
from wardlaw.inventory.watching.surroundings import AppFacts, Surroundings
from wardlaw.testing.saas.incidents import REPLAYS
from wardlaw.testing.saas.watching import lookout_of

START = 20_000 * 86_400.0
AROUND = Surroundings(
    "google",
    facts={"a1": AppFacts(addresses=("20.0.0.0/8",), vendor="v")},
    gone={"u1": START},
    machines=frozenset({"u2"}),
)

EVENTS = st.builds(
    Activity,
    id=st.uuids().map(str),
    at=st.floats(0, 90 * 86_400).map(lambda at: START + at),
    deed=st.sampled_from(list(Deed)),
    account=st.sampled_from(("", "u1", "u2", "u3")),
    actor=st.sampled_from(("", "u4")),
    app=st.sampled_from(("", "a1", "a2")),
    app_name=st.sampled_from(("", "ChatGPT", "Micros0ft", "\u202e<b>\x00")) | st.text(max_size=8),
    consent=st.sampled_from(list(Consent)),
    scopes=st.lists(st.sampled_from(("https://mail.google.com/", "openid", "full_access_as_app", "?")), max_size=3).map(tuple),
    method=st.sampled_from(("drive.files.list", "deleteEverything", "")) | st.text(max_size=8),
    object=st.text(max_size=3),
    ip=st.sampled_from(("", "20.1.1.1", "198.51.100.1", "::1", "not an address")) | st.text(max_size=6),
    asn=st.sampled_from((0, 64_500, 64_999, -5)),
    user_agent=st.sampled_from(("", "acme/1", "curl/8")) | st.text(max_size=6),
    items=st.sampled_from((0, 5, 5_000, -1, 2**62)),
    bytes=st.sampled_from((0, 10**10)),
    calls=st.sampled_from((1, 50)),
    via=st.sampled_from(("", "device_code")),
)  # fmt: skip


def keys(lookout: Lookout, events: list[Activity]) -> list[tuple[str, str, str]]:
    return [(one.app, one.key, one.event) for event in events for one in lookout.observe(event)]


def fresh() -> Lookout:
    return Lookout(DirectoryMemory(), {}, AROUND)


@settings(max_examples=60, deadline=None)
@given(st.lists(EVENTS, max_size=60, unique_by=lambda one: one.id), st.randoms(use_true_random=False))
def test_disorder_within_reach_and_repetition_change_nothing(events, lots) -> None:
    events.sort(key=lambda one: (one.at, one.id))
    expected = keys(fresh(), events)
    # Each is delayed by less than the reach, and some come twice.
    delayed = sorted(
        ((one.at + lots.uniform(0, REACH_S * 0.99), one) for one in [*events, *events[::3]]), key=lambda pair: pair[0]
    )
    ordering = Ordering()
    ordered = [*ordering.put([one for _, one in delayed]), *ordering.rest()]
    assert [one.id for one in ordered] == [one.id for one in events]
    assert keys(fresh(), ordered) == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(EVENTS, max_size=60), st.integers(0, 60))
def test_a_restart_between_any_two_events_changes_nothing(events, cut) -> None:
    events.sort(key=lambda one: one.at)
    whole = fresh()
    expected = keys(whole, events)
    first = fresh()
    before = keys(first, events[:cut])
    kept = msgspec.msgpack.encode((first.directory, first.apps))
    directory, apps = msgspec.msgpack.decode(kept, type=tuple[DirectoryMemory, dict[str, AppMemory]])
    second = Lookout(directory, apps, AROUND)
    assert before + keys(second, events[cut:]) == expected
    assert (second.directory, second.apps) == (whole.directory, whole.apps)


@settings(max_examples=30, deadline=None)
@given(st.lists(EVENTS, max_size=60))
def test_nothing_that_comes_breaks_it_and_a_cause_is_told_once_a_day(events) -> None:
    lookout = fresh()
    told: dict[tuple[str, str], list[float]] = {}
    for event in events:  # in whatever order
        for one in lookout.observe(event):
            assert one.evidence
            told.setdefault((one.app, one.key), []).append(one.at)
    for times in told.values():
        assert all(abs(after - before) >= 86_400 for before, after in pairwise(times))
    for growth in lookout.take_growth():
        assert growth.count > 1


@pytest.mark.parametrize("name", ["drift-2025", "vercel-contextai-2026"])
def test_an_incident_is_found_the_same_when_the_stream_is_disturbed(name) -> None:
    replay = REPLAYS[name]()
    events = replay.world.activities
    disturbed = sorted([*events, *events[::7]], key=lambda one: one.at + int(one.at * 7) % 800)
    answers = []
    for stream in (events, disturbed):
        ordering, lookout = Ordering(), lookout_of(replay.world)
        answers.append(keys(lookout, [*ordering.put(stream), *ordering.rest()]))
    assert [one for one in answers[0] if one[0] in replay.apps] == [one for one in answers[1] if one[0] in replay.apps]


def test_what_is_remembered_of_an_app_does_not_grow_with_what_it_does() -> None:
    lookout = fresh()
    sizes = []
    for number in range(20_000):
        event = Activity(
            f"e{number}", START + number * 400, Deed.USE, app="a2", account=f"u{number}", method=f"m{number}", object=f"o{number}",
            asn=number + 1, user_agent=f"{'x' * (number % 50)}-{number}", scopes=(f"s{number}",), items=number,
        )  # fmt: skip
        lookout.observe(event)
        lookout.observe(msgspec.structs.replace(event, id=f"c{number}", deed=Deed.CONSENT))
        if number % 5_000 == 4_999:
            sizes.append(len(msgspec.msgpack.encode((lookout.directory, lookout.apps))))
    memory = lookout.apps["a2"]
    assert len(memory.networks) <= MOST_NETWORKS
    assert len(memory.objects) <= MOST_OBJECTS
    assert len(memory.open) <= MOST_OPEN
    assert sizes[-1] < 200_000
    assert sizes[-1] - sizes[1] < 40_000

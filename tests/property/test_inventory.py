"""What must hold of the inventory whatever platforms, pages and cuts do."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from wardlaw.inventory.merge import absent, seen
from wardlaw.inventory.model import Consent, FeedKind, Grant, Item, RunState, Sighting, SyncRun

IDS = ("g1", "g2", "g3")


def run(number: int, state: RunState = RunState.OPEN, kind: FeedKind = FeedKind.LISTING) -> SyncRun:
    return SyncRun(f"run_{number}", "acme", "google", "tokens", kind, 100.0 * number, "person:a", state)


grants = st.builds(
    Grant,
    id=st.sampled_from(IDS),
    account=st.just("u"),
    app=st.sampled_from(("a", "b")),
    consent=st.sampled_from(Consent),
    scopes=st.lists(st.sampled_from("rwx"), unique=True).map(lambda found: tuple(sorted(found))),
    granted_at=st.sampled_from((0.0, 5.0, 9.0)),
    last_used_at=st.sampled_from((0.0, 7.0, 950.0)),
    usage_known=st.booleans(),
)
listed = st.builds(Sighting, grants)
told = st.builds(Sighting, grants, at=st.sampled_from((1.0, 50.0, 120.0, 9_999.0)), ended=st.booleans())
States = dict[str, Item]


def taken(known: States, sightings: list[Sighting], made: SyncRun) -> States:
    after = dict(known)
    for one in sightings:
        after[one.thing.id] = seen(after.get(one.thing.id), one, made)
    return after


def finished(known: States, made: SyncRun) -> States:
    return {key: absent(item, made) for key, item in known.items()}


histories = st.lists(
    st.tuples(st.lists(listed, max_size=4), st.sampled_from([RunState.COMPLETE, RunState.INCOMPLETE])), max_size=4
)


def lived(history: list[tuple[list[Sighting], RunState]]) -> States:
    known: States = {}
    for number, (sightings, state) in enumerate(history, 1):
        known = finished(taken(known, sightings, run(number)), run(number, state))
    return known


@given(histories, st.lists(listed, max_size=6), st.data())
@settings(max_examples=300)
def test_the_order_of_pages_and_their_repetition_do_not_matter(history, sightings, data) -> None:
    known, now = lived(history), run(9)
    straight = taken(known, sightings, now)
    shuffled = data.draw(st.permutations(sightings))
    assert taken(known, shuffled, now) == straight
    assert taken(taken(known, shuffled, now), sightings, now) == straight


@given(histories, st.lists(listed, max_size=6), st.sampled_from([RunState.INCOMPLETE, RunState.OPEN]))
def test_an_incomplete_run_removes_nothing_and_ages_nothing(history, sightings, state) -> None:
    known = lived(history)
    after = finished(taken(known, sightings, run(9)), run(9, state))
    for key, item in known.items():
        assert after[key].gone_at == item.gone_at
        assert after[key].last_seen_at >= item.last_seen_at
        assert after[key].is_there or not item.is_there


@given(histories, st.lists(told, max_size=6), st.sampled_from(RunState))
def test_silence_of_an_event_feed_says_nothing(history, sightings, state) -> None:
    known = lived(history)
    events = run(9, state, FeedKind.EVENTS)
    after = finished(taken(known, sightings, events), events)
    untold = set(known) - {one.thing.id for one in sightings}
    assert all(after[key] == known[key] for key in untold)
    assert all(item.last_seen_at <= 900.0 for item in after.values())  # no clock of theirs runs ahead of ours


@given(histories, st.lists(listed, max_size=6))
def test_a_complete_run_leaves_exactly_what_it_showed(history, sightings) -> None:
    after = finished(taken(lived(history), sightings, run(9)), run(9, RunState.COMPLETE))
    assert {key for key, item in after.items() if item.is_there} == {one.thing.id for one in sightings}
    assert finished(after, run(9, RunState.COMPLETE)) == after


@given(histories)
def test_what_comes_back_has_its_history(history) -> None:
    before = lived(history)
    shown = [Sighting(Grant(key, "u", "a")) for key in IDS]
    after = taken(before, shown, run(9))
    for key, item in after.items():
        old = before.get(key)
        assert item.is_there
        if old is None:
            assert (item.first_seen_at, item.past) == (900.0, ())
        elif old.is_there:
            assert (item.past, item.since) == (old.past, old.since)
        else:
            assert item.past[:-1] == old.past
            assert (item.past[-1].since, item.past[-1].until, item.since) == (old.since, old.gone_at, 900.0)
        assert msgspec.json.decode(msgspec.json.encode(item), type=Item) == item

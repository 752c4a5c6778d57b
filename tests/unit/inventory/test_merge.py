from __future__ import annotations

from wardlaw.inventory.merge import MOST_SPELLS, absent, seen
from wardlaw.inventory.model import Credential, FeedKind, Grant, RunState, Sighting, SyncRun

COVERS = ("model",)


def run(at: float, state: RunState = RunState.OPEN, kind: FeedKind = FeedKind.LISTING) -> SyncRun:
    return SyncRun(f"run_{at}", "acme", "google", "tokens", kind, at, "person:a", state)


def test_a_newer_telling_replaces_an_older_one_but_not_its_dates() -> None:
    first = seen(None, Sighting(Grant("g", "u", "a", scopes=("r", "w"), granted_at=5, last_used_at=80)), run(100))
    second = seen(first, Sighting(Grant("g", "u", "a", scopes=("r",), granted_at=9)), run(200))
    assert second.thing == Grant("g", "u", "a", scopes=("r",), granted_at=5, last_used_at=80)
    late = seen(second, Sighting(Grant("g", "u", "a", scopes=("x",), granted_at=3)), run(150))
    assert (late.thing.scopes, late.thing.granted_at, late.last_seen_at) == (("r",), 3, 200)


def test_two_tellings_of_one_moment_add_up() -> None:
    one = Sighting(Credential("c", "u", "token", name="b", scopes=("r",)))
    other = Sighting(Credential("c", "u", "token", name="a", scopes=("w",), never_expires=True))
    expected = Credential("c", "u", "token", name="b", scopes=("r", "w"), never_expires=True)
    assert seen(seen(None, one, run(1)), other, run(1)).thing == expected
    assert seen(seen(None, other, run(1)), one, run(1)).thing == expected


def test_an_event_ends_a_grant_and_a_later_one_brings_it_back() -> None:
    events = run(1_000, kind=FeedKind.EVENTS)
    there = seen(None, Sighting(Grant("g", "u", "a"), at=10), events)
    gone = seen(there, Sighting(Grant("g", "u", "a"), at=20, ended=True), events)
    assert (there.is_there, gone.is_there, gone.gone_at) == (True, False, 20)
    back = seen(gone, Sighting(Grant("g", "u", "a"), at=30), events)
    assert back.is_there
    assert [(spell.since, spell.until) for spell in back.past] == [(10, 20)]
    # An old event that comes late changes nothing of today.
    assert seen(back, Sighting(Grant("g", "u", "a"), at=15, ended=True), events).is_there


def test_a_clock_that_is_ahead_does_not_keep_anything_alive() -> None:
    item = seen(None, Sighting(Grant("g", "u", "a"), at=99_999), run(100, kind=FeedKind.EVENTS))
    assert item.last_seen_at == 100
    assert not absent(item, run(200, RunState.COMPLETE)).is_there


def test_the_past_is_bounded() -> None:
    item = seen(None, Sighting(Grant("g", "u", "a")), run(0.5))
    for turn in range(1, MOST_SPELLS + 10):
        item = seen(absent(item, run(2 * turn, RunState.COMPLETE)), Sighting(Grant("g", "u", "a")), run(2 * turn + 1))
    assert len(item.past) == MOST_SPELLS

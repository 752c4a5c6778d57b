"""However often a listing breaks off, and whatever changes meanwhile: what was there all the time is never taken for gone."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.connectors.place import LostPlaceError, Place, placed
from wardlaw.inventory.merge import MOST_LISTED_S, absent, goes_on, is_too_old, seen
from wardlaw.inventory.model import App, FeedKind, Item, RunState, Sighting, SyncRun

IDS = st.sets(st.integers(0, 20), min_size=1)
PAUSES_S = st.sampled_from([60.0, 3_600.0, MOST_LISTED_S * 0.6])
ATTEMPTS = st.lists(st.tuples(st.integers(0, 6), IDS, PAUSES_S), min_size=1, max_size=5)


def pages(world: set[int], begin: int) -> list[tuple[list[dict[str, int]], str]]:
    """What a platform that numbers its pages tells from a page on."""
    ordered = sorted(world)
    parts = [ordered[at : at + 3] for at in range(begin * 3, len(ordered), 3)]
    return [([{"id": id_} for id_ in part], str(begin + number)) for number, part in enumerate(parts)]


@given(IDS, ATTEMPTS)
def test_nothing_that_was_there_all_the_time_is_taken_for_gone(
    known: set[int], attempts: list[tuple[int, set[int], float]]
) -> None:
    at = 1_800_000_000.0
    first = SyncRun("run0", "acme", "github", "members", FeedKind.LISTING, at, "p", RunState.COMPLETE)
    items: dict[int, Item] = {id_: seen(None, Sighting(App(str(id_))), first) for id_ in known}
    last, worlds = first, [known]
    for number, (reads, world, pause_s) in enumerate([*attempts, (99, attempts[-1][1], 60.0)]):
        at += pause_s
        run = SyncRun(f"run{number + 1}", "acme", "github", "members", FeedKind.LISTING, at, "p")
        run = goes_on(last, run)
        place = msgspec.json.decode(run.place, type=Place) if run.place else None
        worlds = [*(worlds if run.listed_from else []), world]
        told = placed(iter(pages(world, int(place.cursor) if place else 0)), place)
        state, kept = RunState.COMPLETE, run.place
        try:
            for count, (entries, here) in enumerate(told):
                if count >= reads:
                    state = RunState.INCOMPLETE
                    break
                kept = msgspec.json.encode(here).decode()
                for entry in entries:
                    items[entry["id"]] = seen(items.get(entry["id"]), Sighting(App(str(entry["id"]))), run)
        except LostPlaceError:
            state, kept = RunState.INCOMPLETE, ""
        run = msgspec.structs.replace(
            run, state=state, place="" if state is RunState.COMPLETE else kept, ended_at=at + 1
        )
        assert not is_too_old(run)
        before = items
        items = {id_: absent(item, run) for id_, item in items.items()}
        ended = {id_ for id_, item in items.items() if before[id_].is_there and not item.is_there}
        assert not ended & set.intersection(*worlds)
        assert state is RunState.COMPLETE or not ended
        last = run


def test_a_listing_is_one_for_a_day_and_no_longer() -> None:
    first = SyncRun("a", "d", "p", "f", FeedKind.LISTING, 100.0, "p", RunState.INCOMPLETE, place="x", seen=7)
    later = SyncRun("b", "d", "p", "f", FeedKind.LISTING, 100.0 + MOST_LISTED_S - 1, "p")
    on = goes_on(first, later)
    assert (on.place, on.listed_from, on.begun_at, on.seen) == ("x", 100.0, 100.0, 7)
    assert is_too_old(msgspec.structs.replace(on, ended_at=later.started_at + 2))
    assert not is_too_old(msgspec.structs.replace(on, ended_at=later.started_at))
    too_late = msgspec.structs.replace(later, started_at=later.started_at + 1)
    clock_went_back = msgspec.structs.replace(later, started_at=50.0)
    for run in (too_late, clock_went_back, msgspec.structs.replace(later, kind=FeedKind.EVENTS)):
        assert goes_on(first, run) == run
    for earlier in (
        None,
        msgspec.structs.replace(first, state=RunState.COMPLETE),
        msgspec.structs.replace(first, place=""),
    ):
        assert goes_on(earlier, later) == later
    assert goes_on(msgspec.structs.replace(first, platform="other"), later) == later

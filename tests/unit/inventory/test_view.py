from __future__ import annotations

from wardlaw.inventory.model import Account, App, Credential, FeedKind, Grant, Item, RunState, SyncRun, Thing, Use
from wardlaw.inventory.view import account_of, app_of, assemble, freshness, kind_of


def run(
    feed: str, at: float, state: RunState = RunState.COMPLETE, kind: FeedKind = FeedKind.LISTING, **more
) -> SyncRun:
    return SyncRun(f"run_{feed}_{at}", "acme", "google", feed, kind, at, "person:a", state, ended_at=at + 1, **more)


def item(feed: str, thing: Thing, seen: float, gone: float = 0.0) -> Item:
    return Item("acme", feed, thing, seen, seen, seen, gone)


RUNS = [run("tokens", 100), run("activity", 110, kind=FeedKind.EVENTS)]


def test_a_listing_and_events_tell_of_one_grant_together() -> None:
    found = assemble(
        [
            item("tokens", Grant("t1", "u", "a", scopes=("r",)), 100),
            item("activity", Grant("e1", "u", "a", granted_at=7), 50),
        ],
        RUNS,
    )
    (one,) = found.items
    assert one.thing == Grant("t1", "u", "a", scopes=("r",), granted_at=7)
    assert (one.first_seen_at, one.last_seen_at, found.platforms) == (50, 100, {"acme": "google"})


def test_the_latest_evidence_says_whether_it_is_there() -> None:
    listed, event = Grant("t1", "u", "a"), Grant("e1", "u", "a")
    assert not assemble([item("tokens", listed, 100), item("activity", event, 120, gone=120)], RUNS).there(Grant)
    assert assemble([item("tokens", listed, 50, gone=100), item("activity", event, 105)], RUNS).there(Grant)
    assert not assemble([item("tokens", listed, 50, gone=100), item("activity", event, 60)], RUNS).there(Grant)


def test_freshness_shows_gaps_and_cuts() -> None:
    runs = [
        run("tokens", 100),
        run("tokens", 200, RunState.INCOMPLETE, gaps=("quota",)),
        run("users", 100, RunState.OPEN),
    ]
    tokens, users = freshness(runs)
    assert (tokens.complete_at, tokens.state, tokens.gaps, tokens.is_cut) == (100, "incomplete", ("quota",), False)
    assert (users.complete_at, users.is_cut) == (0, True)


def test_things_know_whose_they_are() -> None:
    grant, credential, use = Grant("g", "u", "a"), Credential("c", "u", "key", app="a"), Use("x", "u", "a")
    assert {account_of(one) for one in (grant, credential, use, Account("u"))} == {"u"}
    assert {app_of(one) for one in (grant, credential, use, App("a"))} == {"a"}
    assert (account_of(App("a")), app_of(Account("u")), kind_of(use)) == ("", "", "use")

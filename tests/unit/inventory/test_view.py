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


def test_several_grants_of_one_listing_are_one_with_the_scopes_of_all_that_are_there() -> None:
    first, second = Grant("t1", "u", "a", scopes=("mail",)), Grant("t2", "u", "a", scopes=("files",), last_used_at=5)
    (one,) = assemble([item("tokens", first, 100), item("tokens", second, 100)], RUNS).items
    assert isinstance(one.thing, Grant)
    assert (one.thing.scopes, one.thing.last_used_at) == (("files", "mail"), 5)
    # Given anew under another id: the old one went with the very run that showed the new one.
    (anew,) = assemble([item("tokens", first, 50, gone=100), item("tokens", second, 100)], RUNS).there(Grant)
    assert isinstance(anew.thing, Grant)
    assert anew.thing.scopes == ("files",)
    assert not assemble([item("tokens", first, 50, gone=100), item("tokens", second, 60, gone=100)], RUNS).there(Grant)


def test_an_end_in_a_log_ends_what_the_log_told_of_its_use_too() -> None:
    consent, use = Grant("e1", "u", "a", scopes=("r",)), Grant("e1#use", "u", "a", last_used_at=90, usage_known=True)
    items = [item("activity", consent, 50, gone=120), item("activity", use, 90)]
    assert not assemble(items, RUNS).there(Grant)


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

"""That tables tell what merging one thing at a time tells is held by tests/property/test_inventory_store.py."""

from __future__ import annotations

import msgspec
from sqlalchemy import event

from wardlaw.inventory.bundle import MOST_DIGESTED
from wardlaw.inventory.model import Account, AccountState, FeedKind, Grant, RunState, Sighting, SyncRun, Use
from wardlaw.store.database import writing
from wardlaw.store.inventory import begin_run, finish_run, list_items, take
from wardlaw.store.itemrows import read_bundles
from wardlaw.store.thingquery import standing_findings

FEED = ("acme", "tokens")


def run(number: int) -> SyncRun:
    return SyncRun(f"run_{number}", *FEED[:1], "google", FEED[1], FeedKind.LISTING, 100.0 * number, "person:a")


def grant(name: str, account: str = "u", scopes=()) -> Sighting:
    return Sighting(Grant(name, account, f"app {name}", scopes=scopes))


def whole(connection, number: int, *pages: list[Sighting]) -> SyncRun:
    begin_run(connection, run(number))
    for page in pages:
        take(connection, run(number).id, page)
    return finish_run(connection, run(number).id, ended=msgspec.structs.replace(run(number), state=RunState.COMPLETE))


def test_an_account_shown_as_it_is_known_touches_no_row(database) -> None:
    page = [grant(f"g{n}", f"u{n % 5}") for n in range(50)]
    statements: list[str] = []
    with writing(database) as connection:
        whole(connection, 1, page)
        event.listen(connection, "before_cursor_execute", lambda _c, _u, text, *_: statements.append(text))
        whole(connection, 2, list(reversed(page)))
        assert not [one for one in statements if "inventory_item" in one and one.startswith(("UPDATE", "INSERT"))]
        assert {one.last_seen_at for one in list_items(connection)} == {200.0}


def test_an_account_on_two_pages_is_whole_all_the_same(database) -> None:
    with writing(database) as connection:
        whole(connection, 1, [grant("g1"), grant("g2")], [grant("g3")])
        last = whole(connection, 2, [grant("g3")], [grant("g1"), grant("g2")])
        assert (last.ended, {one.last_seen_at for one in list_items(connection)}) == (0, {200.0})
        last = whole(connection, 3, [grant("g3")], [grant("g1", scopes=("x",))])
        assert (last.ended, sum(one.is_there for one in list_items(connection))) == (1, 2)
        assert whole(connection, 4, [grant("g3"), grant("g1", scopes=("x",))]).ended == 0


def test_an_account_with_more_than_a_digest_takes(database) -> None:
    many = [grant(f"g{n:04}") for n in range(MOST_DIGESTED + 40)]
    with writing(database) as connection:
        for number in (1, 2):
            whole(connection, number, many[:150], many[150:])
        assert read_bundles(connection, FEED, ["u"])["u"].digest == ""
        assert whole(connection, 3, many[:150], many[150:-1]).ended == 1
        assert sum(one.is_there for one in list_items(connection)) == MOST_DIGESTED + 39


def test_a_thing_that_a_page_tells_under_two_accounts_is_there_as_long_as_it_is_told(database) -> None:
    page = [grant("g1", "ada"), grant("g1", "bob"), grant("g2", "ada")]
    with writing(database) as connection:
        for number in (1, 2, 3):
            assert whole(connection, number, page).ended == 0
        assert {(one.thing.id, one.is_there) for one in list_items(connection)} == {("g1", True), ("g2", True)}


def test_tellings_of_one_thing_count_in_the_order_of_their_page(database) -> None:
    use = Use("u2", "bob", "app")
    page = [grant("g1", "ada"), Sighting(use, at=50.0), Sighting(msgspec.structs.replace(use, account="ada"))]
    with writing(database) as connection:
        whole(connection, 1, page)
        (found,) = [one for one in list_items(connection) if one.thing.id == "u2"]
        assert (found.since, found.last_seen_at, found.thing.account) == (50.0, 100.0, "ada")


def test_what_another_feed_says_of_an_account_later_changes_what_stands_about_its_grants(database) -> None:
    gone, back = Account("ada", state=AccountState.SUSPENDED), Account("ada", state=AccountState.ACTIVE)
    with writing(database) as connection:
        whole(connection, 1, [Sighting(gone), grant("g1", "ada")])
        for number, feed, thing in ((2, "users", back), (3, "tokens", gone), (4, "users", back)):
            one = msgspec.structs.replace(run(number), feed=feed)
            begin_run(connection, one)
            take(connection, one.id, [Sighting(thing), *([grant("g1", "ada")] if feed == "tokens" else [])])
            finish_run(connection, one.id, ended=msgspec.structs.replace(one, state=RunState.COMPLETE))
            found = standing_findings(connection, at=1_000.0).findings
            assert ("owner-gone" in [each.rule for each in found]) is (feed == "tokens"), number

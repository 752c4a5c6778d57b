"""That tables tell what merging one thing at a time tells is held by tests/property/test_inventory_store.py."""

from __future__ import annotations

import msgspec
from sqlalchemy import event

from tests.unit.store.test_merging import FEED, grant, run, whole
from wardlaw.inventory.bundle import thing_digest
from wardlaw.inventory.model import RunState
from wardlaw.store.database import writing
from wardlaw.store.inventory import begin_run, finish_run, list_items, take
from wardlaw.store.itemrows import read_bundles, read_contents

TEN = [grant(f"g{n}") for n in range(10)]


def there(connection) -> set[str]:
    return {one.thing.id for one in list_items(connection) if one.is_there}


def watched(connection) -> list[tuple[str, tuple]]:
    """Statements from now on."""
    seen: list[tuple[str, tuple]] = []
    event.listen(connection, "after_cursor_execute", lambda _c, cursor, text, *_: seen.append((text, cursor.rowcount)))
    return seen


def written(seen: list[tuple[str, tuple]]) -> int:
    """Rows of things that were written."""
    return sum(rows for text, rows in seen if text.startswith(("UPDATE inventory_item", "INSERT INTO inventory_item")))


def test_one_grant_that_has_changed_writes_one_row_and_the_next_listing_none(database) -> None:
    page = [*TEN[:4], grant("g4", scopes=("openid",)), *TEN[5:]]
    with writing(database) as connection:
        whole(connection, 1, TEN)
        seen = watched(connection)
        assert whole(connection, 2, page).ended == 0
        assert written(seen) == 1
        seen.clear()
        assert whole(connection, 3, page).ended == 0
        assert written(seen) == 0
        assert {one.last_seen_at for one in list_items(connection)} == {300.0}


def test_what_one_run_no_longer_shows_is_gone_and_the_rest_is_known_by_its_things(database) -> None:
    with writing(database) as connection:
        whole(connection, 1, TEN)
        assert whole(connection, 2, TEN[1:]).ended == 1
        assert there(connection) == {f"g{n}" for n in range(1, 10)}
        assert read_contents(connection, FEED, ["u"])["u"] == {thing_digest(one.thing) for one in TEN[1:]}
        seen = watched(connection)
        assert whole(connection, 3, TEN[1:]).ended == 0
        assert written(seen) == 0
        assert read_bundles(connection, FEED, ["u"])["u"].digest
        assert whole(connection, 4, TEN).ended == 0  # it is back, and its row tells that it was away
        (back,) = [one for one in list_items(connection) if one.thing.id == "g0"]
        assert [(spell.since, spell.until) for spell in back.past] == [(100.0, 200.0)]


def test_an_incomplete_listing_of_a_part_removes_nothing_however_often_it_comes(database) -> None:
    with writing(database) as connection:
        whole(connection, 1, TEN)
        for number in (2, 3):
            begin_run(connection, run(number))
            take(connection, run(number).id, TEN[:3])
            ended = msgspec.structs.replace(run(number), state=RunState.INCOMPLETE)
            assert finish_run(connection, run(number).id, ended=ended).ended == 0
        assert there(connection) == {f"g{n}" for n in range(10)}
        assert whole(connection, 4, TEN[:5], TEN[5:]).ended == 0


def test_a_grant_that_moves_to_another_account_on_the_same_page_is_in_one_bundle_alone(database) -> None:
    bob = [grant(f"b{n}", "bob") for n in range(4)]
    page = [*TEN[1:], *bob, grant("g0", "bob")]
    with writing(database) as connection:
        whole(connection, 1, [*TEN, *bob])
        for number in (2, 3):
            assert whole(connection, number, page).ended == 0
        assert {one.thing.account for one in list_items(connection) if one.thing.id == "g0"} == {"bob"}
        assert whole(connection, 4, page[:-1]).ended == 1


def test_a_date_that_a_later_listing_leaves_out_stays_known_and_costs_nothing(database) -> None:
    dated = [msgspec.structs.replace(one, thing=msgspec.structs.replace(one.thing, granted_at=5.0)) for one in TEN]
    with writing(database) as connection:
        whole(connection, 1, dated)
        seen = watched(connection)
        whole(connection, 2, [TEN[0], *dated[1:]])
        assert written(seen) == 0
        assert {one.thing.granted_at for one in list_items(connection)} == {5.0}
        assert {one.last_seen_at for one in list_items(connection)} == {200.0}


def test_an_id_with_a_nul_is_found_again(database) -> None:
    if database.dialect.name == "postgresql":
        return  # takes no such text at all
    odd = [grant("g\0one", "u\0x"), grant("g2", "u\0x")]
    with writing(database) as connection:
        for number in (1, 2, 3):
            assert whole(connection, number, odd[: 1 + number % 2]).ended == (number == 2)

from __future__ import annotations

from sqlalchemy import true

from wardlaw.inventory.model import Grant, Item
from wardlaw.store.database import writing
from wardlaw.store.itemrows import (
    BundleRow,
    count_rows,
    forget_digests,
    item_row,
    level_bundle,
    parts,
    raise_rows,
    read_bundles,
    read_rows,
    share_rows,
    show_bundles,
    write_bundles,
    write_rows,
)

FEED = ("acme", "tokens")


def put(connection, *items: Item, seen_at: float = 0.0) -> None:
    rows = [item_row(one) for one in items]
    write_bundles(connection, FEED, {"u": BundleRow("d", seen_at, len(rows))}, new={"u"})
    write_rows(connection, rows, new={row.key for row in rows})


def item(name: str, last: float = 100.0, gone: float = 0.0) -> Item:
    return Item(*FEED, Grant(name, "u", "a"), 10.0, 10.0, last, gone)


def seen(connection) -> dict[str, float]:
    return {row.item.thing.id: row.item.last_seen_at for row in read_rows(connection, true())}


def test_a_bundle_says_of_what_is_there_when_it_was_seen(database) -> None:
    with writing(database) as connection:
        put(connection, item("g1"), item("g2", gone=200.0))
        show_bundles(connection, FEED, {"u", "none"}, at=300.0)
        assert seen(connection) == {"g1": 300.0, "g2": 100.0}
        show_bundles(connection, FEED, {"u"}, at=250.0)  # an earlier run says nothing new
        level_bundle(connection, FEED, "u")
        assert read_bundles(connection, FEED, ["u"]) == {"u": BundleRow("d", 0.0, 2)}
        assert seen(connection) == {"g1": 300.0, "g2": 100.0}
        assert count_rows(connection, FEED) == 1


def test_rows_are_raised_and_never_lowered(database) -> None:
    with writing(database) as connection:
        put(connection, item("g1"), item("g2"))
        raise_rows(connection, FEED, [item_row(item("g1", 150.0)), item_row(item("g2", 50.0))])
        assert seen(connection) == {"g1": 150.0, "g2": 100.0}


def test_a_row_knows_whether_others_tell_of_the_same_and_a_bundle_forgets(database) -> None:
    with writing(database) as connection:
        put(connection, item("g1"))
        for shared in (True, False):
            share_rows(connection, [item_row(item("g1"))], shared=shared)
            assert [row.shared for row in read_rows(connection, true())] == [shared]
        forget_digests(connection, FEED, {"u", "none"})
        assert read_bundles(connection, FEED, ["u"])["u"].digest == ""


def test_keys_come_in_portions() -> None:
    assert [*parts([1, 2, 3, 4, 5], 2)] == [[1, 2], [3, 4], [5]]
    assert [*parts([], 2)] == []

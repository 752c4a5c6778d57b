from __future__ import annotations

from sqlalchemy import select

from tests.unit.store.test_veiling import NOW, listed
from wardlaw.inventory.model import Account, Grant
from wardlaw.inventory.veiling import Alias
from wardlaw.store.database import writing
from wardlaw.store.inventory import list_items
from wardlaw.store.inventorytables import INVENTORY_BUNDLE, INVENTORY_STANDING, INVENTORY_THING
from wardlaw.store.veileditems import count_bundles, named_rows, veil_rows

NAME = "erased-00000000000000000000000000"
ADA = (Alias("ada", NAME, "acme"),)


def test_rows_move_with_their_times_bundles_and_picture(database) -> None:
    with writing(database) as connection:
        things = (Account("ada", name="ada"), Grant("ada x", "ada", "x"), Account("adam"), Grant("y", "adam", "x"))
        listed(connection, "acme", *things)
        listed(connection, "acme", *things, at=NOW + 60)  # shown by the bundle alone
        listed(connection, "acme", Grant("ada x", "ada", "x"), feed="other")
        assert len(named_rows(connection, "acme", ADA)) == 3
        assert veil_rows(connection, "acme", ADA) == 3
        assert veil_rows(connection, "acme", ADA) == 0
        items = {(one.feed, one.thing.id): one for one in list_items(connection)}
        assert set(items) == {
            ("tokens", NAME), ("tokens", f"{NAME} x"), ("other", f"{NAME} x"), ("tokens", "adam"), ("tokens", "y"),
        }  # fmt: skip
        assert items["tokens", f"{NAME} x"].last_seen_at == NOW + 60
        sizes = {row.bundle: row.size for row in connection.execute(select(INVENTORY_BUNDLE))}
        assert sizes == {NAME: sizes[NAME], "adam": 2}
        accounts = connection.execute(select(INVENTORY_THING.c.account).distinct()).scalars().all()
        assert sorted(accounts) == sorted([NAME, "adam"])
        about = connection.execute(select(INVENTORY_STANDING.c.about)).scalars().all()
        assert not [text for text in about if "ada " in text]


def test_the_next_listing_of_the_same_pseudonym_changes_nothing(database) -> None:
    with writing(database) as connection:
        listed(connection, "acme", Account("ada"), Grant("g", "ada", "x"))
        veil_rows(connection, "acme", ADA)
        before = list_items(connection)
        listed(connection, "acme", Account(NAME), Grant("g", NAME, "x"), at=NOW + 60)
        after = list_items(connection)
        assert [(one.thing, one.since, one.gone_at) for one in after] == [(one.thing, one.since, 0.0) for one in before]


def test_a_bundle_without_rows_goes(database) -> None:
    with writing(database) as connection:
        listed(connection, "acme", Account("ada"))
        count_bundles(connection, "acme", {("tokens", "ada"), ("tokens", "nobody")})
        assert connection.execute(select(INVENTORY_BUNDLE.c.bundle, INVENTORY_BUNDLE.c.digest)).all() == [("ada", "")]

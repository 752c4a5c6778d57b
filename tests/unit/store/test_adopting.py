from __future__ import annotations

from sqlalchemy import delete, select, update

from wardlaw.inventory.model import FeedKind, Grant, Sighting, SyncRun
from wardlaw.store.adopting import adopt_items
from wardlaw.store.database import writing
from wardlaw.store.inventory import begin_run, list_items, take
from wardlaw.store.inventorytables import (
    INVENTORY_BUNDLE,
    INVENTORY_ITEM,
    INVENTORY_LOT,
    INVENTORY_STANDING,
    INVENTORY_THING,
)
from wardlaw.store.redrawing import draw_step, mark_due


def test_rows_from_before_get_their_place_and_lose_nothing(database) -> None:
    with writing(database) as connection:
        run = SyncRun("run_1", "acme", "google", "tokens", FeedKind.LISTING, 100.0, "person:a")
        begin_run(connection, run)
        take(connection, run.id, [Sighting(Grant(f"g{n}", f"u{n % 3}", "a")) for n in range(9)])
        before = list_items(connection)
        drawn = connection.execute(select(INVENTORY_THING).order_by(INVENTORY_THING.c.face)).all()
        for table in (INVENTORY_BUNDLE, INVENTORY_THING, INVENTORY_STANDING, INVENTORY_LOT):
            connection.execute(delete(table))
        connection.execute(update(INVENTORY_ITEM).values(bundle="", face=""))
        assert adopt_items(connection) == 9
        mark_due(connection)
        while draw_step(connection, most=4):
            pass
        assert list_items(connection) == before
        assert connection.execute(select(INVENTORY_THING).order_by(INVENTORY_THING.c.face)).all() == drawn
        take(connection, run.id, [Sighting(Grant("g0", "u0", "a"))])
        assert list_items(connection) == before

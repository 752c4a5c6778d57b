from __future__ import annotations

import pytest
from sqlalchemy import delete, select, update

from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.model import App, FeedKind, Grant, Sighting, SyncRun
from wardlaw.store.database import writing
from wardlaw.store.inventory import begin_run, take
from wardlaw.store.inventorytables import INVENTORY_LOT, INVENTORY_STANDING, INVENTORY_THING
from wardlaw.store.migrate import downgrade, upgrade
from wardlaw.store.redrawing import DueDrawing, draw_step, drawings_due, mark_due, refuse_undrawn

MAIL = "https://mail.google.com/"
TABLES = (INVENTORY_THING, INVENTORY_STANDING, INVENTORY_LOT)


def told(connection, number: int, *things) -> None:
    run = SyncRun(f"run_{number}", "acme", "google", "tokens", FeedKind.LISTING, 100.0 * number, "person:a")
    begin_run(connection, run)
    take(connection, run.id, [Sighting(thing) for thing in things])


def kept(connection) -> list[set[tuple]]:
    return [{tuple(row) for row in connection.execute(select(table))} for table in TABLES]


def undrawn(connection) -> None:
    """As an upgrade from before the counts leaves it."""
    connection.execute(delete(INVENTORY_LOT))
    connection.execute(update(INVENTORY_THING).values(shape=""))
    connection.execute(update(INVENTORY_STANDING).values(finding=""))


def test_steps_draw_what_was_kept_with_every_change_also_with_something_told_meanwhile(database) -> None:
    grants = [Grant(f"g{n}", f"u{n}", "a", scopes=(MAIL,)) for n in range(9)]
    with writing(database) as connection:
        told(connection, 1, App("a", "ChatGPT"), *grants)
        told(connection, 2, Grant("g3", "u3", "a", scopes=("openid",)))
        wanted = kept(connection)
    with writing(database) as connection:
        connection.execute(update(INVENTORY_LOT).values(grants=1))
        undrawn(connection)
        told(connection, 3, Grant("g3", "u3", "a", scopes=(MAIL,)))
        connection.execute(delete(INVENTORY_LOT))
        connection.execute(update(INVENTORY_THING).values(shape=""))
        assert mark_due(connection) == 1
        assert draw_step(connection, most=4)
        assert drawings_due(connection) == (DueDrawing("acme", 4, 10),)
        told(connection, 4, Grant("g3", "u3", "a", scopes=("openid",)))
        while draw_step(connection, most=4):
            pass
        assert kept(connection) == wanted
        assert mark_due(connection) == 0


def test_what_rests_on_a_picture_that_is_not_whole_says_so(database) -> None:
    with writing(database) as connection:
        told(connection, 1, *(Grant(f"g{n}", f"u{n}", "a") for n in range(5)))
        undrawn(connection)
        mark_due(connection)
        draw_step(connection, most=2)
        refuse_undrawn(connection, "another")
        for directory in ("", "acme"):
            with pytest.raises(UnavailableError, match="2 of 5 things") as caught:
                refuse_undrawn(connection, directory)
            assert caught.value.code == "WL-INV-122"
        while draw_step(connection):
            pass
        refuse_undrawn(connection)


def test_an_upgrade_leaves_the_drawing_to_steps_and_a_downgrade_in_the_middle_loses_nothing(empty_database) -> None:
    database = empty_database  # its own: the others share one
    upgrade(database)
    with writing(database) as connection:
        told(connection, 1, *(Grant(f"g{n}", f"u{n}", "a", scopes=(MAIL,)) for n in range(5)))
        wanted = kept(connection)
    downgrade(database, "0015")
    upgrade(database)
    with writing(database) as connection:
        assert drawings_due(connection) == (DueDrawing("acme", 0, 5),)
        draw_step(connection, most=2)
    downgrade(database, "0023")
    upgrade(database)
    with writing(database) as connection:
        assert drawings_due(connection) == (DueDrawing("acme", 0, 5),)
        while draw_step(connection, most=2):
            pass
        assert kept(connection) == wanted

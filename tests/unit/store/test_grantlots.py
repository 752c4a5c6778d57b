from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.engine import Connection

from wardlaw.inventory.model import Account, AccountKind, Consent, FeedKind, Grant, RunState, Sighting, SyncRun
from wardlaw.store.database import writing
from wardlaw.store.inventory import begin_run, finish_run, take
from wardlaw.store.inventorytables import INVENTORY_LOT

MAIL = "https://mail.google.com/"


def listed(connection: Connection, number: int, *things: object) -> None:
    run = SyncRun(f"run_{number}", "acme", "google", "tokens", FeedKind.LISTING, 100.0 * number, "person:a")
    begin_run(connection, run)
    take(connection, run.id, [Sighting(thing) for thing in things])
    finish_run(connection, run.id, ended=SyncRun("", "", "", "", FeedKind.LISTING, 0, "", RunState.COMPLETE))


def lots(connection: Connection) -> list[tuple[str, int, int, str, int]]:
    lot = INVENTORY_LOT.c
    query = select(lot.name, lot.grants, lot.whole, lot.account, lot.strength).order_by(lot.name, lot.scopes)
    return [tuple(row) for row in connection.execute(query)]


def test_grants_are_counted_where_they_belong(database) -> None:
    mail = [Grant(f"g{n}", f"u{n}", "a", scopes=(MAIL,)) for n in range(3)]
    with writing(database) as connection:
        listed(connection, 1, *mail, Grant("k", "u1", "", scopes=("new",)), Grant("r", "u9", "a", Consent.REQUESTED))
        assert lots(connection) == [("\nk", 1, 0, "u1", 0), ("a", 3, 0, "", 4)]
        listed(connection, 2, mail[0], Grant("g1", "u1", "a", scopes=("openid",)))
        assert lots(connection) == [("a", 1, 0, "u0", 4), ("a", 1, 0, "u1", 1)]  # the one left is told from the others
        listed(connection, 3, Grant("g0", "", "a", scopes=(MAIL,)))
        assert lots(connection) == [("a", 1, 1, "", 4)]


def test_an_account_that_turns_out_to_be_no_person_moves_its_grants(database) -> None:
    with writing(database) as connection:
        listed(connection, 1, Grant("g", "u", "a", Consent.ADMIN, (MAIL,)))
        before = connection.execute(select(INVENTORY_LOT.c.shape, INVENTORY_LOT.c.as_itself)).one()
        listed(connection, 2, Grant("g", "u", "a", Consent.ADMIN, (MAIL,)), Account("u", AccountKind.NHI))
        after = connection.execute(select(INVENTORY_LOT.c.shape, INVENTORY_LOT.c.as_itself)).one()
        assert (before.as_itself, after.as_itself) == (False, True)
        assert before.shape != after.shape

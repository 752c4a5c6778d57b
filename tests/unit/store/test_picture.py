from __future__ import annotations

from sqlalchemy import select

from wardlaw.inventory.model import Account, AccountState, App, FeedKind, Grant, Sighting, SyncRun
from wardlaw.store.database import writing
from wardlaw.store.inventory import begin_run, take
from wardlaw.store.inventorytables import INVENTORY_STANDING, INVENTORY_THING
from wardlaw.store.picture import MOST_WORDS

_THING, _STANDING = INVENTORY_THING.c, INVENTORY_STANDING.c


def told(connection, number: int, feed: str, *things) -> None:
    run = SyncRun(f"run_{number}", "acme", "google", feed, FeedKind.EVENTS, 100.0 * number, "person:a")
    begin_run(connection, run)
    take(connection, run.id, [Sighting(thing) for thing in things])


def thing(connection, kind: str) -> dict:
    return dict(connection.execute(select(INVENTORY_THING).where(_THING.kind == kind)).mappings().one())


def test_what_another_feed_tells_of_an_app_or_account_changes_what_belongs_to_it(database) -> None:
    with writing(database) as connection:
        told(connection, 1, "tokens", Grant("g", "u", "a", scopes=("https://mail.google.com/",)))
        row = thing(connection, "grant")
        assert (row["vendor"], row["level"], row["data"], row["born_at"]) == ("", 4, "mail", 100.0)
        told(connection, 2, "apps", App("a", "ChatGPT"))
        told(connection, 3, "users", Account("u", state=AccountState.DELETED))
        assert thing(connection, "grant")["vendor"] == "openai"
        rules = set(connection.execute(select(_STANDING.rule)).scalars())
        assert rules == {"owner-gone"}
        told(connection, 4, "users", Account("u", state=AccountState.ACTIVE))
        assert not connection.execute(select(_STANDING.rule)).all()


def test_two_names_of_one_grant_are_one_thing(database) -> None:
    with writing(database) as connection:
        told(connection, 1, "tokens", Grant("g", "u", "a"))
        told(connection, 2, "activity", Grant("g#use", "u", "a", last_used_at=50.0, usage_known=True))
        row = thing(connection, "grant")
        assert (row["used_at"], row["usage_known"]) == (50.0, True)


def test_long_names_are_searched_as_far_as_an_index_takes_them(database) -> None:
    with writing(database) as connection:
        told(connection, 1, "apps", App("a", "ÄÖ" * 500))
        assert thing(connection, "app")["words"] == ("äö" * 500)[:MOST_WORDS]

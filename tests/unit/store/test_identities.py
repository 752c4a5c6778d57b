"""The rest is held through the management API by tests/unit/console/api/test_identities.py."""

from __future__ import annotations

from wardlaw.inventory.model import App, FeedKind, Grant, Sighting, SyncRun
from wardlaw.store import identities
from wardlaw.store.database import writing
from wardlaw.store.identities import belongings, graph_book, score_facts, shadow_vendors
from wardlaw.store.inventory import begin_run, take
from wardlaw.store.thingquery import find_thing


def test_the_most_powerful_grants_are_drawn_and_all_are_counted(database, monkeypatch) -> None:
    monkeypatch.setattr(identities, "MOST_DRAWN", 3)
    with writing(database) as connection:
        run = SyncRun("run_1", "acme", "google", "tokens", FeedKind.LISTING, 100.0, "person:a")
        begin_run(connection, run)
        scopes = {7: ("https://mail.google.com/",), 8: ("openid",)}
        grants = [Grant(f"g{n}", f"u{n}", "gpt", scopes=scopes.get(n, ())) for n in range(9)]
        take(connection, run.id, [Sighting(one) for one in (App("gpt", "ChatGPT"), *grants)])
        for about in ("", "gpt"):
            book, vendors, total = graph_book(connection, "acme", about=about, at=200.0)
            names = {item.thing.id for item in book.inventory.items}
            assert (len(names), total, vendors) == (3, 9, {"gpt": "openai"})
            assert {"g7", "g8"} <= names
        found = find_thing(connection, "gpt", at=200.0)
        assert found is not None
        (facts,) = score_facts(connection, "acme", [found[0]])
        assert (facts.level, facts.accounts, facts.data, facts.vendor) == (4, 9, ("identity", "mail"), "openai")
        assert len(belongings(connection, found[0])) == 10
        (vendor,) = shadow_vendors(connection)
        assert (vendor.accounts, len(vendor.who)) == (9, 9)

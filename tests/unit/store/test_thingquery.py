from __future__ import annotations

import pytest
from sqlalchemy.engine import Connection

from wardlaw.inventory.model import Account, App, FeedKind, Grant, Sighting, SyncRun, Use
from wardlaw.inventory.rules import DAY_S
from wardlaw.store.database import writing
from wardlaw.store.inventory import begin_run, finish_run, take
from wardlaw.store.thingquery import (
    ThingQuery,
    count_kinds,
    count_things,
    find_thing,
    list_things,
    standing_findings,
)


@pytest.fixture
def filled(database) -> Connection:
    with writing(database) as connection:
        for place in ("acme", "bolt"):
            run = SyncRun(f"run_{place}", place, "google", "tokens", FeedKind.LISTING, 100.0, "person:a")
            begin_run(connection, run)
            things = [App("gpt", "ChatGPT"), *(Account(f"u{n}", name=f"user {n}") for n in range(6))]
            things += [Grant(f"g{n}", f"u{n}", "gpt") for n in range(6)]
            things += [Use("d1", "u1", "gpt", last_used_at=DAY_S), Use("d2", "u1", "gpt", last_used_at=90 * DAY_S)]
            take(connection, run.id, [Sighting(one) for one in things])
            finish_run(connection, run.id, ended=run)
        yield connection


def ids(connection: Connection, **asked) -> list[str]:
    found: list[str] = []
    query = ThingQuery(limit=4, **asked)
    while True:
        page = list_things(connection, query)
        found += [f"{one.directory}/{one.thing.id}" for one in page.items]
        if page.after is None:
            assert len(found) == count_things(connection, query)
            return found
        query = ThingQuery(limit=4, after=page.after, **asked)


def test_pages_hold_everything_once_and_in_order(filled) -> None:
    every = ids(filled)
    assert len(every) == len(set(every)) == 30
    assert every[:8] == [f"acme/u{n}" for n in range(6)] + ["acme/gpt", "acme/g0"]
    assert ids(filled, directory="bolt", kind="grant") == [f"bolt/g{n}" for n in range(6)]
    assert ids(filled, kinds=("app", "use"), directory="acme") == ["acme/gpt", "acme/d1", "acme/d2"]


def test_what_belongs_to_one_and_what_is_named_so(filled) -> None:
    assert ids(filled, about="u1", directory="acme") == ["acme/u1", "acme/g1", "acme/d1", "acme/d2"]
    assert len(ids(filled, about="gpt")) == 18
    assert ids(filled, find="USER 3", directory="acme") == ["acme/u3", "acme/g3"]
    assert ids(filled, find="chat", about="u2") == ["acme/g2", "bolt/g2"]
    assert ids(filled, find="%") == []


def test_counts_and_one_thing(filled) -> None:
    assert count_kinds(filled)["bolt"] == {"account": 6, "app": 1, "grant": 6, "use": 2}
    found = find_thing(filled, "g3", at=200.0, directory="bolt")
    assert found is not None
    assert (found[0].directory, found[1].app(found[0]).name) == ("bolt", "ChatGPT")
    assert find_thing(filled, "none", at=200.0) is None


def test_findings_are_counted_and_put_in_words(filled) -> None:
    page = standing_findings(filled, at=91 * DAY_S)
    assert page.total == 4
    assert [(one.rule, one.directory) for one in page.findings] == [
        ("dormant-then-active", "acme"), ("dormant-then-active", "bolt"), ("many-users-of-ai-app", "acme"),
        ("many-users-of-ai-app", "bolt"),
    ]  # fmt: skip
    assert page.findings[0].evidence == ("It was used again after 89 days of silence.",)
    assert "6 accounts" in page.findings[2].evidence[0]
    assert "(ChatGPT)" in page.findings[2].evidence[0]
    later = standing_findings(filled, at=200 * DAY_S, directory="acme", rule="many-users-of-ai-app", limit=1)
    assert (later.total, len(later.findings)) == (1, 1)
    assert standing_findings(filled, at=200 * DAY_S).total == 2

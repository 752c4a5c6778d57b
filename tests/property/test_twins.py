"""Whatever is told by a delivery, by the log, or by both, in any order and again and again: one event is one row."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.twins import LATEST_S
from wardlaw.store.activity import keep_activities
from wardlaw.store.database import writing
from wardlaw.store.inventorytables import INVENTORY_ACTIVITY
from wardlaw.testing.databases import sqlite_database

NOW = 1_790_000_000.0
WORDS = [
    ("installation.created", "integration_installation.create", Deed.CONSENT),
    ("installation.deleted", "integration_installation.destroy", Deed.REVOKE),
    ("personal_access_token_request.approved", "personal_access_token.access_granted", Deed.CREDENTIAL_ADDED),
]
# What happened: which word, by whom, to which app, in which slot of time; slots are longer than a delivery may be late.
EVENTS = st.sets(
    st.tuples(st.integers(0, 2), st.sampled_from("ab"), st.sampled_from("xy"), st.integers(0, 5)),
    min_size=1,
    max_size=8,
)
NUMBERS = count()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder: Path = tmp_path_factory.mktemp("twins")
    with sqlite_database(folder) as engine:
        yield engine


def tellings(event: tuple[int, str, str, int], lag_s: float, *, told: int) -> list[Activity]:
    """The delivery, the entry, or both."""
    word, actor, app, slot = event
    hook, entry, deed = WORDS[word]
    at = NOW - slot * 3 * LATEST_S - 10_000
    name = "-".join(map(str, event))
    both = [
        Activity(f"hook/{name}", at + lag_s, deed, account="o" if word == 2 else "", actor=actor, app=app, method=hook),
        Activity(f"audit/{name}", at, deed, account="o" if word == 2 else "", actor=actor, app=app, method=entry),
    ]
    return [one for number, one in enumerate(both) if told & (1 << number)]


@settings(max_examples=60, deadline=None)
@given(EVENTS, st.data())
def test_one_event_is_one_row(database: Engine, events: set[tuple[int, str, str, int]], data: st.DataObject) -> None:
    directory = f"acme-{next(NUMBERS)}"
    told = [
        one
        for event in sorted(events)
        for one in tellings(event, data.draw(st.floats(0, LATEST_S)), told=data.draw(st.integers(1, 3)))
    ]
    again = data.draw(st.lists(st.sampled_from(told), max_size=6))
    arriving = data.draw(st.permutations([*told, *again]))
    size = data.draw(st.integers(1, 5))
    with writing(database) as connection:
        fresh = sum(
            keep_activities(connection, directory, arriving[begin : begin + size], now=NOW)
            for begin in range(0, len(arriving), size)
        )
        rows = connection.execute(select(func.count()).where(INVENTORY_ACTIVITY.c.directory == directory)).scalar_one()
        assert keep_activities(connection, directory, told, now=NOW) == 0
    assert rows == fresh == len(events)

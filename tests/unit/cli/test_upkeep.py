"""Retention by class and month; legal holds stand above it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from tests.unit.console.desks.conftest import House
from wardlaw.cli.upkeep import TICK_S, Upkeep
from wardlaw.facts.approval import CallApproval
from wardlaw.facts.errors import InputError
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import FeedKind, Grant, Sighting, SyncRun
from wardlaw.store.activity import keep_activities, list_activities, note_judged
from wardlaw.store.approvals import list_approvals, park_call
from wardlaw.store.database import writing
from wardlaw.store.erasures import Erasure, ErasureReach, keep_reach, reach_of
from wardlaw.store.holds import LegalHold, place_hold
from wardlaw.store.inventory import begin_run, take
from wardlaw.store.inventorytables import INVENTORY_LOT, INVENTORY_THING
from wardlaw.store.redrawing import drawings_due, mark_due

MONTHS_LATER = 1_790_000_000.0 + 800 * 86_400  # past every default span


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path)
    try:
        yield found
    finally:
        found.close()


def test_what_is_past_its_time_becomes_unreadable_and_held_subjects_stay(house: House) -> None:
    gone, kept = (house.keyring.seal(subject, "content", "2026-09", b"text") for subject in ("user:a", "user:b"))
    held = house.keyring.pseudonym("user:b", "2026-09")
    with writing(house.engine) as connection:
        place_hold(connection, LegalHold("hold_1", held, "a case", "person:a", 1.0))
    upkeep = Upkeep(house.config, house.engine, house.keyring)
    pseudonym = house.keyring.pseudonym("user:a", "2026-09")
    assert upkeep.tick(now=1_790_000_000.0)
    assert house.keyring.unseal(pseudonym, gone.part, gone.blob) == b"text"
    assert not upkeep.tick(now=1_790_000_000.0 + TICK_S / 2)
    assert upkeep.tick(now=MONTHS_LATER)
    with pytest.raises(InputError):
        house.keyring.unseal(pseudonym, gone.part, gone.blob)
    assert house.keyring.unseal(held, kept.part, kept.blob) == b"text"


def test_held_calls_go_a_month_after_they_ran_out(house: House) -> None:
    now = 1_790_000_000.0
    call = CallApproval(
        "apr_1", "d", "agent:bot", "", "ToolCall", "tool:pay", ("A-1",), "", 1, "e", "d", now, now + 600.0
    )  # fmt: skip
    with writing(house.engine) as connection:
        park_call(connection, call)
    upkeep = Upkeep(house.config, house.engine, house.keyring)
    for days, left in ((30, 1), (32, 0)):
        assert upkeep.tick(now=now + days * 86_400.0)
        with writing(house.engine) as connection:
            assert len(list_approvals(connection, now=now, waiting=False)) == left


def test_the_inventory_forgets_what_is_past_its_time_but_for_a_hold(house: House) -> None:
    now = 1_790_000_000.0
    held = house.keyring.pseudonym("user:ada@acme.example", "2026-09")
    events = [
        Activity(name, now, Deed.USE, f"{name}@acme.example", app="app") for name in ("ada", "bob")
    ]  # fmt: skip
    with writing(house.engine) as connection:
        place_hold(connection, LegalHold("hold_1", held, "a case", "person:a", 1.0))
        erasure = Erasure("era_1", "ab", "x", "person:a", now, now + 60.0)
        keep_reach(connection, erasure, ErasureReach((("acme", "bob"),)))
        keep_activities(connection, "acme", events, now=now)
        note_judged(connection, "acme", events)
    upkeep = Upkeep(house.config, house.engine, house.keyring)

    def left() -> tuple[list[str], bool]:
        with writing(house.engine) as connection:
            kept = [one.activity.id for one in list_activities(connection, limit=9)]
            return kept, bool(reach_of(connection, "era_1").accounts)

    assert upkeep.tick(now=now + 30)
    assert left() == (["ada", "bob"], True)
    assert upkeep.tick(now=now + 40 * 86_400.0)  # on the day itself they stay
    assert left() == (["ada", "bob"], False)
    assert upkeep.tick(now=now + 41 * 86_400.0 + 1)
    assert left() == (["ada"], False)


def test_what_an_upgrade_left_to_draw_is_drawn_between_other_work(house: House) -> None:
    run = SyncRun("run_1", "acme", "google", "tokens", FeedKind.LISTING, 100.0, "person:a")
    with writing(house.engine) as connection:
        begin_run(connection, run)
        take(connection, run.id, [Sighting(Grant(f"g{n}", f"u{n}", "a")) for n in range(3)])
        connection.execute(delete(INVENTORY_LOT))
        connection.execute(update(INVENTORY_THING).values(shape=""))
        mark_due(connection)
    upkeep = Upkeep(house.config, house.engine, house.keyring)
    assert upkeep.draw()
    assert not upkeep.draw()
    with writing(house.engine) as connection:
        assert drawings_due(connection) == ()
        assert connection.execute(select(INVENTORY_LOT.c.grants)).scalars().all() == [3]

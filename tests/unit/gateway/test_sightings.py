"""Tools that requests name are kept once, within bounds, and never stop a request."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from wardlaw.facts.toolseen import ToolSeen
from wardlaw.gateway import sightings
from wardlaw.gateway.sightings import Sightings
from wardlaw.store.database import open_database, reading
from wardlaw.store.migrate import upgrade
from wardlaw.store.seentools import list_seen

CHAT = {"type": "function", "function": {"name": "a", "description": "Finds."}}
OTHER = {"name": "b", "input_schema": {"type": "object"}}


def notes(*documents: dict[str, Any]) -> list[ToolSeen]:
    kept: list[ToolSeen] = []

    async def story() -> None:
        held = Sightings(kept.extend, lambda: 5.0)
        for document in documents:
            await held.note(document)

    asyncio.run(story())
    return kept


def test_each_definition_is_kept_once_in_every_form() -> None:
    kept = notes({"tools": [CHAT, OTHER]}, {"tools": [CHAT]}, {"tools": [{**OTHER, "description": "Now sends."}]}, {})
    assert [(one.name, one.seen_at) for one in kept] == [("a", 5.0), ("b", 5.0), ("b", 5.0)]
    assert len({one.digest for one in kept}) == 3


@pytest.mark.parametrize(
    "tools",
    [
        "no list",
        [3, None, {}, {"name": 3}, {"name": ""}, {"name": "x" * 201}, {"name": "a\x00"}],
        [{"name": "\ud800"}],
        [{"name": "big", "description": "x" * 40_000}],
    ],
)
def test_what_is_no_definition_is_passed_over(tools: Any) -> None:
    assert notes({"tools": tools}) == []


def test_whoever_sends_ever_new_ones_fills_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sightings, "_REMEMBERED", 3)
    assert len(notes(*({"tools": [{"name": f"t{number}"}]} for number in range(9)))) == 3
    monkeypatch.setattr(sightings, "_AT_ONCE", 2)
    assert len(notes({"tools": [{"name": f"t{number}"} for number in range(9)]})) == 2


def test_a_table_that_fails_stops_nobody() -> None:
    def fail(_seen: Sequence[ToolSeen]) -> None:
        raise OperationalError("insert", {}, Exception("locked"))

    asyncio.run(Sightings(fail, lambda: 5.0).note({"tools": [CHAT]}))


def test_they_stand_in_the_table(tmp_path: Any) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/w.db")
    upgrade(engine)
    asyncio.run(Sightings.in_table(engine, lambda: 5.0).note({"tools": [CHAT]}))
    with reading(engine) as connection:
        assert [one.name for one in list_seen(connection)] == ["a"]
    engine.dispose()

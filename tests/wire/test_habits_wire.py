"""Behaviour profiles in a real gateway of two workers: alike, kept over restarts, and gone when a person says so."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn

from tests.wire.house import House, free_port
from wardlaw.demo.model import ScriptedModel
from wardlaw.facts.habit import HabitOrder, HabitOrderKind
from wardlaw.security.anomaly.image import revive
from wardlaw.state.habitsfile import PackedProfile, read_image
from wardlaw.store.habitorders import place_order

CALLS = 24


@pytest.fixture
def house(tmp_path: Path, redis_url: str) -> Iterator[House]:
    port = free_port()
    model = ScriptedModel(tmp_path / "seen.jsonl", "wk_live_Qm3v7TzL1pXs9RkB2nYd")
    server = uvicorn.Server(uvicorn.Config(model, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    shared = f'state: {{authority: redis, url: "{redis_url}", prefix: "test-habits-{port}:"}}\n'
    made = House(tmp_path, f"http://127.0.0.1:{port}/v1", extra=shared, gateway=", workers: 2")
    yield made
    made.stop()
    server.should_exit = True
    thread.join(5)


def ask(house: House, key: str) -> int:
    body = json.dumps({"model": "demo", "messages": [{"role": "user", "content": "hello"}]}).encode()
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    request = urllib.request.Request(f"{house.url}/chat/completions", body, headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        answer.read()
        return int(answer.status)


def known(house: House) -> list[dict[str, PackedProfile]]:
    """What each worker wrote, by principal."""
    files = sorted((house.places.data_dir / "state").glob("habits-*.state"))
    return [{kept.name: kept for kept in read_image(path.read_bytes()).profiles} for path in files]


def restart_until(house: House, is_met: Callable[[list[dict[str, PackedProfile]]], bool]) -> None:
    """Start and stop: one worker answers while the other may still be opening, and is stopped before it has heard."""
    for _ in range(5):
        house.start()
        house.stop()
        if is_met(known(house)):
            return
    raise AssertionError(known(house))


def events_of(found: list[dict[str, PackedProfile]]) -> list[int]:
    return [revive(one["user:ana"].image).events if "user:ana" in one else 0 for one in found]


def test_workers_know_the_same_of_a_caller_until_it_is_forgotten(house: House) -> None:
    key = house.key("ana")
    house.start()
    for _ in range(CALLS):
        assert ask(house, key) == 200
    house.stop()
    restart_until(house, lambda found: len(set(events_of(found))) == 1)
    one, other = known(house)
    assert events_of([one, other])[0] >= CALLS

    with house.writing() as connection:
        caller = one["user:ana"].caller.hex()
        place_order(connection, HabitOrder(0, caller, HabitOrderKind.FORGET, "left", "person:test", time.time()))
    restart_until(house, lambda found: found == [{}, {}])

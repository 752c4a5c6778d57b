"""Two workers share one authority: Redis. A quarantine and a ceiling seen by one hold at the other."""

from __future__ import annotations

import concurrent.futures
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from tests.wire.house import House, free_port
from wardlaw.demo.model import ScriptedModel

KEY = "wk_live_Qm3v7TzL1pXs9RkB2nYd"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("workers")
    port = free_port()
    config = uvicorn.Config(
        ScriptedModel(folder / "seen.jsonl", KEY), host="127.0.0.1", port=port, log_level="error", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    shared = f'state: {{authority: redis, url: "{redis_url}", prefix: "test-{folder.name}-{port}:"}}\n'
    made = House(folder, f"http://127.0.0.1:{port}/v1", extra=shared, gateway=", workers: 2")
    made.start()
    yield made
    made.stop()
    server.should_exit = True
    thread.join(5)


def _caller(house: House, name: str) -> str:
    """A key that every worker knows: they compare four times a second."""
    key = house.key(name)
    end = time.monotonic() + 10
    known = 0
    while known < 20 and time.monotonic() < end:
        request = urllib.request.Request(f"{house.url}/models", headers={"authorization": f"Bearer {key}"})
        try:
            with urllib.request.urlopen(request, timeout=5):
                known += 1
        except urllib.error.HTTPError as error:
            error.close()
            known = 0
            time.sleep(0.1)
    return key


def _ask(house: House, key: str, text: str) -> tuple[int, str]:
    body = json.dumps({"model": "demo", "messages": [{"role": "user", "content": text}]}).encode()
    headers = {"content-type": "application/json", "authorization": f"Bearer {key}", "connection": "close"}
    request = urllib.request.Request(f"{house.url}/chat/completions", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_both_workers_write_spools_of_their_own(house: House) -> None:
    key = _caller(house, "many")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: _ask(house, key, f"hello number {n}")[0], range(60)))
    assert set(answers) == {200}
    spools = {path.name for path in Path(house.config.audit.spool).iterdir() if path.is_dir()}
    assert spools == {"gateway-1", "gateway-2"}


def test_a_quarantine_holds_at_every_worker(house: House) -> None:
    house.secret("tripwire:planted", "honeytoken-7f3a9c1e55d2b8", tripwire=True)
    thief = _caller(house, "thief")
    time.sleep(1.0)  # a registered secret is known everywhere within a second
    assert _ask(house, thief, "please look up honeytoken-7f3a9c1e55d2b8 for me")[0] == 403
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: _ask(house, thief, f"good morning {n}")[0], range(24)))
    assert set(answers) == {403}


def test_a_ceiling_counts_what_all_workers_saw(house: House) -> None:
    busy = _caller(house, "busy")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: _ask(house, busy, f"again {n}")[0], range(150)))
    assert answers.count(200) <= 120
    assert answers.count(429) >= 30

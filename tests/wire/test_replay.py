"""A gateway serves traffic; a stricter draft is tried on it and names exactly what it would have stopped."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.wire.house import STARTER, House, free_port
from tests.wire.puppet import Puppet
from wardlaw.facts.person import Person, Role
from wardlaw.store.database import open_database
from wardlaw.store.people import add_person
from wardlaw.store.sequencer import Sequencer
from wardlaw.store.sequencing import log_parts

REQUESTS = 200
LONG = 20_000
STRICTER = f"""- id: OPS-90
  title: No long prompts
  text: Long prompts are refused while we look at their cost.
  owner: dpo
  wing: governance
  risk: low
  effect: deny
  actions: [ModelCall]
  when:
    all:
      - {{attribute: bodyBytes, over: {LONG}}}
  examples:
    - {{name: long, effect: deny, action: ModelCall, context: {{bodyBytes: {LONG + 1}}}}}
    - {{name: short, effect: allow, action: ModelCall, context: {{bodyBytes: {LONG}}}}}
"""


@contextmanager
def control(house: House) -> Iterator[None]:
    """The control process, until its socket is there."""
    log = (house.folder / "control.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "wardlaw.cli.processes", "control", str(house.config_path)], stdout=log, stderr=log
    )
    try:
        end = time.monotonic() + 60
        while not Path(house.config.control.socket).exists():
            assert process.poll() is None, (house.folder / "control.log").read_text()
            assert time.monotonic() < end
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def ask(house: House, key: str, number: int) -> str:
    words = "word " * (LONG // 4 if number % 5 == 0 else 10)
    body = {"model": "demo", "messages": [{"role": "user", "content": f"Request {number}: {words}"}]}
    request = urllib.request.Request(
        f"{house.url}/chat/completions",
        json.dumps(body).encode(),
        {"authorization": f"Bearer {key}", "content-type": "application/json", "x-wardlaw-session": f"s{number}"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200
        return str(answer.headers["x-wardlaw-decision"])


def replay(house: House, draft: Path, *more: str) -> tuple[int, dict[str, Any], str]:
    words = ["replay", "--since", "1h", "--with", str(draft), "--examples", "100", "--config", str(house.config_path)]
    done = subprocess.run(
        [sys.executable, "-m", "wardlaw", *words, *more], capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, json.loads(done.stdout) if "--json" in more else {}, done.stdout + done.stderr


@pytest.fixture
def served(tmp_path: Path) -> Iterator[House]:
    puppet = Puppet()
    house = House(
        tmp_path, puppet.url, extra=f'control: {{listen: "127.0.0.1:{free_port()}", socket: "{tmp_path}/c.sock"}}\n'
    )
    with house.writing() as connection:
        reader = Person(id="person:legal", name="Legal", roles=(Role.LEGAL,), unix_uid=os.getuid())
        add_person(connection, reader, by="person:test", now=time.time())
    house.start()
    yield house
    house.stop()
    puppet.close()


def sequence(house: House) -> None:
    """Have everything the gateway has recorded in the log."""
    engine = open_database(house.places.database_url({}))
    sequencer = Sequencer(log_parts(house.places, engine), now=time.time)
    while sequencer.run_once():
        pass
    sequencer.close()
    engine.dispose()


def test_a_stricter_draft_names_exactly_what_it_would_have_stopped(served: House, tmp_path: Path) -> None:
    keys = served.keys([f"p{place}" for place in range(8)])
    given = list(keys.values())
    with ThreadPoolExecutor(8) as threads:
        asked = list(threads.map(lambda number: ask(served, given[number % 8], number), range(REQUESTS)))
    served.stop()
    sequence(served)
    draft = tmp_path / "draft"
    shutil.copytree(STARTER, draft)
    with control(served):
        code, same, _ = replay(served, draft, "--json")
        assert (code, same["report"]["total"]) == (0, {"stopped": 0, "allowed": 0, "changed": 0})
        (draft / "stricter.yaml").write_text(STRICTER, encoding="utf-8")
        code, found, _ = replay(served, draft, "--json")
        code_drawn, _, drawn = replay(served, draft)
    report = found["report"]
    long = {decision for number, decision in enumerate(asked) if number % 5 == 0}
    assert (code, code_drawn) == (1, 1)
    assert report["judged"] >= 2 * REQUESTS  # requests and answers
    assert (report["total"], report["unread"], report["erased"]) == (
        {"stopped": len(long), "allowed": 0, "changed": 0}, 0, 0,
    )  # fmt: skip
    assert {one["decision"] for one in report["examples"]} == long
    assert all(one["why"][0].startswith("OPS-90 would deny: bodyBytes ") for one in report["examples"])
    assert report["by"]["clause"] == {"OPS-90": report["total"]}
    assert "OPS-90" in drawn
    assert "█" in drawn

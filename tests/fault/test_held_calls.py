"""Many workers at once, in processes of their own: one approval lets one call go, whoever asks and dies when."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine
from tests.unit.gateway.test_holding import NOW

from wardlaw.facts.approval import ApprovalState, CallAnswer
from wardlaw.store.approvals import answer_call, list_approvals
from wardlaw.store.database import open_database, reading, writing
from wardlaw.store.migrate import upgrade

WORKERS = 4
WORKER = textwrap.dedent(
    """
    import asyncio, faulthandler, sys

    faulthandler.enable()
    from pathlib import Path
    from tests.unit.gateway.test_holding import _Kek, matter
    from wardlaw.facts.layouts import settle_layouts
    from wardlaw.gateway.holding import TableHolding
    from wardlaw.store.database import open_database
    from wardlaw.store.keyring import Keyring

    settle_layouts()  # as a worker of the gateway does
    url, folder, work = sys.argv[1:]
    engine = open_database(url)
    table = TableHolding(engine, Keyring(f"sqlite:///{folder}/deks.db", _Kek()), secret=b"k" * 32, inspect=lambda _text, _channel: ())

    async def story():
        print("ready", flush=True)
        sys.stdin.readline()
        if work == "park":
            for notice in await asyncio.gather(*(table.park(matter()) for _ in range(3))):
                print(notice.approval or notice.message)
        else:
            for used in await asyncio.gather(*(table.use(matter()) for _ in range(3))):
                print(used.approval if used else "held")

    asyncio.run(story())
    """
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path, own_name: str) -> Iterator[str]:
    """A database with the schema, once on each of the two."""
    if request.param == "sqlite":
        yield _migrated(f"sqlite:///{tmp_path}/wardlaw.db")
        return
    outer_url = request.getfixturevalue("postgres_url")
    outer = open_database(outer_url)
    with writing(outer) as connection:
        connection.execute(text(f'CREATE SCHEMA "{own_name}"'))
    yield _migrated(f"{outer_url}{'&' if '?' in outer_url else '?'}options=-csearch_path%3D{own_name}")
    with writing(outer) as connection:
        connection.execute(text(f'DROP SCHEMA "{own_name}" CASCADE'))
    outer.dispose()


def _migrated(url: str) -> str:
    engine = open_database(url)
    upgrade(engine)
    engine.dispose()
    return url


def together(url: str, folder: Path, work: str) -> list[str]:
    """What workers that all begin at one moment were told."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, url, str(folder), work],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(WORKERS)
    ]
    try:
        for one in workers:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
        for one in workers:
            assert one.stdin is not None
            one.stdin.write("go\n")
            one.stdin.flush()
        heard = [one.communicate(timeout=60) for one in workers]
        assert [one.returncode for one in workers] == [0] * WORKERS, "\n".join(said for _, said in heard)
        return [line for out, _ in heard for line in out.split()]
    finally:
        for one in workers:
            one.kill()
            one.communicate()


def rows(url: str) -> list[tuple[str, ApprovalState]]:
    engine: Engine = open_database(url)
    try:
        with reading(engine) as connection:
            return [(one.id, one.state) for one in list_approvals(connection, now=NOW, waiting=False)]
    finally:
        engine.dispose()


def test_workers_that_ask_at_one_moment_ask_once_and_let_one_call_go(url: str, tmp_path: Path) -> None:
    told = together(url, tmp_path, "park")
    ((approval, _),) = rows(url)
    assert told == [approval] * 3 * WORKERS
    engine = open_database(url)
    with writing(engine) as connection:
        answer_call(connection, approval, CallAnswer("person:ben", NOW, True, "r"))
    engine.dispose()
    told = together(url, tmp_path, "use")
    assert sorted(told) == sorted([approval] + ["held"] * (3 * WORKERS - 1))
    assert rows(url) == [(approval, ApprovalState.USED)]

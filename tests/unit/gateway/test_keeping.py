from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from wardlaw.facts.errors import UnavailableError
from wardlaw.facts.kept import Kept, KeptKind
from wardlaw.gateway.keeping import TableKeeping
from wardlaw.store.database import open_database
from wardlaw.store.migrate import upgrade

ONE = Kept("file-1", KeptKind.FILE, "near", "aa", 100.0)
TWO = Kept("file-2", KeptKind.FILE, "near", "aa", 110.0)


def test_a_thing_is_found_by_its_owner_alone(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/a.db")
    upgrade(engine)
    keeping = TableKeeping(engine)

    async def story() -> None:
        assert await keeping.remember(ONE)
        assert await keeping.remember(TWO)
        assert await keeping.find("near", "file-1", owner="aa") == ONE
        assert await keeping.find("near", "file-1", owner="bb") is None
        assert await keeping.list_of("near", "aa", KeptKind.FILE, after="file-2", most=5) == (ONE,)
        await keeping.forget("near", "file-1")
        assert await keeping.list_of("near", "aa", KeptKind.FILE, after="", most=5) == (TWO,)

    asyncio.run(story())
    engine.dispose()


def test_a_database_that_fails_refuses(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(UnavailableError, match="WL-GWY-021"):
        asyncio.run(TableKeeping(engine).remember(ONE))
    engine.dispose()

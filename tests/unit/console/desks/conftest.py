"""One installation with a spool, a sequencer and a keyring that tests drive by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from wardlaw.cli.creating import create_installation
from wardlaw.console.desks.recorder import ControlRecorder
from wardlaw.store.database import open_database
from wardlaw.store.installation import Installation
from wardlaw.store.keyring import Keyring
from wardlaw.store.sequencer import Sequencer
from wardlaw.store.sequencing import log_parts
from wardlaw.store.spool import SpoolWriter

NOW = 1_790_000_000.0


class House:
    """An installation under a folder; the clock stands still."""

    def __init__(self, folder: Path) -> None:
        self.config = create_installation(folder).config
        self.places = Installation(self.config)
        self.engine: Engine = open_database(self.places.database_url({}))
        self.keyring: Keyring = self.places.open_keyring({})
        self.sequencer = Sequencer(log_parts(self.places, self.engine), now=lambda: NOW)

    def record(self, *operations: str) -> list[str]:
        """Record operations of person:a and have them in the log; answers the records' ids."""

        async def write() -> list[str]:
            spool = SpoolWriter(Path(self.config.audit.spool), gateway="control", sign=self.places.gateway_signer())
            numbers = iter(range(1_000))
            entropy: Callable[[int], bytes] = lambda count: next(numbers).to_bytes(count, "big")  # noqa: E731
            recorder = ControlRecorder(spool, self.keyring, clock=lambda: NOW, entropy=entropy)
            try:
                return [await recorder.record("control", "person:a", name, {"key": "key:b"}) for name in operations]
            finally:
                await asyncio.to_thread(spool.close)

        ids = asyncio.run(write())
        self.sequencer.run_once()
        return ids

    def close(self) -> None:
        self.sequencer.close()
        self.keyring.close()
        self.engine.dispose()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path)
    try:
        yield found
    finally:
        found.close()

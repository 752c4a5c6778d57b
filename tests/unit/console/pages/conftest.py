"""What tests of the pages share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.console.pages.fullhouse import FullHouse
from tests.unit.console.pages.inventoryhouse import InventoryHouse


@pytest.fixture
def house(tmp_path: Path) -> Iterator[InventoryHouse]:
    """A house that knows some grants."""
    (tmp_path / "house").mkdir()
    made = InventoryHouse(tmp_path / "house")
    yield made
    made.api.close()


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FullHouse]:
    """A house with something of everything, read in brackets; tests that use it only read."""
    made = FullHouse(Path(tmp_path_factory.mktemp("full")))
    yield made
    made.api.close()

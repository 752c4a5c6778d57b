from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from wardlaw.testing.worker import Worker


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    """A worker of real parts with the starter pack in force."""
    made = Worker(tmp_path)
    yield made
    made.close()

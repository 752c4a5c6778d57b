from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console_fakes import Api


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    api = Api(tmp_path)
    yield api
    api.close()

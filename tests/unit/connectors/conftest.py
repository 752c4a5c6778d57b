from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.connectors.scripted import Platform, serving


@pytest.fixture
def platform() -> Iterator[Platform]:
    with serving() as made:
        yield made

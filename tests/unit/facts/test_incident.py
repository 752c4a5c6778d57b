from __future__ import annotations

import pytest

from wardlaw.facts.incident import Quarantine


@pytest.mark.parametrize(
    ("until", "released_at", "at", "stands"),
    [
        (0.0, 0.0, 1e12, True),
        (200.0, 0.0, 199.9, True),
        (200.0, 0.0, 200.0, False),
        (0.0, 150.0, 160.0, False),
        (200.0, 150.0, 160.0, False),
    ],
)
def test_a_quarantine_stands(until: float, released_at: float, at: float, stands: bool) -> None:
    quarantine = Quarantine("qua_1", "k", "session", "r", since=100.0, until=until, released_at=released_at)
    assert quarantine.stands(at) is stands

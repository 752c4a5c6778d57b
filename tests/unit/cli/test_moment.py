from __future__ import annotations

import pytest

from wardlaw.cli.moment import read_moment
from wardlaw.facts.errors import InputError

NOW = 1_790_000_000.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90m", NOW - 5_400), ("24h", NOW - 86_400), ("7d", NOW - 604_800), ("2w", NOW - 1_209_600),
        ("2026-11-01", 1_793_491_200.0), ("2026-11-01T08:30", 1_793_521_800.0),
        ("2026-11-01T08:30+02:00", 1_793_514_600.0), ("99999w", 0.0), ("1900-01-01", 0.0),
    ],
)  # fmt: skip
def test_moments(text: str, expected: float) -> None:
    assert read_moment(text, now=NOW) == expected


@pytest.mark.parametrize("text", ["", "yesterday", "0h", "-1h", "24", "h", "2026-13-01", "1000000h"])
def test_no_moments(text: str) -> None:
    with pytest.raises(InputError, match="WL-CLI-050"):
        read_moment(text, now=NOW)

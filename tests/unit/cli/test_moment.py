from __future__ import annotations

import pytest

from wardlaw.cli.moment import read_minutes, read_moment
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


@pytest.mark.parametrize(("text", "minutes"), [("45m", 45), ("12h", 720), ("7d", 10_080), ("2w", 20_160)])
def test_for_how_long(text: str, minutes: int) -> None:
    assert read_minutes(text) == minutes


@pytest.mark.parametrize("text", ["", "7", "0d", "d", "-1h", "1y", "7d "])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_minutes(text)
    assert caught.value.code == "WL-CLI-052"

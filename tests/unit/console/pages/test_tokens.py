"""Colours that people read on each other have the contrast they need, in light and dark (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re

import pytest

from wardlaw.console.pages.assets import STATIC

CSS = (STATIC / "wardlaw.css").read_text(encoding="utf-8")
PAIRS = dict(re.findall(r"--([a-z0-9-]+):light-dark\((#[0-9a-f]{6}),#[0-9a-f]{6}\)", CSS))
DARK = dict(re.findall(r"--([a-z0-9-]+):light-dark\(#[0-9a-f]{6},(#[0-9a-f]{6})\)", CSS))
GROUNDS = ("ground", "panel", "sunken")


def _light(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((_light(one), _light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("shade", [PAIRS, DARK], ids=["light", "dark"])
def test_words_can_be_read(shade: dict[str, str]) -> None:
    worn = [(ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in GROUNDS]
    worn += [(name, f"{name}-bg") for name in ("allow", "transform", "hold", "deny", "cut")]
    worn += [(name, "panel") for name in ("gov", "allow", "hold", "deny")]
    for ink, ground in worn:
        assert contrast(shade[ink], shade[ground]) >= 4.5, (ink, ground)


def test_the_style_sheet_is_small() -> None:
    assert len(CSS.encode()) <= 30 * 1024

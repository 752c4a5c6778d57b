from __future__ import annotations

import pytest

from wardlaw.inventory.lookalike import imitated


@pytest.mark.parametrize(("name", "who"), [
    ("Micros0ft Teams", "microsoft"), ("Mісrosoft", "microsoft"), ("G00gle Drive", "google"), ("Goog1e", "google"),
    ("rnicrosoft", "microsoft"), ("OpenAl", "openai"), ("Microsóft", "microsoft"), ("Gооgle Docs", "google"),
])  # fmt: skip
def test_names_drawn_alike(name, who) -> None:
    assert imitated(name) == who


@pytest.mark.parametrize(
    "name", ["Microsoft", "Google Drive", "OpenAI", "Zoominfo", "Café", "", "Slackline Shop", "Модуль"]
)
def test_plain_names_imitate_nobody(name) -> None:
    assert imitated(name) == ""

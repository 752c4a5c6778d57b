"""Anthropic's own way."""

from __future__ import annotations

from tests.unit.gateway.kinds.errands import errand, place
from wardlaw.gateway.kinds.anthropic import ANTHROPIC


def test_version_and_known_previews_go_along() -> None:
    caller = {"anthropic-beta": "files-api-2025-04-14,made-up"}
    parcel = ANTHROPIC.pack(place(), errand("/messages", caller=caller))
    head = dict(parcel.headers)
    assert (parcel.path, head["anthropic-version"], head["anthropic-beta"]) == (
        "/messages",
        "2023-06-01",
        "files-api-2025-04-14",
    )


def test_the_key_goes_in_its_own_header_or_as_bearer() -> None:
    assert ANTHROPIC.credential(place()) == (("x-api-key", "sk-up"),)
    assert ANTHROPIC.credential(place(bearer=True)) == (("authorization", "Bearer sk-up"),)

"""The words that led to a class."""

from __future__ import annotations

from typing import Any

import pytest

from wardlaw.governance.toolclass import infer
from wardlaw.governance.toolreasons import reasons


def why(name: str, description: str = "", **more: Any) -> dict[str, list[str]]:
    definition = {
        "name": name,
        "description": description,
        "parameters": {"properties": more.pop("arguments", {})},
        **more,
    }
    found: dict[str, list[str]] = {}
    for one in reasons(definition, infer(definition)):
        found.setdefault(one.about, []).append(one.why)
    return found


@pytest.mark.parametrize(
    ("name", "description", "word"),
    [
        ("delete_row", "", "delete"),
        ("get_page", "", "get"),
        ("run_script", "", "run"),
        ("thing", "Sends an email.", "sends"),
        ("make_payment", "", "payment"),
    ],
)
def test_effects_name_their_word(name: str, description: str, word: str) -> None:
    assert any(f"“{word}”" in one for one in why(name, description)["effects"])


def test_a_definition_that_says_nothing_is_said_to() -> None:
    assert "worst" in why("frobnicate")["effects"][0]


def test_annotations_data_and_arguments() -> None:
    found = why(
        "get_customer",
        "",
        annotations={"readOnlyHint": True},
        arguments={"email": {"type": "string"}, "x": {"type": "boolean"}},
    )
    assert any("readOnlyHint" in one for one in found["effects"])
    assert found["data"] == ["contact, by “customer”"]
    assert found["arguments.email"] == ["destination, by “email”"]
    assert found["arguments.x"] == ["option, by its type or description"]

"""Definitions are read whatever a surface calls their parts; what cannot be read is left out."""

from __future__ import annotations

from wardlaw.gateway.wire.definitions import read_definitions

CHAT = {"type": "function", "function": {"name": "send", "description": "Sends.", "parameters": {"type": "object"}}}
FLAT = {"type": "function", "name": "look", "parameters": {"properties": {}}}
CLAUDE = {"name": "pay", "input_schema": {"properties": {"to": {"type": "string"}}}}


def test_each_surface_has_its_own_shape() -> None:
    found = read_definitions({"tools": [CHAT, FLAT, CLAUDE], "functions": [{"name": "old"}]})
    assert list(found) == ["send", "look", "pay", "old"]
    assert found["send"]["description"] == "Sends."
    assert found["pay"]["input_schema"]["properties"] == {"to": {"type": "string"}}


def test_of_two_with_one_name_the_first_counts() -> None:
    assert read_definitions({"tools": [CLAUDE, {"name": "pay"}]})["pay"] == CLAUDE


def test_what_has_no_name_is_left_out() -> None:
    assert read_definitions({"tools": [{}, {"name": 3}, {"name": ""}, "pay", None, {"function": {}}]}) == {}
    assert read_definitions({"tools": "pay"}) == {}
    assert read_definitions({}) == {}

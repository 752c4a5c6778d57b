from __future__ import annotations

import msgspec

from wardlaw.facts.toolpin import PinState, ToolPin


def test_a_pin_survives_the_wire_with_its_state() -> None:
    pin = ToolPin("git", "git_log", PinState.DRIFTED, "aa", "{}", "bb", '{"a":1}', ("hidden-text at /description",))
    assert msgspec.json.decode(msgspec.json.encode(pin), type=ToolPin) == pin

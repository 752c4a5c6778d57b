from __future__ import annotations

import pytest

from wardlaw.gateway.wire.names import ENUM_NAMES, PLAIN_NAMES, PROTOCOL_NAMES, misnamed


@pytest.mark.parametrize("name", ["Messages", "MESSAGES", "meſſages", "tool_Calls", "ſtore"])
def test_a_name_of_the_protocol_in_other_case_is_found(name):
    assert misnamed({"model": "m", name: 1}) == name


def test_two_unknown_names_that_differ_by_case_are_found():
    assert misnamed({"zeta": 1, "Zeta": 2}) == "Zeta"


def test_unknown_names_alone_are_fine():
    assert misnamed({"Zeta": 1, "model": 2, "messages": 3}) == ""
    assert misnamed("Messages") == ""


def test_names_are_folded_already_and_enums_are_known():
    assert {name for name in PROTOCOL_NAMES if name != name.casefold()} == set()
    assert ENUM_NAMES <= PLAIN_NAMES

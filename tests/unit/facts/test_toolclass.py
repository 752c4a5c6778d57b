"""What a tool's class says of itself."""

from __future__ import annotations

import pytest

from wardlaw.facts.resource import ToolEffect
from wardlaw.facts.toolclass import Argument, ArgumentRole, ToolClass


def test_the_gravest_effect_speaks_for_the_tool() -> None:
    both = ToolClass("x", frozenset((ToolEffect.WRITE, ToolEffect.PAYMENT)))
    assert both.effect is ToolEffect.PAYMENT
    assert ToolClass("x", frozenset()).effect is ToolEffect.UNKNOWN


def test_only_a_tool_that_does_nothing_else_reads_only() -> None:
    assert ToolClass("x", frozenset((ToolEffect.READ,))).reads_only
    assert not ToolClass("x", frozenset((ToolEffect.READ, ToolEffect.EGRESS))).reads_only
    assert not ToolClass("x", frozenset()).reads_only


@pytest.mark.parametrize("role", list(ArgumentRole))
def test_where_it_goes_what_it_meets_and_what_opens_it_are_critical(role: ArgumentRole) -> None:
    critical = role in (ArgumentRole.DESTINATION, ArgumentRole.TARGET, ArgumentRole.CREDENTIAL)
    assert Argument("a", role).critical is critical
